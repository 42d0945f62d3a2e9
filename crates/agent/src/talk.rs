//! What the agent says to its server, and what it hears.

use crate::bundle::{self, Gear};
use crate::home::{Home, Identity};
use crate::link::{BackOff, Link, Trouble};
use crate::machine;
use crate::orders::Taken;
use crate::root::Root;
use crate::spool::Spool;
use crate::stop::{Stop, Why, lock};
use crate::watch::{Eyes, now};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wire::{Accepted, Answered, Batch, Collector, CollectorState, Heartbeat, Machine, Order, Signed, VerifyingKey};

/// How often the agent says that it is here.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How long the server may take to keep a batch.
const BATCH: Duration = Duration::from_secs(60);

/// How long the server may let a question for orders wait.
const WAIT: u64 = 25;

/// What the threads that talk share.
#[derive(Debug)]
pub struct Talk {
    pub home: Home,
    pub identity: Identity,
    pub key: VerifyingKey,
    pub spool: Arc<Spool>,
    pub eyes: Eyes,
    pub gear: Mutex<Arc<Gear>>,
    pub stop: Stop,
}

impl Talk {
    pub fn gear(&self) -> Arc<Gear> {
        lock(&self.gear).clone()
    }

    fn heartbeat(&self, machine: &Machine) -> Heartbeat {
        let gear = self.gear();
        let (memory, cpu) = machine::weight();
        let mut collectors = self.eyes.collectors();
        if self.spool.in_trouble() {
            collectors.push(Collector {
                name: "spool".to_owned(),
                state: CollectorState::Reduced,
                way: "memory".to_owned(),
                why: "no-room".to_owned(),
                seen: 0,
            });
        }
        Heartbeat {
            at: now(),
            agent: env!("CARGO_PKG_VERSION").to_owned(),
            machine: machine.clone(),
            bundle: gear.number,
            rules: gear.count,
            collectors,
            memory,
            cpu,
            spool: self.spool.bytes(),
            privileged: machine::privileged(),
        }
    }

    /// Sends what the spool holds, and heartbeats, until the agent stops.
    pub fn tell(&self) -> Result<(), Trouble> {
        let link = Link::of(&self.identity)?;
        let (mut back_off, mut away) = (BackOff::default(), false);
        let mut last: Option<(Instant, Heartbeat)> = None;
        while !self.stop.stopped() {
            let heartbeat = self.heartbeat(&machine::describe(&Root::machine()));
            let said = match &last {
                Some((at, before)) if at.elapsed() < HEARTBEAT && says_the_same(before, &heartbeat) => Ok(()),
                _ => link.post::<_, Answered>("/v1/heartbeat", &heartbeat, Duration::from_secs(20)).map(|_| {
                    last = Some((Instant::now(), heartbeat));
                }),
            };
            match said.and_then(|()| self.send(&link, BATCH)) {
                Ok(()) => {
                    if std::mem::take(&mut away) {
                        tracing::info!("the server is there again");
                    }
                    back_off.reset();
                    self.spool.wait(Duration::from_secs(5));
                }
                Err(Trouble::Retired) => return self.retire(),
                Err(why) => {
                    if !std::mem::replace(&mut away, true) {
                        tracing::warn!("{why}; what is found waits in the spool");
                    }
                    self.stop.sleep(back_off.next());
                }
            }
        }
        Ok(())
    }

    /// Sends the next items, if there are any.
    fn send(&self, link: &Link, within: Duration) -> Result<(), Trouble> {
        let Some(items) = self.spool.next() else { return Ok(()) };
        let batch = Batch { device: self.identity.device.clone(), items };
        match link.post::<_, Accepted>("/v1/batch", &batch, within) {
            Ok(accepted) => self.spool.accepted(accepted.up_to),
            Err(Trouble::Gap { up_to: Some(up_to) }) => self.spool.go_back(up_to),
            Err(why) => return Err(why),
        }
        Ok(())
    }

