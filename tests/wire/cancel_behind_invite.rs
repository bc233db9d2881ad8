//! A CANCEL right behind its INVITE: the call is either never answered, or answered and then ended by the caller;
//! nothing stays behind either way.

use std::time::Duration;

use super::raw::{RawPhone, status};
use super::server::{PATIENCE, Server, beside_others, free_ports, new_number};

#[test]
fn a_call_cancelled_at_once_leaves_nothing_behind() {
    let _machine = beside_others();
    let server = Server::desks();
    let (mut cancelled, mut answered) = (0, 0);
    for _ in 0..20 {
        let mut phone = RawPhone::new(server.sip, &new_number(), free_ports(2));
        let (invite, cancel) = (phone.request("INVITE", 1, "one"), phone.request("CANCEL", 1, "one"));
        phone.send(&invite);
        phone.send(&cancel);
        let last = phone.receive(PATIENCE, |message| status(message, "INVITE").is_some_and(|status| status >= 200));
        let last = last.expect("the INVITE is answered for good");
        let of_cancel = phone.seen().iter().find_map(|message| status(message, "CANCEL"));
        let of_cancel = of_cancel.or_else(|| {
            phone
                .receive(Duration::from_secs(5), |message| status(message, "CANCEL").is_some())
                .and_then(|message| status(&message, "CANCEL"))
        });
        // 481 where the CANCEL overtook the INVITE inside the server, or came behind its answer.
        assert!(matches!(of_cancel, Some(200 | 481)), "the CANCEL was answered {of_cancel:?}");
        phone.join(&last);
        match status(&last, "INVITE") {
            Some(487) => {
                cancelled += 1;
                let ack = phone.request("ACK", 1, "one");
                phone.send(&ack);
            }
            Some(200) => {
                answered += 1;
                let (ack, bye) = (phone.request("ACK", 1, "ack"), phone.request("BYE", 2, "bye"));
                phone.send(&ack);
                phone.send(&bye);
                let gone = phone.receive(PATIENCE, |message| status(message, "BYE").is_some());
                assert_eq!(gone.and_then(|message| status(&message, "BYE")), Some(200));
            }
            other => panic!("the INVITE was answered {other:?}"),
        }
    }
    assert_eq!(cancelled + answered, 20);
    server.wait_until_nothing_is_left();
    server.assert_no_panic();
}
