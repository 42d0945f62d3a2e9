use crate::root::Root;
use crate::watch::of_category;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use wire::Event;

/// Watches which ports this machine listens on.
#[derive(Debug)]
pub struct PortWatch {
    root: Root,
    known: BTreeMap<Port, Owner>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Port {
    protocol: &'static str,
    address: IpAddr,
    port: u16,
}

/// The process behind a port, where it may be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Owner {
    pid: String,
    image: String,
}

/// Source: proc_pid_net(5); the state of a TCP socket that listens, and of a UDP socket that is bound to nobody.
const TABLES: [(&str, &str, &str); 4] = [
    ("tcp", "/proc/net/tcp", "0A"),
    ("tcp", "/proc/net/tcp6", "0A"),
    ("udp", "/proc/net/udp", "07"),
    ("udp", "/proc/net/udp6", "07"),
];

/// UDP sockets above are the far ends of this machine's own questions.
const EPHEMERAL: u16 = 32_768;

impl PortWatch {
    pub fn new(root: &Root) -> PortWatch {
        let mut watch = PortWatch { root: root.clone(), known: BTreeMap::new() };
        watch.look(0);
        watch
    }

    /// What has changed since the last look.
    pub fn look(&mut self, at: i64) -> Vec<Event> {
        let listening = self.listening();
        let fresh: BTreeSet<u64> =
            listening.iter().filter(|(port, _)| !self.known.contains_key(*port)).map(|(_, inode)| *inode).collect();
        let mut owners = if fresh.is_empty() { HashMap::new() } else { self.owners(&fresh) };
        let mut events = Vec::new();
        let mut found = BTreeMap::new();
        for (port, inode) in listening {
            let owner = match self.known.remove(&port) {
                Some(owner) => owner,
                None => {
                    let owner = owners.remove(&inode).unwrap_or_default();
                    events.push(told("opened", &port, &owner, at));
                    owner
                }
            };
            found.insert(port, owner);
        }
        events.extend(std::mem::replace(&mut self.known, found).iter().map(|(port, owner)| told("closed", port, owner, at)));
        events
    }

    fn listening(&self) -> BTreeMap<Port, u64> {
        let mut ports = BTreeMap::new();
        for (protocol, table, state) in TABLES {
            for line in self.root.read(table).unwrap_or_default().lines().skip(1) {
                if let Some((address, port, inode)) = socket(line, state)
                    && (protocol == "tcp" || port < EPHEMERAL)
                {
                    ports.entry(Port { protocol, address, port }).or_insert(inode);
                }
            }
        }
        ports
    }

    /// Which processes hold these sockets.
    fn owners(&self, inodes: &BTreeSet<u64>) -> HashMap<u64, Owner> {
        let mut owners = HashMap::new();
        for process in self.root.list("/proc") {
            let pid = process.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !pid.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            for handle in crate::root::list(&process.join("fd")) {
                let Ok(link) = fs::read_link(handle) else { continue };
                let link = link.to_string_lossy();
                let Some(inode) = link.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')?.parse().ok()) else {
                    continue;
                };
                if inodes.contains(&inode) {
                    let image = fs::read_link(process.join("exe")).map(|image| image.display().to_string()).unwrap_or_default();
                    owners.entry(inode).or_insert(Owner { pid: pid.clone(), image });
                }
            }
        }
        owners
    }
}

fn told(action: &str, port: &Port, owner: &Owner, at: i64) -> Event {
    let fields = vec![
        ("Action", action.to_owned()),
        ("Port", port.port.to_string()),
        ("Address", port.address.to_string()),
        ("Protocol", port.protocol.to_owned()),
        ("Image", owner.image.clone()),
        ("ProcessId", owner.pid.clone()),
    ];
    of_category("listen_port", at, fields)
}

/// The local address, port and inode of a socket in the wanted state.
fn socket(line: &str, state: &str) -> Option<(IpAddr, u16, u64)> {
    let mut parts = line.split_ascii_whitespace();
    let (local, found) = (parts.nth(1)?, parts.nth(1)?);
    if found != state {
        return None;
    }
    let inode = parts.nth(5)?.parse().ok()?;
    let (address, port) = local.split_once(':')?;
    let words = address.as_bytes().chunks(8).map(|word| u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok());
    let bytes: Vec<u8> = words.collect::<Option<Vec<u32>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect();
    let address = match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(four) => IpAddr::V4(Ipv4Addr::from(four)),
        Err(_) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?)),
    };
    Some((address, u16::from_str_radix(port, 16).ok()?, inode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shown, until};

    #[test]
    fn a_port_is_told_when_it_opens_and_closes_with_its_process() {
        let mut watch = PortWatch::new(&Root::machine());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
        let port = listener.local_addr().expect("an address").port().to_string();
        let own = std::process::id().to_string();
        let mut seen = |action: &str| {
            until(action, || {
                let events = watch.look(1);
                let mine = events.iter().find(|event| event.get("Port") == Some(&port) && event.get("Action") == Some(action));
                mine.map(|event| shown(event, &["Address", "Protocol", "ProcessId"]))
            })
        };
        assert_eq!(seen("opened"), format!("127.0.0.1 tcp {own}"));
        drop(listener);
        assert_eq!(seen("closed"), format!("127.0.0.1 tcp {own}"));
    }

    #[test]
    fn lines_of_the_kernels_tables_are_read_or_passed_over() {
        let line =
            "   0: 0100007F:21AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 ffff 100 0 0 10 0";
        assert_eq!(socket(line, "0A"), Some((IpAddr::V4(Ipv4Addr::LOCALHOST), 8620, 4711)));
        assert_eq!(socket(line, "07"), None);
        let six = line.replace("0100007F", "00000000000000000000000001000000");
        assert_eq!(socket(&six, "0A").map(|found| found.0), Some(IpAddr::V6(Ipv6Addr::LOCALHOST)));
        for bad in ["", "0:", "a b c 0A d e f g h", &line.replace("0100007F", "狛犬")] {
            assert_eq!(socket(bad, "0A"), None, "{bad}");
        }
    }
}
