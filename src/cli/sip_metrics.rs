//! The SIP line's figures as metrics.

use crate::line::sip::{Registered, SipGauges, TrunkState};
use crate::web::{Metric, MetricKind};

/// The figures of `gauges`.
pub(super) fn metrics(gauges: &SipGauges) -> Vec<Metric> {
    let whole = |value: usize| value as f64;
    let refused = gauges.refused.iter().map(|(why, count)| ((*why).to_owned(), *count as f64));
    let dropped = [
        ("unknown_source", gauges.dropped_unknown_source),
        ("flood", gauges.dropped_flood),
        ("senseless", gauges.dropped_senseless),
    ];
    vec![
        Metric::gauge("warmline_sip_dialogs", "SIP dialogs, early ones included.", whole(gauges.dialogs)),
        Metric::gauge("warmline_sip_legs", "Legs of calls, inbound and outbound.", whole(gauges.legs)),
        Metric::gauge("warmline_sip_transactions", "SIP transactions that are not over.", whole(gauges.transactions)),
        Metric::gauge("warmline_sip_connections", "TCP connections that peers opened.", whole(gauges.tcp_connections)),
        Metric::gauge("warmline_media_ports", "Pairs of media ports lent to calls.", whole(gauges.ports_in_use)),
        Metric::gauge("warmline_registered_agents", "Agents with a registered phone.", whole(gauges.registered_agents)),
        Metric::labelled(
            "warmline_sip_refused_total",
            "Calls and requests refused with 503, by reason.",
            MetricKind::Counter,
            "reason",
            refused,
        ),
        Metric::labelled(
            "warmline_sip_dropped_packets_total",
            "Packets dropped without an answer, by reason.",
            MetricKind::Counter,
            "reason",
            dropped.map(|(why, count)| (why.to_owned(), count as f64)),
        ),
        Metric::counter(
            "warmline_sip_failed_sign_ins_total",
            "Sign-ins with a wrong name or password.",
            gauges.failed_proofs as f64,
        ),
    ]
}

/// Whether each trunk that wants us to register knows us; nothing where no trunk does.
pub(super) fn trunks(states: &[TrunkState]) -> Option<Metric> {
    let wanted = states.iter().filter(|trunk| trunk.registered != Registered::NotNeeded);
    let each = wanted.map(|trunk| (trunk.name.clone(), f64::from(u8::from(trunk.registered == Registered::Yes))));
    let each: Vec<(String, f64)> = each.collect();
    let help = "Whether Warmline is registered with the trunk.";
    (!each.is_empty()).then(|| Metric::labelled("warmline_trunk_registered", help, MetricKind::Gauge, "trunk", each))
}

/// What `/readyz` tells of a trunk that does not know us.
pub(super) fn told(trunk: &TrunkState) -> Option<String> {
    let name = &trunk.name;
    match &trunk.registered {
        Registered::Failed(why) => Some(format!(
            "not registered with the trunk {name}: {why}; it is tried again, look at [trunk.{name}] in warmline.toml"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trunk_that_does_not_know_us_is_told_by_name_and_why() {
        let state = |name: &str, registered| TrunkState { name: name.to_owned(), registered };
        let states = [
            state("quiet", Registered::NotNeeded),
            state("office", Registered::Yes),
            state("carrier", Registered::Failed("refused with 403".to_owned())),
        ];
        let told: Vec<String> = states.iter().filter_map(told).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("not registered with the trunk carrier: refused with 403"), "{told:?}");
        assert!(trunks(&states).is_some());
        assert!(trunks(&states[..1]).is_none());
    }
}
