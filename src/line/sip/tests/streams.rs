//! What comes over TCP: cut and joined anyhow, kept alive, broken, too large, or no SIP at all.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{PATIENCE, Phone, Running, settings};
use crate::line::sip::SipSettings;

/// A connection on which bytes are written as they stand.
async fn connected(running: &Running) -> TcpStream {
    let address = running.line.local_addresses().tcp.expect("tcp");
    TcpStream::connect(address).await.expect("a connection")
}

/// A request that names us, so that its answer is our own.
fn options(branch: u32, more: &str) -> String {
    format!(
        "OPTIONS sip:800@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bKs{branch}\r\n\
         From: <sip:1@x>;tag=1\r\nTo: <sip:800@x>\r\nCall-ID: s{branch}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n\
         {more}\r\n"
    )
}

/// The status of the next answers, as many as there are branches, each with its branch.
async fn answers(stream: &mut TcpStream, count: usize) -> Vec<(u16, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.matches("\r\n\r\n").count();
        if whole >= count {
            return text.split_inclusive("\r\n\r\n").filter_map(answer).collect();
        }
        let mut chunk = [0; 4_096];
        let length = tokio::time::timeout(PATIENCE, stream.read(&mut chunk)).await.expect("an answer in time");
        let length = length.expect("bytes");
        assert!(length > 0, "the connection was closed behind {text:?}");
        bytes.extend_from_slice(&chunk[..length]);
    }
}

fn answer(text: &str) -> Option<(u16, String)> {
    let status = text.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()?;
    let branch = text.split("branch=z9hG4bK").nth(1)?.split([';', '\r']).next()?;
    Some((status, branch.to_owned()))
}

/// Everything until the far end closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset is closed as well.
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("closed in time");
    drop(read);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn requests_that_come_joined_or_in_pieces_are_all_answered() {
    let running = Running::start(settings()).await;
    let mut stream = connected(&running).await;
    stream.set_nodelay(true).expect("no delay");
    let (first, second, third) = (options(1, "Content-Length: 0\r\n"), options(2, ""), options(3, "l: 4\r\n"));
    let joined = format!("\r\n{first}{second}{third}body");
    let (begin, end) = joined.split_at(first.len() + 60);
    stream.write_all(begin.as_bytes()).await.expect("written");
    assert_eq!(answers(&mut stream, 1).await, [(200, "s1".to_owned())]);
    stream.write_all(end.as_bytes()).await.expect("written");
    let mut both = answers(&mut stream, 2).await;
    both.sort();
    assert_eq!(both, [(200, "s2".to_owned()), (200, "s3".to_owned())]);
}

#[tokio::test]
async fn a_ping_is_answered_and_nothing_else_is_said() {
    let running = Running::start(settings()).await;
    let mut stream = connected(&running).await;
    stream.write_all(b"\r\n\r\n").await.expect("written");
    let mut pong = [0; 2];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut pong)).await.expect("in time").expect("a pong");
    assert_eq!(&pong, b"\r\n");
    stream.write_all(options(1, "").as_bytes()).await.expect("written");
    assert_eq!(answers(&mut stream, 1).await, [(200, "s1".to_owned())]);
}

#[tokio::test]
async fn a_broken_message_costs_itself_alone() {
    let mut running = Running::start(settings()).await;
    let mut phone = running.tcp_phone().await;
    let leg = running.talking(&mut phone, "").await;
    let broken = options(1, "").replace("From: <sip:1@x>;tag=1\r\n", "");
    let unknown = options(2, "").replace("OPTIONS", "FROBNICATE");
    let later = options(3, "").replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia");
    for (text, status) in [(broken, 400), (unknown, 501), (later, 505)] {
        phone.send(&text).await;
        assert_eq!(phone.receive().await.status(), status, "{text}");
    }
    // What is no request is passed over, and the call on the same connection goes on to its end.
    phone.send("SIP/2.0 what\r\nCSeq: x\r\n\r\n").await;
    leg.control.hang_up();
    let bye = phone.request_of("BYE").await;
    phone.reply(&bye, 200, "", "", "").await;
    drop(leg);
    running.is_empty().await;
}

#[tokio::test]
async fn a_message_without_known_bounds_is_refused_and_the_connection_closed() {
    let running = Running::start(settings()).await;
    let body = "Content-Type: application/sdp\r\n";
    let cases = [
        (options(1, &format!("{body}Content-Length: -3\r\n")), "400 Bad Content-Length"),
        (options(2, body), "400 Missing Content-Length"),
        (options(3, "Content-Length: 1\r\nContent-Length: 2\r\n"), "400 Two Content-Lengths"),
        (options(4, "Content-Length: 99999999\r\n"), "513 Message Too Large"),
        (options(5, &format!("Subject: {}", "x".repeat(70_000))), "513 Message Too Large"),
    ];
    for (text, expected) in cases {
        let mut stream = connected(&running).await;
        // The far end may close before it has read everything.
        stream.write_all(text.as_bytes()).await.ok();
        let told = rest(&mut stream).await;
        if !text.contains("Subject") {
            assert!(told.starts_with(&format!("SIP/2.0 {expected}\r\n")) && told.contains("Via: "), "{told}");
        }
    }
    running.until("the connections are given back", |gauges| gauges.tcp_connections == 0).await;
}

#[tokio::test]
async fn what_is_no_sip_is_closed_in_silence() {
    let running = Running::start(settings()).await;
    for bytes in
        [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), b"\x16\x03\x01\x02\x00\x01\n".to_vec(), vec![b'x'; 9_000]]
    {
        let mut stream = connected(&running).await;
        stream.write_all(&bytes).await.ok();
        let whole = bytes.ends_with(b"\r\n\r\n");
        if whole {
            // Within its bounds, so that nothing is known to be wrong with what follows.
            stream.shutdown().await.ok();
        }
        assert_eq!(rest(&mut stream).await, "", "{:?}", String::from_utf8_lossy(&bytes[..7]));
    }
    running.until("the connections are given back", |gauges| gauges.tcp_connections == 0).await;
    running.until("they are counted", |gauges| gauges.dropped_senseless >= 3).await;
}

#[tokio::test]
async fn a_long_message_that_no_datagram_could_hold_is_taken() {
    let running = Running::start(settings()).await;
    let mut phone = running.tcp_phone().await;
    let more = format!("Subject: {}\r\n", "x".repeat(30_000));
    assert_eq!(phone.ask("OPTIONS", &more, "").await.status(), 200);
}

#[tokio::test]
async fn a_message_that_never_ends_and_an_idle_connection_are_given_up() {
    let mut quick = settings();
    quick.timers.t1 = Duration::from_millis(5);
    let running = Running::start(quick).await;
    let mut stream = connected(&running).await;
    stream.write_all(b"OPTIONS sip:800@127.0.0.1 SIP/2.0\r\nVia: ").await.expect("written");
    assert_eq!(rest(&mut stream).await, "");

    let mut settings = SipSettings { udp: None, ..settings() };
    settings.timers.tcp_idle = Duration::from_millis(50);
    let running = Running::start(settings).await;
    let mut phone = Phone::tcp(running.line.local_addresses().tcp.expect("tcp")).await;
    assert_eq!(phone.ask("OPTIONS", "", "").await.status(), 200);
    running.until("the idle connection is given back", |gauges| gauges.tcp_connections == 0).await;
}
