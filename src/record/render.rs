//! Calls as people read them in a terminal.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::event::CallEvent;
use super::{CallRecord, CallSummary, LatencyReport};
use crate::Private;

/// A table of calls, one a line, in the time zone of this machine.
pub fn render_calls(calls: &[CallSummary]) -> String {
    calls_in(calls, &TimeZone::system())
}

/// One call: its head, what both sides said and what happened between, with times, and its latencies; in
/// the time zone of this machine.
pub fn render_call(call: &CallRecord) -> String {
    call_in(call, &TimeZone::system())
}

fn calls_in(calls: &[CallSummary], zone: &TimeZone) -> String {
    let head = ["CALL", "ANSWERED", "LASTED", "LINE", "FROM", "HEARD", "AGENT", "ENDED"].map(str::to_owned);
    let mut rows = vec![head];
    rows.extend(calls.iter().map(|call| {
        [
            call.call.to_string(),
            call.start.answered.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            call.duration.map_or_else(|| "–".to_owned(), clock),
            printable(&call.start.line),
            caller(call),
            call.heard.to_string(),
            call.agent.as_deref().map_or_else(|| "–".to_owned(), printable),
            call.reason.map_or("–", |reason| reason.as_str()).to_owned(),
        ]
    }));
    columns(&rows)
}

fn call_in(call: &CallRecord, zone: &TimeZone) -> String {
    let summary = &call.summary;
    let start = &summary.start;
    let mut text = format!("call {} on {} from {}", summary.call, printable(&start.line), caller(summary));
    if let Some(dialled) = &start.dialled {
        text.push_str(&format!(" to {}", printable(dialled)));
    }
    let answered = start.answered.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z");
    let lasted =
        summary.duration.map_or_else(|| "has no end".to_owned(), |duration| format!("lasted {}", clock(duration)));
    text.push_str(&format!("\nanswered {answered}, {lasted}"));
    if let Some(reason) = summary.reason {
        text.push_str(&format!(", ended: {}", reason.as_str()));
    }
    text.push_str(&format!("\nbundle {}\n\n", printable(&start.bundle)));

    let spoken = call
        .transcript()
        .lines
        .into_iter()
        .map(|line| (line.t, [time(line.t), line.side.as_str().to_owned(), printable(&line.text)]));
    let between = call.events.iter().filter_map(|timed| {
        note(&timed.event).map(|note| (timed.t, [time(timed.t), String::new(), format!("· {}", printable(&note))]))
    });
    let mut lines: Vec<(u64, [String; 3])> = spoken.chain(between).collect();
    lines.sort_by_key(|(t, _)| *t);
    let rows: Vec<[String; 3]> = lines.into_iter().map(|(_, row)| row).collect();
    text.push_str(&columns(&rows));

    let latency = LatencyReport::of(&call.events);
    if !latency.turns.is_empty() {
        text.push_str(&format!("\n{latency}"));
    }
    text
}

/// What happened between what was said; `None` for what the transcript or the latencies show.
fn note(event: &CallEvent) -> Option<String> {
    let text = match event {
        CallEvent::Said { .. }
        | CallEvent::Heard { .. }
        | CallEvent::Key { .. }
        | CallEvent::Answered { .. }
        | CallEvent::TurnTiming { .. } => return None,
        CallEvent::Handler { name } => format!("handler {name}"),
        CallEvent::Step { flow, step, .. } => format!("step {flow}/{step}"),
        CallEvent::LookUp { name, result, ms } => match ms {
            Some(ms) => format!("look-up {name}: {result} in {ms} ms"),
            None => format!("look-up {name}: {result}"),
        },
        CallEvent::Did { name, result, .. } => format!("do {name}: {result}"),
        CallEvent::Sent { name, template, result, .. } => format!("send {name} {template:?}: {result}"),
        CallEvent::Survey { answers } => {
            let answers: Vec<String> =
                answers.iter().map(|(question, answer)| format!("{question} {answer}")).collect();
            format!("survey: {}", answers.join(", "))
        }
        CallEvent::Note { text } => format!("note: {text}"),
        CallEvent::Tag { tag } => format!("tag {tag}"),
        CallEvent::Mood { distress, arousal, trend, .. } => {
            format!("mood: distress {distress:.2}, arousal {arousal:.2}, {trend}")
        }
        CallEvent::Complexity { score, .. } => format!("complexity {score:.2}"),
        CallEvent::Queued { queue, class, position } => format!("queued in {queue}, class {class}, place {position}"),
        CallEvent::Offered { agent } => format!("offered to {agent}"),
        CallEvent::Bridged { agent } => format!("talks to {agent}"),
        CallEvent::Brief { agent, text } => format!("{agent} was told: {text}"),
        CallEvent::OfferEnded { agent, why } => format!("{agent}: {why}"),
        CallEvent::QueueEnded { queue, result, waited_ms } => {
            format!("left {queue} after {}: {result}", clock(Duration::from_millis(*waited_ms)))
        }
        CallEvent::Recording { file } => format!("recorded in {file}"),
        CallEvent::LineQuality { leg, received, lost, late, jitter_ms } => {
            format!("line of {leg}: {received} packets, {lost} lost, {late} late, jitter {jitter_ms} ms")
        }
        CallEvent::Fault { part, what } => format!("fault in {part}: {what}"),
        CallEvent::EventsLost { count } => format!("{count} events are missing here"),
        CallEvent::Ended { reason } => format!("ended: {}", reason.as_str()),
        CallEvent::Other(_) => event.name().to_owned(),
    };
    Some(text)
}

