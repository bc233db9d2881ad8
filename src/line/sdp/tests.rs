//! Descriptions as real phones and exchanges write them, and as nobody should.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use super::*;
use crate::audio::Law;
use crate::line::rtp::{Direction, RemoteMedia};

fn local() -> LocalMedia {
    LocalMedia { session_id: 42, ..LocalMedia::new(address("192.0.2.1:20000")) }
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// What an offer should come to: law, payload type, where to send, packet time, telephone-event, direction.
type Expected = (Law, u8, &'static str, u64, Option<u8>, Direction);

/// Lines of a description, each ended as the standard wants it.
fn lines(text: &str) -> String {
    text.trim().lines().map(|line| format!("{}\r\n", line.trim())).collect()
}

const OFFERS: &[(&str, &str, Expected)] = &[
    (
        "asterisk, chan_pjsip, A-law first",
        "v=0
        o=- 1821467843 1821467843 IN IP4 198.51.100.10
        s=Asterisk
        c=IN IP4 198.51.100.10
        t=0 0
        m=audio 12814 RTP/AVP 8 0 101
        a=rtpmap:8 PCMA/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-16
        a=ptime:20
        a=maxptime:150
        a=sendrecv",
        (Law::A, 8, "198.51.100.10:12814", 20, Some(101), Direction::SendRecv),
    ),
    (
        "freeswitch, many codecs before ours, 30 ms, telephone-event at two rates",
        "v=0
        o=FreeSWITCH 1703844100 1703844101 IN IP4 203.0.113.20
        s=FreeSWITCH
        c=IN IP4 203.0.113.20
        t=0 0
        m=audio 27526 RTP/AVP 102 9 0 8 103 101
        a=rtpmap:102 opus/48000/2
        a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:103 telephone-event/48000
        a=fmtp:103 0-15
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=ptime:30",
        (Law::Mu, 0, "203.0.113.20:27526", 30, Some(101), Direction::SendRecv),
    ),
    (
        "linphone, feedback profile, telephone-event of its own number, ice and rtcp-fb",
        "v=0
        o=alice 2890844526 2890844526 IN IP4 10.0.0.5
        s=Talk
        c=IN IP4 10.0.0.5
        t=0 0
        a=ice-pwd:31ca1d06f2e2f0a1b2c3d4e5
        a=ice-ufrag:8a1b2c3d
        a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics
        m=audio 7078 RTP/AVPF 96 97 98 0 8 18 99 100
        a=rtpmap:96 opus/48000/2
        a=fmtp:96 useinbandfec=1
        a=rtpmap:97 speex/16000
        a=fmtp:97 vbr=on
        a=rtpmap:98 speex/8000
        a=fmtp:98 vbr=on
        a=fmtp:18 annexb=yes
        a=rtpmap:99 telephone-event/48000
        a=rtpmap:100 telephone-event/8000
        a=candidate:1 1 UDP 2130706303 10.0.0.5 7078 typ host
        a=rtcp-fb:* trr-int 5000
        a=rtcp-fb:* ccm tmmbr",
        (Law::Mu, 0, "10.0.0.5:7078", 20, Some(100), Direction::SendRecv),
    ),
    (
        "baresip, address in the media line alone, bandwidth and label lines",
        "v=0
        o=- 3012354321 1467801321 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=tool:baresip 1.0.0
        m=audio 10024 RTP/AVP 0 8 101
        c=IN IP4 127.0.0.1
        b=AS:125
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=rtcp:10025
        a=sendrecv
        a=label:1
        a=rtcp-rsize
        a=ssrc:1204378592 cname:sip:alice@example.net
        a=ptime:20",
        (Law::Mu, 0, "127.0.0.1:10024", 20, Some(101), Direction::SendRecv),
    ),
    (
        "zoiper, Z in the origin, no rtpmap for the static types",
        "v=0
        o=Z 0 1189817 IN IP4 192.168.1.33
        s=Z
        c=IN IP4 192.168.1.33
        t=0 0
        m=audio 8000 RTP/AVP 3 110 8 0 98 101
        a=rtpmap:110 speex/8000
        a=rtpmap:98 iLBC/8000
        a=fmtp:98 mode=20
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=sendrecv",
        (Law::A, 8, "192.168.1.33:8000", 20, Some(101), Direction::SendRecv),
    ),
    (
        "cisco call manager, silence suppression off, event fmtp with a list",
        "v=0
        o=CiscoSystemsCCM-SIP 2000 1 IN IP4 172.18.106.59
        s=SIP Call
        c=IN IP4 172.18.106.60
        b=TIAS:64000
        b=CT:64
        b=AS:64
        t=0 0
        m=audio 16664 RTP/AVP 0 8 18 101
        b=TIAS:64000
        a=rtpmap:0 PCMU/8000
        a=ptime:20
        a=rtpmap:8 PCMA/8000
        a=ptime:20
        a=rtpmap:18 G729/8000
        a=ptime:20
        a=fmtp:18 annexb=no
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15",
        (Law::Mu, 0, "172.18.106.60:16664", 20, Some(101), Direction::SendRecv),
    ),
    (
        "cisco gateway, X-attributes and old cisco events beside the standard's",
        "v=0
        o=CiscoSystemsSIP-GW-UserAgent 7424 4181 IN IP4 192.0.2.77
        s=SIP Call
        c=IN IP4 192.0.2.77
        t=0 0
        m=audio 18202 RTP/AVP 8 0 100 101 19
        c=IN IP4 192.0.2.78
        a=rtpmap:8 PCMA/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:100 X-NSE/8000
        a=fmtp:100 192-194,200-202
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-16
        a=rtpmap:19 CN/8000
        a=X-sqn:0
        a=X-cap: 1 audio RTP/AVP 100
        a=X-cpar: a=rtpmap:100 X-NSE/8000",
        (Law::A, 8, "192.0.2.78:18202", 20, Some(101), Direction::SendRecv),
    ),
    (
        "microsip and pjsua, rtcp address of its own, candidates, no events",
        "v=0
        o=- 3920458000 3920458000 IN IP4 10.1.2.3
        s=pjmedia
        b=AS:84
        t=0 0
        a=X-nat:0
        m=audio 4000 RTP/AVP 8 0
        c=IN IP4 10.1.2.3
        b=TIAS:64000
        a=rtcp:4001 IN IP4 10.1.2.3
        a=sendrecv
        a=rtpmap:8 PCMA/8000
        a=rtpmap:0 PCMU/8000
        a=ssrc:1287293 cname:4f6a",
        (Law::A, 8, "10.1.2.3:4000", 20, None, Direction::SendRecv),
    ),
    (
        "yealink, A-law under a dynamic number",
        "v=0
        o=- 20012 20012 IN IP4 192.168.0.60
        s=SDP data
        c=IN IP4 192.168.0.60
        t=0 0
        m=audio 11782 RTP/AVP 97 101
        a=rtpmap:97 pcma/8000/1
        a=rtpmap:101 Telephone-Event/8000
        a=fmtp:101 0-15
        a=ptime:20
        a=sendrecv",
        (Law::A, 97, "192.168.0.60:11782", 20, Some(101), Direction::SendRecv),
    ),
    (
        "snom, 40 ms limited by maxptime, crypto offered beside plain RTP",
        "v=0
        o=root 1399421423 1399421423 IN IP4 192.168.5.5
        s=call
        c=IN IP4 192.168.5.5
        t=0 0
        m=audio 59100 RTP/AVP 0 8 101
        a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000
        a=ptime:60
        a=maxptime:40",
        (Law::Mu, 0, "192.168.5.5:59100", 40, Some(101), Direction::SendRecv),
    ),
    (
        "optional encryption as two lines: the plain one is taken",
        "v=0
        o=- 1 1 IN IP4 192.168.5.5
        s=-
        c=IN IP4 192.168.5.5
        t=0 0
        m=audio 5000 RTP/SAVP 0 8
        a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz
        m=audio 5002 RTP/AVP 0 8
        m=video 5004 RTP/AVP 31",
        (Law::Mu, 0, "192.168.5.5:5002", 20, None, Direction::SendRecv),
    ),
    (
        "a video phone: the video line comes first and is refused",
        "v=0
        o=- 5 5 IN IP4 192.168.7.7
        s=-
        c=IN IP4 192.168.7.7
        t=0 0
        m=video 6000 RTP/AVP 99
        a=rtpmap:99 H264/90000
        m=audio 6002 RTP/AVP 0
        m=image 6004 udptl t38",
        (Law::Mu, 0, "192.168.7.7:6002", 20, None, Direction::SendRecv),
    ),
    (
        "hold by sendonly",
        "v=0
        o=- 5 6 IN IP4 192.168.7.7
        s=-
        c=IN IP4 192.168.7.7
        t=0 0
        m=audio 6002 RTP/AVP 0 101
        a=rtpmap:101 telephone-event/8000
        a=sendonly",
        (Law::Mu, 0, "192.168.7.7:6002", 20, Some(101), Direction::RecvOnly),
    ),
    (
        "hold by inactive, said for the whole session",
        "v=0
        o=- 5 6 IN IP4 192.168.7.7
        s=-
        c=IN IP4 192.168.7.7
        t=0 0
        a=inactive
        m=audio 6002 RTP/AVP 0",
        (Law::Mu, 0, "192.168.7.7:6002", 20, None, Direction::Inactive),
    ),
    (
        "hold the old way, by an address of zero",
        "v=0
        o=- 5 6 IN IP4 192.168.7.7
        s=-
        c=IN IP4 0.0.0.0
        t=0 0
        m=audio 6002 RTP/AVP 0",
        (Law::Mu, 0, "0.0.0.0:6002", 20, None, Direction::RecvOnly),
    ),
    (
        "a listener: recvonly of the line goes before sendrecv of the session",
        "v=0
        o=- 5 6 IN IP4 192.168.7.7
        s=-
        c=IN IP4 192.168.7.7
        t=0 0
        a=sendrecv
        m=audio 6002 RTP/AVP 8
        a=recvonly",
        (Law::A, 8, "192.168.7.7:6002", 20, None, Direction::SendOnly),
    ),
    (
        "a user name with spaces and a version beyond 64 bits",
        "v=0
        o=Front Desk 1 99999999999999999999999 99999999999999999999999 IN IP4 192.168.7.7
        s=
        c=IN IP4 192.168.7.7
        t=0 0
        m=audio 6002 RTP/AVP 0",
        (Law::Mu, 0, "192.168.7.7:6002", 20, None, Direction::SendRecv),
    ),
    (
        "no origin, no name, no time, bare newlines, blanks at the ends of lines",
        "v=0
        c=IN IP4 192.168.7.7
        m=audio 6002 RTP/AVP 0 8
        a=ptime:10",
        (Law::Mu, 0, "192.168.7.7:6002", 10, None, Direction::SendRecv),
    ),
    (
        "an adapter that asks for 25 ms gets 20, and for a fraction the whole part",
        "v=0
        o=- 5 6 IN IP4 192.168.7.7
        s=-
        c=IN IP4 192.168.7.7
        t=0 0
        m=audio 6002 RTP/AVP 0
        a=ptime:25.5",
        (Law::Mu, 0, "192.168.7.7:6002", 20, None, Direction::SendRecv),
    ),
    (
        "a trunk that asks for 200 ms gets 60, and one that asks for nothing sensible 20",
        "v=0
        o=- 5 6 IN IP4 192.168.7.7
        s=-
        c=IN IP4 192.168.7.7
        t=0 0
        m=audio 6002 RTP/AVP 0
        a=ptime:200",
        (Law::Mu, 0, "192.168.7.7:6002", 60, None, Direction::SendRecv),
    ),
    (
        "a ptime of zero is no wish",
        "v=0
        o=- 5 6 IN IP4 192.168.7.7
        s=-
        c=IN IP4 192.168.7.7
        t=0 0
        m=audio 6002 RTP/AVP 0
        a=ptime:0",
        (Law::Mu, 0, "192.168.7.7:6002", 20, None, Direction::SendRecv),
    ),
    (
        "sippy, a time to live in the address and two ports",
        "v=0
        o=Sippy 118321 0 IN IP4 203.0.113.9
        s=-
        t=0 0
        m=audio 36000/2 RTP/AVP 18 8
        c=IN IP4 203.0.113.9/127
        a=rtpmap:18 G729/8000
        a=rtpmap:8 PCMA/8000",
        (Law::A, 8, "203.0.113.9:36000", 20, None, Direction::SendRecv),
    ),
];

#[test]
fn real_offers_come_to_what_they_mean() {
    for (name, offer, (law, payload_type, to, ptime, event, direction)) in OFFERS {
        let negotiated = answer(&lines(offer), &local()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let remote = negotiated.remote;
        assert_eq!((remote.law, remote.payload_type), (*law, *payload_type), "{name}");
        assert_eq!(remote.receive, [Some((*payload_type, *law)), None], "{name}");
        assert_eq!(remote.address, address(to), "{name}");
        assert_eq!(remote.ptime, Duration::from_millis(*ptime), "{name}");
        assert_eq!((remote.telephone_event, remote.telephone_event_in), (*event, *event), "{name}");
        assert_eq!(remote.direction, *direction, "{name}");
        assert!(!remote.known_source, "{name}");
    }
}

#[test]
fn every_answer_has_the_lines_of_its_offer_and_is_read_by_the_other_side() {
    for (name, offer, expected) in OFFERS {
        let offer = lines(offer);
        let sdp = answer(&offer, &local()).unwrap().sdp;
        let kinds = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| line.starts_with("m="))
                .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(kinds(&offer), kinds(&sdp), "{name}");
        assert_eq!(sdp.lines().filter(|line| line.starts_with("m=audio 20000 RTP/AVP")).count(), 1, "{name}");
        assert!(sdp.contains("c=IN IP4 192.0.2.1\r\n"), "{name}");
        assert!(sdp.contains(&format!("a={}\r\n", expected.5.as_str())), "{name}: {sdp}");
        assert_eq!(sdp.contains("telephone-event/8000\r\n"), expected.4.is_some(), "{name}");
        assert!(sdp.contains("t=0 0\r\n"), "{name}");
    }
}

#[test]
fn an_answer_reads_as_the_standard_wants_it() {
    let sdp = answer(&lines(OFFERS[0].1), &local()).unwrap().sdp;
    let expected = "v=0
        o=warmline 42 1 IN IP4 192.0.2.1
        s=Warmline
        c=IN IP4 192.0.2.1
        t=0 0
        m=audio 20000 RTP/AVP 8 101
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=ptime:20
        a=maxptime:60
        a=sendrecv";
    assert_eq!(sdp, lines(expected));
}

#[test]
fn refused_lines_carry_port_zero() {
    let sdp = answer(&lines(OFFERS.iter().find(|(name, ..)| name.starts_with("a video phone")).unwrap().1), &local())
        .unwrap()
        .sdp;
    assert!(sdp.contains("m=video 0 RTP/AVP 99\r\n"), "{sdp}");
    assert!(sdp.contains("m=image 0 udptl t38\r\n"), "{sdp}");
}

#[test]
fn a_later_answer_keeps_the_session_and_raises_the_version() {
    let mut ours = local();
    let offer = lines(OFFERS[0].1);
    assert!(answer(&offer, &ours).unwrap().sdp.contains("o=warmline 42 1 IN"));
    ours.renew();
    assert!(answer(&offer, &ours).unwrap().sdp.contains("o=warmline 42 2 IN"));
}

fn simple(extra: &str) -> String {
    lines(&format!("v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=audio 4000 RTP/AVP 0\n{extra}"))
}

#[test]
fn rtcp_goes_where_the_offer_says() {
    let rtcp = |extra: &str| answer(&simple(extra), &local()).unwrap().remote.rtcp_address;
    assert_eq!(rtcp(""), address("192.0.2.9:4001"));
    assert_eq!(rtcp("a=rtcp:53020"), address("192.0.2.9:53020"));
    assert_eq!(rtcp("a=rtcp:53020 IN IP4 192.0.2.10"), address("192.0.2.10:53020"));
    assert_eq!(rtcp("a=rtcp:53020 IN IP6 2001:db8::1"), address("192.0.2.9:53020"));
    assert_eq!(rtcp("a=rtcp:nonsense"), address("192.0.2.9:4001"));
    let shared = answer(&simple("a=rtcp-mux"), &local()).unwrap();
    assert_eq!((shared.remote.rtcp_address, shared.remote.rtcp_mux), (address("192.0.2.9:4000"), true));
    assert!(shared.sdp.contains("a=rtcp-mux\r\n"));
    assert!(!answer(&simple(""), &local()).unwrap().sdp.contains("rtcp-mux"));
}

#[test]
fn our_own_hold_limits_what_is_answered() {
    let holding = LocalMedia { direction: Direction::SendOnly, ..local() };
    assert_eq!(answer(&simple(""), &holding).unwrap().remote.direction, Direction::SendOnly);
    assert_eq!(answer(&simple("a=sendonly"), &holding).unwrap().remote.direction, Direction::Inactive);
}

#[test]
fn a_law_that_we_do_not_want_is_passed_over() {
    let only_a = LocalMedia { laws: vec![Law::A], ..local() };
    assert_eq!(answer(&simple(""), &only_a), Err(SdpError::NoCommonCodec));
    let both = simple("").replace("AVP 0", "AVP 0 8");
    assert_eq!(answer(&both, &only_a).unwrap().remote.payload_type, 8);
}

#[test]
fn offers_we_cannot_take_are_refused_with_the_right_status() {
    let bad = |from: &str, to: &str| answer(&simple("").replace(from, to), &local()).unwrap_err();
    let g729 = bad("AVP 0", "AVP 18 101");
    assert_eq!((g729.clone(), g729.status()), (SdpError::NoCommonCodec, 488));
    assert_eq!(bad("AVP 0", "AVP 96"), SdpError::NoCommonCodec, "a dynamic number without its meaning");
    assert_eq!(bad("RTP/AVP", "RTP/SAVP"), SdpError::Transport("RTP/SAVP".to_owned()));
    assert_eq!(bad("RTP/AVP", "UDP/TLS/RTP/SAVPF").status(), 488);
    assert_eq!(bad("audio 4000", "audio 0"), SdpError::NoAudio);
    assert_eq!(bad("m=audio", "m=video"), SdpError::NoAudio);
    assert_eq!(bad("m=audio 4000 RTP/AVP 0\r\n", ""), SdpError::NoAudio);
    for host in ["224.0.0.5", "255.255.255.255", "phone.example.net", "2001:db8::1"] {
        assert!(matches!(bad("192.0.2.9\r\nt=", &format!("{host}\r\nt=")), SdpError::Address(_)), "{host}");
    }
    assert!(matches!(bad("c=IN IP4 192.0.2.9\r\n", ""), SdpError::Address(_)));
    for (from, to) in [("v=0", "v=1"), ("v=0\r\n", ""), ("audio 4000", "audio 70000"), (" RTP/AVP 0", "")] {
        let error = bad(from, to);
        assert!(matches!(error, SdpError::Malformed(_)), "{to}: {error}");
        assert_eq!(error.status(), 400);
    }
    assert_eq!(answer("", &local()).unwrap_err().status(), 400);
}

#[test]
fn what_a_hostile_offer_says_does_not_reach_a_header_as_it_is() {
    for (from, to) in [
        ("RTP/AVP", format!("\"x\u{7}\\{}", "y".repeat(5_000))),
        ("IN IP4 192.0.2.9\r\nt", format!("IN IP4 \"{}\r\nt", "z".repeat(5_000))),
        ("v=0", format!("v=\"{}", "q".repeat(5_000))),
    ] {
        let error = answer(&simple("").replace(from, &to), &local()).unwrap_err().to_string();
        assert!(error.len() < 250, "{error}");
        assert!(!error.contains(['"', '\\', '\u{7}']), "{error}");
    }
}

#[test]
fn stereo_and_other_clock_rates_are_not_g711() {
    for map in ["PCMU/16000", "PCMU/8000/2", "L16/8000"] {
        let offer = simple(&format!("a=rtpmap:0 {map}"));
        assert_eq!(answer(&offer, &local()), Err(SdpError::NoCommonCodec), "{map}");
    }
}

#[test]
fn ipv6_is_negotiated_between_ipv6_ends() {
    let ours = LocalMedia::new(address("[2001:db8::1]:20000"));
    let offer = simple("").replace("IN IP4 192.0.2.9", "IN IP6 2001:db8::9");
    let negotiated = answer(&offer, &ours).unwrap();
    assert_eq!(negotiated.remote.address, address("[2001:db8::9]:4000"));
    assert!(negotiated.sdp.contains("c=IN IP6 2001:db8::1\r\n"));
}

#[test]
fn huge_descriptions_are_refused_at_once() {
    let begun = Instant::now();
    let long = simple(&format!("a=x:{}", "y".repeat(40_000)));
    assert_eq!(answer(&long, &local()).unwrap_err().status(), 413);
    let many = simple(&"a=sendrecv\n".repeat(1_000));
    assert!(matches!(answer(&many, &local()), Err(SdpError::TooLong { .. })));
    // As many formats and lines as fit the limits.
    let formats = simple("").replace("AVP 0", &format!("AVP {}", "96 ".repeat(9_000)));
    assert_eq!(answer(&formats, &local()).unwrap_err(), SdpError::NoCommonCodec);
    let audio_lines = simple(&"m=audio 4000 RTP/AVP 96\n".repeat(500));
    assert!(answer(&audio_lines, &local()).is_ok());
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn our_offer_reads_as_the_standard_wants_it() {
    let expected = "v=0
        o=warmline 42 1 IN IP4 192.0.2.1
        s=Warmline
        c=IN IP4 192.0.2.1
        t=0 0
        m=audio 20000 RTP/AVP 0 8 101
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=ptime:20
        a=maxptime:60
        a=sendrecv";
    assert_eq!(offer(&local()), lines(expected));
    let held = LocalMedia { rtcp_port: 30_000, direction: Direction::SendOnly, ..local() };
    assert!(offer(&held).contains("a=rtcp:30000\r\na=sendonly\r\n"));
}

#[test]
fn two_of_us_agree() {
    let caller = local();
    let callee = LocalMedia { laws: vec![Law::A], ..LocalMedia::new(address("192.0.2.2:30000")) };
    let negotiated = answer(&offer(&caller), &callee).unwrap();
    let accepted = accept(&caller, &negotiated.sdp).unwrap();
    let expected = RemoteMedia {
        address: address("192.0.2.2:30000"),
        rtcp_address: address("192.0.2.2:30001"),
        ..negotiated.remote
    };
    assert_eq!(accepted, expected);
    assert_eq!((accepted.law, accepted.payload_type, accepted.telephone_event), (Law::A, 8, Some(101)));
}

#[test]
fn an_answer_may_number_the_events_anew_and_keep_both_laws() {
    let given = simple("a=rtpmap:96 telephone-event/8000").replace("AVP 0", "AVP 8 0 96");
    let remote = accept(&local(), &given).unwrap();
    assert_eq!((remote.law, remote.payload_type), (Law::A, 8));
    assert_eq!(remote.receive, [Some((8, Law::A)), Some((0, Law::Mu))]);
    assert_eq!(remote.telephone_event, Some(96), "we send with the number of the answer");
    assert_eq!(remote.telephone_event_in, Some(101), "and hear with the number of our offer");
}

#[test]
fn answers_that_refuse_the_sound_are_errors() {
    let refused = simple("").replace("audio 4000", "audio 0");
    assert_eq!(accept(&local(), &refused), Err(SdpError::NoAudio));
    let other = simple("").replace("AVP 0", "AVP 9");
    assert_eq!(accept(&local(), &other), Err(SdpError::NoCommonCodec));
}

#[test]
fn an_answer_on_hold_stops_us() {
    assert_eq!(accept(&local(), &simple("a=sendonly")).unwrap().direction, Direction::RecvOnly);
    assert_eq!(accept(&local(), &simple("a=inactive")).unwrap().direction, Direction::Inactive);
    let holding = LocalMedia { direction: Direction::SendOnly, ..local() };
    assert_eq!(accept(&holding, &simple("a=recvonly")).unwrap().direction, Direction::SendOnly);
}

fn config() -> Config {
    Config { rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn random_text_never_panics(text in "\\PC{0,400}") {
        answer(&text, &local()).ok();
        accept(&local(), &text).ok();
    }

    #[test]
    fn mutated_offers_never_panic_and_answers_are_read_again(
        which in 0..OFFERS.len(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..8),
    ) {
        let mut text: Vec<char> = lines(OFFERS[which].1).chars().collect();
        for (place, character) in cuts {
            let place = place.index(text.len());
            text[place] = character;
        }
        let text: String = text.into_iter().collect();
        if let Ok(negotiated) = answer(&text, &local()) {
            prop_assert!(description::parse(&negotiated.sdp).is_ok(), "{}", negotiated.sdp);
        }
        accept(&local(), &text).ok();
    }
}
