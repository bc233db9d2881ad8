//! The SIP line's figures as metrics.

use crate::line::sip::SipGauges;
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
