//! Shows a call's events as they happen: for people, or as JSON lines.

use std::io::Write;

use tokio::sync::mpsc;

use crate::record::{CallEvent, TimedEvent};

/// Shows events until the call has ended.
pub(super) async fn events(mut events: mpsc::Receiver<TimedEvent>, json: bool) {
    while let Some(event) = events.recv().await {
        let shown = if json {
            event.to_json()
        } else if let Some(line) = line(&event.event) {
            let seconds = event.t / 1_000;
            format!("{:>2}:{:02}.{}  {line}", seconds / 60, seconds % 60, event.t % 1_000 / 100)
        } else {
            continue;
        };
        // Whoever reads has seen enough, as `head` does: the call goes on unseen.
        if writeln!(std::io::stdout(), "{shown}").is_err() {
            return;
        }
    }
}

/// An event in words; `None` for what a person does not want to read.
fn line(event: &CallEvent) -> Option<String> {
    Some(match event {
        CallEvent::Said { text, latency_ms, heard_ms, .. } => {
            let latency = latency_ms.map(|latency| format!("  ({latency} ms)")).unwrap_or_default();
            let cut = heard_ms.map(|heard| format!("  (interrupted after {heard} ms)")).unwrap_or_default();
            format!("line    {text}{latency}{cut}")
        }
        CallEvent::Heard { text, confidence, .. } => format!("caller  {text}  [{confidence:.2}]"),
        CallEvent::Key { key } => format!("caller  presses {key}"),
        CallEvent::Handler { name } => format!("        ↳ {name}"),
        CallEvent::Step { flow, step, .. } => format!("        → {flow}, {step}"),
        CallEvent::LookUp { name, result, .. } => format!("        looked up {name}: {result}"),
        CallEvent::Queued { queue, class, position } => {
            format!("        waits in {queue}, class {class}, place {position}")
        }
        CallEvent::Offered { agent } => format!("        rings {agent}"),
        CallEvent::Bridged { agent } => format!("        talks with {agent}"),
        CallEvent::Ended { reason } => format!("        ended: {}", reason.as_str().replace('_', " ")),
        _ => return None,
    })
}
