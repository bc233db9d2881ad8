//! A telephone that speaks raw SIP over a real socket: what it sends is written out, what it gets is read back.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Message {
    pub start: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Message {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        Self { start, headers, body: body.to_owned() }
    }

    /// The status of a response, 0 for a request.
    pub fn status(&self) -> u16 {
        self.start.strip_prefix("SIP/2.0 ").and_then(|rest| rest[..3].parse().ok()).unwrap_or(0)
    }

    /// The method of a request, or of CSeq in a response.
    pub fn method(&self) -> String {
        self.header("CSeq").split(' ').nth(1).unwrap_or_default().to_owned()
    }

    pub fn is_request(&self, method: &str) -> bool {
        self.start.starts_with(&format!("{method} "))
    }

    /// Every value of a header, joined; empty when there is none.
    pub fn header(&self, name: &str) -> String {
        let named = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The tag in To or From.
    pub fn tag(&self, name: &str) -> String {
        self.header(name).split(";tag=").nth(1).unwrap_or_default().to_owned()
    }

    pub fn media_port(&self) -> u16 {
        let line = self.body.lines().find(|line| line.starts_with("m=audio ")).expect("an audio line");
        line.split(' ').nth(1).and_then(|port| port.parse().ok()).expect("a port")
    }
}

enum Wire {
    Udp(UdpSocket),
    Tcp(TcpStream, Vec<u8>),
}

/// The telephone. It has one call at a time.
pub struct Phone {
    wire: Wire,
    pub line: SocketAddr,
    pub local: SocketAddr,
    pub call_id: String,
    pub tag: String,
    pub far_tag: String,
    pub sequence: u32,
    pub rtp: UdpSocket,
    inbox: VecDeque<Message>,
    branches: u32,
    user: String,
}

impl Phone {
    pub async fn udp(line: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let local = socket.local_addr().expect("an address");
        Self::new(Wire::Udp(socket), line, local).await
    }

    pub async fn tcp(line: SocketAddr) -> Self {
        let stream = TcpStream::connect(line).await.expect("a connection");
        let local = stream.local_addr().expect("an address");
        Self::new(Wire::Tcp(stream, Vec::new()), line, local).await
    }

    /// A telephone on a connection that the line opened to it.
    pub async fn over(stream: TcpStream, line: SocketAddr) -> Self {
        let local = stream.local_addr().expect("an address");
        Self::new(Wire::Tcp(stream, Vec::new()), line, local).await
    }

    async fn new(wire: Wire, line: SocketAddr, local: SocketAddr) -> Self {
        let rtp = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let mut phone = Self {
            wire,
            line,
            local,
            call_id: String::new(),
            tag: String::new(),
            far_tag: String::new(),
            sequence: 0,
            rtp,
            inbox: VecDeque::new(),
            branches: 0,
            user: "4420".to_owned(),
        };
        phone.next_call();
        phone
    }

    /// Begins another call: fresh Call-ID and tags.
    pub fn next_call(&mut self) {
        self.call_id = format!("call-{}", rand::random::<u64>());
        self.tag = format!("t{}", rand::random::<u32>());
        self.far_tag = String::new();
        self.sequence = 0;
    }

    pub fn named(mut self, user: &str) -> Self {
        user.clone_into(&mut self.user);
        self
    }

