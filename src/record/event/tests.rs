use super::*;

fn json(event: CallEvent) -> String {
    TimedEvent::new(Duration::from_millis(1200), event).to_json()
}

#[test]
fn an_event_is_one_flat_object_with_its_time_first() {
    let said = CallEvent::Said { text: "Hello.".to_owned(), cached: true, latency_ms: None, heard_ms: Some(310) };
    assert_eq!(json(said), r#"{"t":1200,"event":"said","text":"Hello.","cached":true,"heard_ms":310}"#);
    let heard = CallEvent::Heard {
        text: "where is my order".to_owned(),
        language: "en".to_owned(),
        confidence: 0.93,
        start_ms: 200,
        end_ms: 1100,
        recognition_ms: Some(412),
    };
    assert_eq!(
        json(heard),
        r#"{"t":1200,"event":"heard","text":"where is my order","language":"en","confidence":0.93,"start_ms":200,"end_ms":1100,"recognition_ms":412}"#
    );
    assert_eq!(json(CallEvent::Key { key: '#' }), r##"{"t":1200,"event":"key","key":"#"}"##);
    assert_eq!(
        json(CallEvent::Ended { reason: EndedReason::CallerHungUp }),
        r#"{"t":1200,"event":"ended","reason":"caller_hung_up"}"#
    );
    assert_eq!(
        json(CallEvent::Queued { queue: "orders".to_owned(), class: 1, position: 3 }),
        r#"{"t":1200,"event":"queued","queue":"orders","class":1,"position":3}"#
    );
    let step = CallEvent::Step {
        flow: "order_status".to_owned(),
        step: "ask_number".to_owned(),
        slots: BTreeMap::from([("order".to_owned(), serde_json::json!("••••78"))]),
    };
    assert_eq!(
        json(step),
        r#"{"t":1200,"event":"step","flow":"order_status","step":"ask_number","slots":{"order":"••••78"}}"#
    );
}

#[test]
fn every_event_reads_back_as_it_was_written_and_names_itself() {
    for event in every_event() {
        let timed = TimedEvent { t: 7, event };
        let line = timed.to_json();
        let back: TimedEvent = serde_json::from_str(&line).unwrap();
        assert!(back == timed, "{line}");
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["event"], timed.event.name(), "{line}");
    }
}

#[test]
fn an_event_of_a_later_version_is_kept_whole() {
    let line = r#"{"t":5,"event":"hologram","colour":"blue"}"#;
    let timed: TimedEvent = serde_json::from_str(line).unwrap();
    assert_eq!(timed.event.name(), "hologram");
    let back: serde_json::Value = serde_json::from_str(&timed.to_json()).unwrap();
    assert_eq!(back, serde_json::from_str::<serde_json::Value>(line).unwrap());
}

#[test]
fn debug_shows_the_kind_and_nothing_that_was_said() {
    let event = CallEvent::Heard {
        text: "my number is 4411".to_owned(),
        language: "en".to_owned(),
        confidence: 1.0,
        start_ms: 0,
        end_ms: 1,
        recognition_ms: None,
    };
    assert_eq!(format!("{event:?}"), "heard { … }");
}

/// One of each kind, with every optional field both there and absent somewhere.
pub(crate) fn every_event() -> Vec<CallEvent> {
    let text = || "x".to_owned();
    vec![
        CallEvent::Said { text: text(), cached: false, latency_ms: Some(900), heard_ms: None },
        CallEvent::Heard {
            text: text(),
            language: "en".to_owned(),
            confidence: 0.5,
            start_ms: 1,
            end_ms: 2,
            recognition_ms: None,
        },
        CallEvent::Key { key: '5' },
        CallEvent::Handler { name: "repeat".to_owned() },
        CallEvent::Step { flow: text(), step: text(), slots: BTreeMap::new() },
        CallEvent::LookUp { name: "shop.order".to_owned(), result: "found".to_owned(), ms: Some(3) },
        CallEvent::Mood {
            distress: 0.25,
            arousal: 0.5,
            valence: None,
            trend: "steady".to_owned(),
            turns: 2,
            reasons: vec![text()],
        },
        CallEvent::Complexity { score: 0.5, reasons: vec![] },
        CallEvent::Queued { queue: text(), class: 0, position: 1 },
        CallEvent::Offered { agent: text() },
        CallEvent::Bridged { agent: text() },
        CallEvent::Ended { reason: EndedReason::FlowEnded },
        CallEvent::Answered { line: "sip".to_owned(), bundle: "ab12".to_owned(), from: Some("••78".to_owned()) },
        CallEvent::TurnTiming {
            latency_ms: 900,
            end_of_turn_wait_ms: Some(500),
            recognition_ms: Some(300),
            flow_ms: Some(1),
            synthesis_ms: Some(80),
            playout_ms: None,
            cached: false,
        },
        CallEvent::Brief { agent: text(), text: text() },
        CallEvent::OfferEnded { agent: text(), why: "busy".to_owned() },
        CallEvent::QueueEnded { queue: text(), result: "nobody".to_owned(), waited_ms: 4 },
        CallEvent::Recording { file: "a.wav".to_owned() },
        CallEvent::LineQuality { leg: "caller".to_owned(), received: 9, lost: 1, late: 0, jitter_ms: 2 },
        CallEvent::Fault { part: "speak".to_owned(), what: text() },
        CallEvent::EventsLost { count: 2 },
    ]
}

#[test]
fn the_printed_events_are_those_of_the_command_line_reference() {
    let printed: Vec<String> =
        every_event().iter().filter(|event| event.is_public()).map(|event| event.name().to_owned()).collect();
    let expected = [
        "said",
        "heard",
        "key",
        "handler",
        "step",
        "look_up",
        "mood",
        "complexity",
        "queued",
        "offered",
        "bridged",
        "ended",
    ];
    assert_eq!(printed, expected);
}

#[test]
fn end_reasons_are_spelt_as_they_are_stored() {
    for reason in EndedReason::ALL {
        assert_eq!(EndedReason::parse(reason.as_str()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
}
