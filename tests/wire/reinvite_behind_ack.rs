//! Phones that re-INVITE in the same breath as the ACK are answered, every time.

use super::media::Media;
use super::server::{Server, beside_others, new_number};
use super::sipp::Scenario;

#[test]
fn a_reinvite_right_behind_the_ack_is_answered() {
    let _machine = beside_others();
    let server = Server::desks();
    let (number, media) = (new_number(), Media::new(1));
    let ten = ["-m", "10", "-l", "1", "-r", "10"];
    Scenario::caller("reinvite-behind-ack", server.sip, &number, media.port(0)).options(&ten).start().finish();
    assert_eq!(server.wait_for_end(&number), "caller_hung_up");
}
