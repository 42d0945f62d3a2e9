use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount of Japanese yen; there is no smaller unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Yen(pub i64);

impl From<i64> for Yen {
    fn from(yen: i64) -> Yen {
        Yen(yen)
    }
}

impl fmt::Display for Yen {
    /// `¥1,980`, and `-¥500` below zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}¥{}", crate::thousands(self.0.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::Yen;

    #[test]
    fn yen_are_grouped_by_three() {
        let shown: Vec<String> = [0, 5, 999, 1000, 1980, 10_000_000, -500].map(|n| Yen(n).to_string()).into();
        assert_eq!(shown.join(" "), "¥0 ¥5 ¥999 ¥1,000 ¥1,980 ¥10,000,000 -¥500");
    }
}
