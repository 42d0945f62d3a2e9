use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use wire::{Order, SignatureWrong, Signed, VerifyingKey};

/// The ids of orders taken, the oldest first; kept on disk before an order is carried out.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Taken(VecDeque<String>);

/// So many ids are remembered: far more than can be under way before they expire.
const REMEMBERED: usize = 2_000;

/// Why an order is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefused {
    #[error(transparent)]
    Signature(#[from] SignatureWrong),
    #[error("the order is for another device")]
    AnotherDevice,
    #[error("the order has expired")]
    Expired,
    #[error("the order was carried out before")]
    Again,
}

impl Taken {
    /// Opens an order for `device` at `now` and remembers it, or says why it is not carried out.
    pub fn take(&mut self, signed: &Signed, key: &VerifyingKey, device: &str, now: i64) -> Result<Order, OrderRefused> {
        let order: Order = signed.open(key)?;
        if order.device != device {
            return Err(OrderRefused::AnotherDevice);
        }
        if self.0.contains(&order.id) {
            return Err(OrderRefused::Again);
        }
        if order.expires <= now {
            return Err(OrderRefused::Expired);
        }
        self.0.push_back(order.id.clone());
        while self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use wire::OrderKind;

    #[test]
    fn an_order_is_carried_out_once_by_the_right_device_in_time() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let other = SigningKey::from_bytes(&[8; 32]);
        let order = |id: &str, device: &str| Order { id: id.into(), device: device.into(), kind: OrderKind::Drill, expires: 100 };
        let signed = |key: &SigningKey, id: &str, device: &str| wire::sign(key, &order(id, device)).expect("signed");
        let mut taken = Taken::default();
        for (signed, now, wanted) in [
            (signed(&key, "o1", "d1"), 99, Ok(order("o1", "d1"))),
            (signed(&key, "o1", "d1"), 99, Err(OrderRefused::Again)),
            (signed(&key, "o1", "d1"), 0, Err(OrderRefused::Again)),
            (signed(&key, "o2", "d2"), 99, Err(OrderRefused::AnotherDevice)),
            (signed(&key, "o3", "d1"), 100, Err(OrderRefused::Expired)),
            (signed(&other, "o4", "d1"), 99, Err(OrderRefused::Signature(SignatureWrong::NotOurs))),
            (signed(&key, "o5", "d1"), i64::MIN, Ok(order("o5", "d1"))),
        ] {
            assert_eq!(taken.take(&signed, &key.verifying_key(), "d1", now), wanted);
        }
    }
}
