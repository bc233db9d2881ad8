//! What is wrong at the start is said at the start, by name.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use super::server::{Plan, beside_others};

#[test]
fn a_sip_port_in_use_is_named() {
    let _machine = beside_others();
    let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    let address = taken.local_addr().expect("its address").to_string();
    let (code, complaint) = Plan::desks().fail_to_start(&address, "127.0.0.1:0", |_| ());
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains(&address) && complaint.contains("use"), "{complaint}");
    assert!(complaint.contains("choose another"), "no word of how to mend it: {complaint}");
}

#[test]
fn a_web_port_in_use_is_named() {
    let _machine = beside_others();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    let address = taken.local_addr().expect("its address").to_string();
    let (code, complaint) = Plan::desks().fail_to_start("127.0.0.1:0", &address, |_| ());
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains(&address) && complaint.contains("--web"), "{complaint}");
}

#[test]
fn a_missing_model_is_named() {
    let _machine = beside_others();
    let (code, complaint) = Plan::desks().fail_to_start("127.0.0.1:0", "127.0.0.1:0", |settings| {
        settings.push_str("[models]\ndir = \"/nowhere/models\"\n");
    });
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains("/nowhere/models") && complaint.contains("models install"), "{complaint}");
}

#[test]
fn a_file_that_is_no_model_is_refused_by_name() {
    let _machine = beside_others();
    let (code, complaint) = Plan::desks().fail_to_start("127.0.0.1:0", "127.0.0.1:0", |settings| {
        settings.push_str("[models]\nwhisper = \"orders.csv\"\n");
    });
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains("orders.csv"), "{complaint}");
}
