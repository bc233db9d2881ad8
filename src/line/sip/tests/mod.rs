//! The line on real loopback sockets, against a telephone that speaks raw SIP.

mod admission;
mod gaps;
mod inbound;
mod outbound;
mod phone;
mod registration;
mod streams;

use std::time::Duration;

use tokio::sync::mpsc;

use super::{SipLine, SipSettings, SipTimers};
use crate::line::{IncomingCall, Leg, LegEnd, LegEvent};
use phone::{PATIENCE, Phone};

/// Settings for loopback with quick timers.
fn settings() -> SipSettings {
    let address = Some("127.0.0.1:0".parse().expect("address"));
    SipSettings {
        udp: address,
        tcp: address,
        media_bind: "127.0.0.1".parse().expect("address"),
        media_ports: 30_000..=49_999,
        timers: SipTimers {
            t1: Duration::from_millis(40),
            t2: Duration::from_millis(160),
            t4: Duration::from_millis(200),
            port_linger: Duration::ZERO,
            trunk_retry: Duration::from_millis(50),
            ..SipTimers::default()
        },
        ..SipSettings::default()
    }
}

/// A running line and its calls.
struct Running {
    line: SipLine,
    calls: mpsc::Receiver<IncomingCall>,
}

impl Running {
    async fn start(settings: SipSettings) -> Self {
        let (line, calls) = SipLine::start(settings).await.expect("started");
        Self { line, calls }
    }

    async fn udp_phone(&self) -> Phone {
        Phone::udp(self.line.local_addresses().udp.expect("udp")).await
    }

    async fn tcp_phone(&self) -> Phone {
        Phone::tcp(self.line.local_addresses().tcp.expect("tcp")).await
    }

    async fn next_call(&mut self) -> IncomingCall {
        tokio::time::timeout(PATIENCE, self.calls.recv()).await.expect("a call in time").expect("a call")
    }

    /// A call of `phone` that is up.
    async fn talking(&mut self, phone: &mut Phone, more: &str) -> Leg {
        phone.invite(more).await;
        let mut leg = self.next_call().await.leg;
        leg.control.answer();
        assert_eq!(phone.answered().await.status(), 200);
        assert_eq!(next_event(&mut leg).await, LegEvent::Answered);
        leg
    }

    /// Waits until a condition on the gauges holds.
    async fn until(&self, what: &str, holds: impl Fn(&super::SipGauges) -> bool) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !holds(&self.line.gauges()) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what}: {:?}", self.line.gauges());
    }

    /// Nothing of any call is left.
    async fn is_empty(&self) {
        self.until("not everything was given back", |gauges| {
            gauges.dialogs == 0 && gauges.legs == 0 && gauges.ports_in_use == 0
        })
        .await;
    }
}

async fn next_event(leg: &mut Leg) -> LegEvent {
    tokio::time::timeout(PATIENCE, leg.events.recv()).await.expect("an event in time").expect("an event")
}

/// The end of the leg, after which nothing comes.
async fn end_of(leg: &mut Leg) -> LegEnd {
    loop {
        if let LegEvent::Ended(end) = next_event(leg).await {
            let after = tokio::time::timeout(PATIENCE, leg.events.recv()).await.expect("the channel closes");
            assert_eq!(after, None, "the end comes last and once");
            return end;
        }
    }
}