    /// Says a last time what there is, for a stop that should lose no time; what does not go through stays in the spool.
    pub fn tell_last(&self) {
        if let Ok(link) = Link::of(&self.identity) {
            let _ = self.send(&link, Duration::from_secs(2));
        }
    }

    fn retire(&self) -> Result<(), Trouble> {
        self.stop.stop(Why::Retired);
        Ok(())
    }

    /// Asks for orders and newer bundles, again and again, until the agent stops.
    pub fn listen(&self, mut carry_out: impl FnMut(Order), mut take_up: impl FnMut(Arc<Gear>)) -> Result<(), Trouble> {
        let link = Link::of(&self.identity)?;
        let mut taken: Taken = self.home.state("orders.json");
        let mut back_off = BackOff::default();
        while !self.stop.stopped() {
            let asked = Instant::now();
            let path = format!("/v1/orders?bundle={}&wait={WAIT}", self.gear().number);
            let answer = link.get::<Answered>(&path, Duration::from_secs(WAIT + 20)).and_then(|answer| {
                let newer = self.renew(&link, answer.bundle)?;
                let orders: Vec<Order> = answer.orders.iter().filter_map(|order| self.take(order, &mut taken)).collect();
                Ok((newer, orders))
            });
            match answer {
                Ok((None, orders)) if orders.is_empty() && asked.elapsed() < Duration::from_secs(1) => {
                    self.stop.sleep(back_off.next());
                }
                Ok((newer, orders)) => {
                    back_off.reset();
                    newer.into_iter().for_each(&mut take_up);
                    orders.into_iter().for_each(&mut carry_out);
                }
                Err(Trouble::Retired) => return self.retire(),
                Err(why) => {
                    tracing::debug!("no orders: {why}");
                    self.stop.sleep(back_off.next());
                }
            }
        }
        Ok(())
    }

    /// Fetches, verifies, keeps and takes up the newest bundle where it is above ours.
    fn renew(&self, link: &Link, newest: u64) -> Result<Option<Arc<Gear>>, Trouble> {
        let ours = self.gear().number;
        if newest <= ours {
            return Ok(None);
        }
        let signed: Signed = link.get("/v1/bundle", Duration::from_secs(60))?;
        let gear = match bundle::open(&signed, &self.key, ours) {
            Ok(gear) => Arc::new(gear),
            Err(why) => {
                tracing::error!("the bundle is not used: {why}");
                return Ok(None);
            }
        };
        if let Err(why) = bundle::keep(&self.home, &signed) {
            tracing::warn!("bundle {} is used, but cannot be kept: {why}", gear.number);
        }
        tracing::info!(bundle = gear.number, rules = gear.count, "bundle {} with {} rules is in use", gear.number, gear.count);
        *lock(&self.gear) = gear.clone();
        self.spool.wake();
        Ok(Some(gear))
    }

    /// An order to carry out; it is remembered durably before, so that it is carried out at most once.
    fn take(&self, signed: &Signed, taken: &mut Taken) -> Option<Order> {
        match taken.take(signed, &self.key, &self.identity.device, now()) {
            Ok(order) => {
                self.home.keep_state("orders.json", taken);
                tracing::info!(order = order.id, "order {} is carried out", order.id);
                Some(order)
            }
            Err(why) => {
                tracing::debug!("an order is not carried out: {why}");
                None
            }
        }
    }
}

/// Would a heartbeat tell nothing new? Numbers that always change are no news.
fn says_the_same(before: &Heartbeat, now: &Heartbeat) -> bool {
    let still = |heartbeat: &Heartbeat| {
        let eyes: Vec<_> =
            heartbeat.collectors.iter().map(|eye| (eye.name.clone(), eye.state, eye.way.clone(), eye.why.clone())).collect();
        (heartbeat.bundle, heartbeat.rules, eyes, heartbeat.machine.clone())
    };
    still(before) == still(now)
}
