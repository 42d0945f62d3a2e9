use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, NetlinkAddr, bind, recv, send, setsockopt, sockopt};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

/// The kernel's process connector: it tells of every `exec` on the machine.
///
/// Source: Linux, `include/uapi/linux/cn_proc.h` and `connector.h`.
#[derive(Debug)]
pub struct Connector {
    socket: OwnedFd,
}

const CN_IDX_PROC: u32 = 1;
const CN_VAL_PROC: u32 = 1;
const PROC_CN_MCAST_LISTEN: u32 = 1;
const PROC_CN_MCAST_IGNORE: u32 = 2;
const PROC_EVENT_EXEC: u32 = 2;
const NLMSG_DONE: u16 = 3;
/// Of a netlink message; then of a connector message.
const HEADS: usize = 16 + 20;

impl Connector {
    /// Begins to listen. Refused without `CAP_NET_ADMIN`, in a container, and by kernels built without it.
    pub fn open() -> io::Result<Connector> {
        let socket = netlink()?;
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, CN_IDX_PROC))?;
        let _ = setsockopt(&socket, sockopt::RcvBuf, &(1024 * 1024));
        let mut connector = Connector { socket };
        connector.say(PROC_CN_MCAST_LISTEN)?;
        // The kernel answers the request at once, with its own error where it refuses.
        let answer = connector.read(Duration::from_secs(2))?.ok_or_else(|| io::Error::other("the kernel does not answer"))?;
        match refusal(&answer) {
            Some(why) => Err(io::Error::from_raw_os_error(why)),
            None => Ok(connector),
        }
    }

    /// The processes that began a program since the last call; waits for the first so long.
    pub fn wait(&mut self, long: Duration) -> io::Result<Vec<i32>> {
        let mut pids = Vec::new();
        let mut wait = long;
        while pids.len() < 1_000 {
            let Some(message) = self.read(wait)? else { break };
            pids.extend(exec(&message));
            wait = Duration::ZERO;
        }
        Ok(pids)
    }

    /// Tells the kernel that nobody listens here any more.
    pub fn close(mut self) {
        let _ = self.say(PROC_CN_MCAST_IGNORE);
    }

    fn say(&mut self, operation: u32) -> io::Result<()> {
        let mut message = Vec::new();
        for word in [u32::try_from(HEADS + 4).unwrap_or(0), u32::from(NLMSG_DONE), 0, 0] {
            message.extend_from_slice(&word.to_ne_bytes());
        }
        for word in [CN_IDX_PROC, CN_VAL_PROC, 0, 0, 4, operation] {
            message.extend_from_slice(&word.to_ne_bytes());
        }
        send(self.socket.as_raw_fd(), &message, MsgFlags::empty())?;
        Ok(())
    }

    fn read(&mut self, long: Duration) -> io::Result<Option<Vec<u8>>> {
        let mut ready = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, PollTimeout::try_from(long).unwrap_or(PollTimeout::MAX)) {
            Ok(0) | Err(Errno::EINTR) => return Ok(None),
            Ok(_) => {}
            Err(why) => return Err(why.into()),
        }
        let mut buffer = [0; 4096];
        match recv(self.socket.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
            Ok(length) => Ok(Some(buffer[..length].to_vec())),
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(None),
            Err(Errno::ENOBUFS) => {
                tracing::warn!("more processes start than can be looked at: some were missed");
                Ok(None)
            }
            Err(why) => Err(why.into()),
        }
    }
}

fn word(message: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(message.get(at..at + 4)?.try_into().ok()?))
}

/// The process of an `exec` event; nothing for another event.
fn exec(message: &[u8]) -> Option<i32> {
    let is_exec = word(message, HEADS)? == PROC_EVENT_EXEC;
    let pid = word(message, HEADS + 20)?;
    if is_exec { i32::try_from(pid).ok() } else { None }
}

/// The error in the kernel's answer to a request: event kind 0 carries it.
fn refusal(message: &[u8]) -> Option<i32> {
    let is_answer = word(message, HEADS)? == 0;
    let error = word(message, HEADS + 16)?;
    if is_answer && error != 0 { i32::try_from(error).ok() } else { None }
}

#[expect(unsafe_code, reason = "nix has no name for NETLINK_CONNECTOR, so its own call cannot ask for it")]
fn netlink() -> io::Result<OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: the call takes plain numbers; the descriptor it gives is new and owned by nobody else.
    unsafe {
        let socket = libc::socket(libc::AF_NETLINK, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, libc::NETLINK_CONNECTOR);
        if socket < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(OwnedFd::from_raw_fd(socket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_exec_event_names_a_process() {
        let mut message = vec![0; HEADS];
        for word in [PROC_EVENT_EXEC, 0, 0, 0, 4711, 4712] {
            message.extend_from_slice(&u32::to_ne_bytes(word));
        }
        assert_eq!(exec(&message), Some(4712), "the process, not its thread");
        assert_eq!(refusal(&message), None);
        for cut in 0..message.len() {
            assert_eq!(exec(&message[..cut]), None);
        }
        message[HEADS] = 1;
        assert_eq!(exec(&message), None);
        message[HEADS] = 0;
        assert_eq!(refusal(&message), Some(4711));
    }
}