    fn transport(&self) -> &'static str {
        match self.wire {
            Wire::Udp(_) => "UDP",
            Wire::Tcp(..) => "TCP",
        }
    }

    pub fn contact(&self) -> String {
        let transport = if matches!(self.wire, Wire::Tcp(..)) { ";transport=tcp" } else { "" };
        format!("<sip:{}@{}{transport}>", self.user, self.local)
    }

    /// A description with our RTP port and the given direction.
    pub fn sdp(&self, direction: &str) -> String {
        let port = self.rtp.local_addr().expect("an address").port();
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 8 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
        )
    }

    /// A request with the next CSeq (ACK and CANCEL keep theirs).
    pub fn request(&mut self, method: &str, more: &str, body: &str) -> String {
        if method != "ACK" && method != "CANCEL" {
            self.sequence += 1;
        }
        if method != "CANCEL" {
            self.branches += 1;
        }
        self.request_numbered(method, self.sequence, more, body)
    }

    pub fn request_numbered(&self, method: &str, sequence: u32, more: &str, body: &str) -> String {
        let (line, local, transport, branch) = (self.line, self.local, self.transport(), self.branches);
        let (user, tag, call_id, contact) = (&self.user, &self.tag, &self.call_id, self.contact());
        let far_tag = if self.far_tag.is_empty() { String::new() } else { format!(";tag={}", self.far_tag) };
        let kind =
            if body.is_empty() || more.contains("Content-Type") { "" } else { "Content-Type: application/sdp\r\n" };
        let length = body.len();
        format!(
            "{method} sip:800@{line} SIP/2.0\r\n\
             Via: SIP/2.0/{transport} {local};branch=z9hG4bK{call_id}{branch};rport\r\n\
             Max-Forwards: 70\r\nFrom: \"Ann\" <sip:{user}@{local}>;tag={tag}\r\nTo: <sip:800@{line}>{far_tag}\r\n\
             Call-ID: {call_id}\r\nCSeq: {sequence} {method}\r\nContact: {contact}\r\n{more}{kind}\
             Content-Length: {length}\r\n\r\n{body}"
        )
    }

    pub async fn send(&mut self, text: &str) {
        self.send_bytes(text.as_bytes()).await;
    }

    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        match &mut self.wire {
            Wire::Udp(socket) => {
                socket.send_to(bytes, self.line).await.expect("sent");
            }
            Wire::Tcp(stream, _) => stream.write_all(bytes).await.expect("sent"),
        }
    }

    /// The next message, whatever it is.
    pub async fn receive(&mut self) -> Message {
        if let Some(message) = self.inbox.pop_front() {
            return message;
        }
        tokio::time::timeout(PATIENCE, self.read()).await.expect("a message in time")
    }

    /// Whether nothing has come.
    pub fn has_nothing(&mut self) -> bool {
        let mut buffer = [0; 2048];
        let empty = match &mut self.wire {
            Wire::Udp(socket) => socket.try_recv(&mut buffer).is_err(),
            Wire::Tcp(stream, kept) => kept.is_empty() && stream.try_read(&mut buffer).is_err(),
        };
        empty && self.inbox.is_empty()
    }

    async fn read(&mut self) -> Message {
        match &mut self.wire {
            Wire::Udp(socket) => {
                let mut buffer = vec![0; 65_535];
                let length = socket.recv(&mut buffer).await.expect("a datagram");
                Message::parse(&String::from_utf8_lossy(&buffer[..length]))
            }
            Wire::Tcp(stream, kept) => loop {
                if let Some(end) = whole_message(kept) {
                    let text: Vec<u8> = kept.drain(..end).collect();
                    return Message::parse(&String::from_utf8_lossy(&text));
                }
                let mut buffer = [0; 4096];
                let length = stream.read(&mut buffer).await.expect("bytes");
                assert!(length > 0, "the connection was closed");
                kept.extend_from_slice(&buffer[..length]);
            },
        }
    }

    /// The next response to `method` that is not 100, skipping everything else.
    pub async fn answer_to(&mut self, method: &str) -> Message {
        let mut skipped = VecDeque::new();
        let found = loop {
            let message = self.receive().await;
            // On a busy machine the answer to the call before comes once more.
            if message.status() > 0 && message.header("Call-ID") != self.call_id {
                continue;
            }
            if message.status() > 100 && message.method() == method {
                break message;
            }
            if message.status() != 100 {
                skipped.push_back(message);
            }
        };
        skipped.append(&mut self.inbox);
        self.inbox = skipped;
        found
    }

    /// The next request with this method, skipping responses and other requests.
    pub async fn request_of(&mut self, method: &str) -> Message {
        loop {
            let message = self.receive().await;
            if message.is_request(method) {
                return message;
            }
        }
    }

    /// Asks and gives the final answer.
    pub async fn ask(&mut self, method: &str, more: &str, body: &str) -> Message {
        let text = self.request(method, more, body);
        self.send(&text).await;
        loop {
            let answer = self.answer_to(method).await;
            if answer.status() >= 200 {
                return answer;
            }
        }
    }

    /// Sends an INVITE with an offer.
    pub async fn invite(&mut self, more: &str) {
        let body = self.sdp("sendrecv");
        let text = self.request("INVITE", more, &body);
        self.send(&text).await;
    }

    /// Waits for the final answer to the INVITE and acknowledges it.
    pub async fn answered(&mut self) -> Message {
        let answer = self.final_answer().await;
        self.acknowledge(&answer, "").await;
        answer
    }

    pub async fn final_answer(&mut self) -> Message {
        loop {
            let answer = self.answer_to("INVITE").await;
            if answer.status() >= 200 {
                return answer;
            }
        }
    }

    pub async fn acknowledge(&mut self, answer: &Message, body: &str) {
        self.far_tag = answer.tag("To");
        let branches = self.branches;
        let text = self.request("ACK", "", body);
        if answer.status() >= 300 {
            // The ACK of a refusal belongs to the INVITE's transaction.
            self.branches = branches;
            let text = self.request_numbered("ACK", self.sequence, "", body);
            return self.send(&text).await;
        }
        self.send(&text).await;
    }

    /// Answers a request that we got.
    pub async fn reply(&mut self, request: &Message, status: u16, tag: &str, more: &str, body: &str) {
        let mut text = format!("SIP/2.0 {status} Whatever\r\n");
        for (name, value) in &request.headers {
            if ["Via", "From", "Call-ID", "CSeq", "Record-Route"].iter().any(|kept| name.eq_ignore_ascii_case(kept)) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let to = request.header("To");
        let to = if to.contains(";tag=") || tag.is_empty() { to } else { format!("{to};tag={tag}") };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let (contact, length) = (self.contact(), body.len());
        text.push_str(&format!("To: {to}\r\nContact: {contact}\r\n{more}{kind}Content-Length: {length}\r\n\r\n{body}"));
        self.send(&text).await;
    }

    /// Takes over the dialog of an INVITE that we got and answered with `tag`.
    pub fn adopt(&mut self, invite: &Message, tag: &str) {
        self.call_id = invite.header("Call-ID");
        self.tag = tag.to_owned();
        self.far_tag = invite.tag("From");
        self.sequence = 100;
    }
}

fn whole_message(bytes: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.find("\r\n\r\n")?;
    let length = text[..head].lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
    let end = head + 4 + length.trim().parse::<usize>().ok()?;
    (bytes.len() >= end).then_some(end)
}