fn caller(call: &CallSummary) -> String {
    call.start.caller_number.as_ref().map_or_else(|| "unknown".to_owned(), |number| printable(&Private::masked(number)))
}

/// Rows under each other, each column as wide as its widest cell, the last as it is.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Minutes and seconds, hours if there are any.
fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A time in a call, to the tenth of a second.
fn time(t: u64) -> String {
    format!("{:>4}:{:02}.{}", t / 60_000, t / 1_000 % 60, t / 100 % 10)
}

/// Without what would move the cursor or colour the terminal: names and texts come from outside.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CallId;
    use crate::record::{CallStart, EndedReason, TimedEvent};

    fn call() -> CallRecord {
        let said = |t, text: &str, heard_ms| TimedEvent {
            t,
            event: CallEvent::Said { text: text.to_owned(), cached: true, latency_ms: None, heard_ms },
        };
        let event = |t, event| TimedEvent { t, event };
        let heard = CallEvent::Heard {
            text: "where is my\u{1b}[31m order".to_owned(),
            language: "en".to_owned(),
            confidence: 0.9,
            start_ms: 2_500,
            end_ms: 3_900,
            recognition_ms: Some(400),
        };
        CallRecord {
            summary: CallSummary {
                call: CallId::fixed(0xc0ffee),
                start: CallStart {
                    answered: "2025-03-04T05:06:07Z".parse().unwrap(),
                    line: "sip".to_owned(),
                    bundle: "ab12cd34".to_owned(),
                    caller_number: Some(Private::new("+442079460123".to_owned())),
                    caller_name: None,
                    dialled: Some("100".to_owned()),
                },
                duration: Some(Duration::from_millis(83_400)),
                reason: Some(EndedReason::AgentEnded),
                heard: 1,
                agent: Some("anna".to_owned()),
            },
            events: vec![
                event(0, CallEvent::Answered { line: "sip".to_owned(), bundle: "ab12cd34".to_owned(), from: None }),
                said(120, "Welcome. How can I help?", Some(2_300)),
                event(4_400, heard),
                event(
                    4_400,
                    CallEvent::LookUp { name: "shop.order".to_owned(), result: "found".to_owned(), ms: Some(3) },
                ),
                said(5_000, "Please key in your number.", None),
                event(7_000, CallEvent::Key { key: '4' }),
                event(7_200, CallEvent::Key { key: '2' }),
                event(9_000, CallEvent::Bridged { agent: "anna".to_owned() }),
                event(83_400, CallEvent::Ended { reason: EndedReason::AgentEnded }),
            ],
        }
    }

    #[test]
    fn a_call_reads_like_a_conversation() {
        let expected = "\
call 0000000000c0ffee on sip from •••••••••••23 to 100
answered 2025-03-04 05:06:07 UTC, lasted 1:23, ended: agent_ended
bundle ab12cd34

   0:00.1  bot     Welcome. How can I help? [interrupted after 2.3 s]
   0:02.5  caller  where is my [31m order
   0:04.4          · look-up shop.order: found in 3 ms
   0:05.0  bot     Please key in your number.
   0:07.0  caller  [keys 42]
   0:09.0          · talks to anna
   1:23.4          · ended: agent_ended
";
        assert_eq!(call_in(&call(), &TimeZone::UTC), expected);
    }

    #[test]
    fn calls_stand_in_columns_and_one_without_an_end_too() {
        let mut open = call().summary;
        open.duration = None;
        open.reason = None;
        open.agent = None;
        let expected = "\
CALL              ANSWERED             LASTED  LINE  FROM           HEARD  AGENT  ENDED
0000000000c0ffee  2025-03-04 05:06:07  1:23    sip   •••••••••••23  1      anna   agent_ended
0000000000c0ffee  2025-03-04 05:06:07  –       sip   •••••••••••23  1      –      –
";
        assert_eq!(calls_in(&[call().summary, open], &TimeZone::UTC), expected);
    }

    #[test]
    fn no_output_shows_the_callers_number() {
        let call = call();
        for output in [
            render_call(&call),
            render_calls(std::slice::from_ref(&call.summary)),
            call.to_json().to_string(),
            call.summary.to_json().to_string(),
            format!("{call:?}"),
        ] {
            assert!(!output.contains("7946") && !output.contains("44207"), "{output}");
        }
    }

    #[test]
    fn json_of_a_call_has_both_sides_and_every_event() {
        let json = call().to_json();
        assert_eq!(json["from"], "•••••••••••23");
        assert_eq!(json["duration_ms"], 83_400);
        assert_eq!(json["reason"], "agent_ended");
        assert_eq!(
            json["transcript"][1],
            serde_json::json!({"t": 2500, "side": "caller", "text": "where is my\u{1b}[31m order"})
        );
        assert_eq!(json["events"].as_array().unwrap().len(), 9);
        assert_eq!(json["events"][7], serde_json::json!({"t": 9000, "event": "bridged", "agent": "anna"}));
    }
}
