//! SIP byte by byte, for what SIPp cannot say: the same bytes twice, two requests at once, broken ones.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A telephone of our own on one socket, for one call.
pub struct RawPhone {
    socket: UdpSocket,
    server: SocketAddr,
    number: String,
    call_id: String,
    rtp_port: u16,
    to_tag: Option<String>,
    seen: Vec<String>,
}

impl RawPhone {
    /// A telephone that will dial `number`.
    pub fn new(server: SocketAddr, number: &str, rtp_port: u16) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        let call_id = format!("raw-{}-{}@wire.test", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { socket, server, number: number.to_owned(), call_id, rtp_port, to_tag: None, seen: Vec::new() }
    }

    /// A request; `branch` names its transaction.
    pub fn request(&self, method: &str, number: u32, branch: &str) -> String {
        let port = self.socket.local_addr().expect("its address").port();
        let to_tag = match (&self.to_tag, method) {
            (Some(tag), "ACK" | "BYE" | "INFO") => format!(";tag={tag}"),
            _ => String::new(),
        };
        let body = if method == "INVITE" { self.description() } else { String::new() };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} sip:{0}@{1} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-{branch}-{2}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:4420@127.0.0.1:{port}>;tag=raw\r\nTo: <sip:{0}@{1}>{to_tag}\r\n\
             Call-ID: {2}\r\nCSeq: {number} {method}\r\nContact: <sip:4420@127.0.0.1:{port}>\r\n{kind}\
             Content-Length: {3}\r\n\r\n{body}",
            self.number,
            self.server,
            self.call_id,
            body.len()
        )
    }

    fn description(&self) -> String {
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
             a=fmtp:101 0-15\r\na=sendrecv\r\n",
            self.rtp_port
        )
    }

    /// Sends it.
    pub fn send(&self, message: &str) {
        self.send_bytes(message.as_bytes());
    }

    /// Sends whatever it is.
    pub fn send_bytes(&self, bytes: &[u8]) {
        // A full buffer or a refused port is the network's; what matters is what the server does.
        let _ = self.socket.send_to(bytes, self.server);
    }

    /// The next message that `wanted` knows, within `within`; every message is kept in [`Self::seen`].
    pub fn receive(&mut self, within: Duration, wanted: impl Fn(&str) -> bool) -> Option<String> {
        let until = Instant::now() + within;
        let mut buffer = [0; 8_192];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            self.socket.set_read_timeout(Some(left)).expect("a time limit");
            let Ok(length) = self.socket.recv(&mut buffer) else { continue };
            let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
            self.seen.push(message.clone());
            if wanted(&message) {
                return Some(message);
            }
        }
    }

    /// Every message that came.
    pub fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Remembers the tag the server gave, for requests within the dialog.
    pub fn join(&mut self, answer: &str) {
        let to = answer.lines().find(|line| line.starts_with("To:")).expect("a To");
        self.to_tag = to.split(";tag=").nth(1).map(|tag| tag.trim().to_owned());
    }
}

/// The status of a response to `method`; `None` for anything else.
pub fn status(message: &str, method: &str) -> Option<u16> {
    let cseq = message.lines().find(|line| line.starts_with("CSeq:"))?;
    let status = message.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()?;
    cseq.trim_end().ends_with(method).then_some(status)
}
