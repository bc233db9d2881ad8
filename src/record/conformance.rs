//! What every store must do, whichever database holds it. Each store runs [`conforms`] in its own tests.

use std::time::Duration;

use super::event::tests::every_event;
use super::*;
use crate::{CallId, Private};

/// A start that is `seconds` into an afternoon.
pub(super) fn start(seconds: i64) -> CallStart {
    CallStart {
        answered: jiff::Timestamp::from_second(1_760_000_000 + seconds).unwrap(),
        line: "sip".to_owned(),
        bundle: "ab12cd34".to_owned(),
        caller_number: Some(Private::new("+442079460123".to_owned())),
        caller_name: Some(Private::new("Ada".to_owned())),
        dialled: Some("100".to_owned()),
    }
}

/// Event `sequence` of `call`, `t` ms after the answer.
pub(super) fn event(call: CallId, sequence: u64, t: u64, event: CallEvent) -> Entry {
    Entry::Event(StoredEvent { call, sequence, event: TimedEvent { t, event } })
}

fn fault(what: &str) -> CallEvent {
    CallEvent::Fault { part: "test".to_owned(), what: what.to_owned() }
}

/// Runs the whole suite on a store that is empty.
pub(super) async fn conforms(store: &dyn Store) {
    an_empty_store_has_no_calls(store).await;
    every_event_comes_back_whole_and_in_order_of_time(store).await;
    the_summary_follows_the_events(store).await;
    appending_twice_keeps_one(store).await;
    a_batch_is_kept_whole_or_not_at_all(store).await;
    calls_come_latest_first_and_page_by_page(store).await;
    calls_are_counted_by_their_bundle(store).await;
    many_writers_lose_nothing(store).await;
}

async fn an_empty_store_has_no_calls(store: &dyn Store) {
    assert!(store.calls(CallQuery::default()).await.unwrap().is_empty());
    assert!(store.call(CallId::fixed(1)).await.unwrap().is_none());
    store.append(&[]).await.unwrap();
}

async fn every_event_comes_back_whole_and_in_order_of_time(store: &dyn Store) {
    let call = CallId::fixed(10);
    let mut entries = vec![Entry::Start(call, start(0))];
    let events = every_event();
    let count = events.len() as u64;
    // Written in the opposite order of time, as a reply is that is recorded when it has been heard.
    for (index, one) in events.iter().enumerate() {
        entries.push(event(call, index as u64, count - index as u64, one.clone()));
    }
    store.append(&entries).await.unwrap();
    let record = store.call(call).await.unwrap().unwrap();
    assert_eq!(record.summary.start, start(0));
    let mut expected = events;
    expected.reverse();
    assert!(record.events.iter().map(|timed| &timed.event).eq(&expected));
    assert!(record.events.windows(2).all(|pair| pair[0].t < pair[1].t));
}

async fn the_summary_follows_the_events(store: &dyn Store) {
    let call = CallId::fixed(11);
    store.append(&[Entry::Start(call, start(1))]).await.unwrap();
    let summary = store.call(call).await.unwrap().unwrap().summary;
    assert_eq!((summary.duration, summary.reason, summary.heard, summary.agent), (None, None, 0, None));
    let heard = |text: &str| CallEvent::Heard {
        text: text.to_owned(),
        language: "en".to_owned(),
        confidence: 1.0,
        start_ms: 0,
        end_ms: 0,
        recognition_ms: None,
    };
    let events = [
        event(call, 5, 10, heard("a person please")),
        event(call, 6, 20, heard("hello")),
        event(call, 7, 30, CallEvent::Bridged { agent: "bob".to_owned() }),
        event(call, 8, 40, CallEvent::Bridged { agent: "anna".to_owned() }),
        event(call, 9, 90_500, CallEvent::Ended { reason: EndedReason::CallerHungUp }),
    ];
    store.append(&events).await.unwrap();
    let summary = store.call(call).await.unwrap().unwrap().summary;
    assert_eq!(summary.duration, Some(Duration::from_millis(90_500)));
    assert_eq!(summary.reason, Some(EndedReason::CallerHungUp));
    assert_eq!((summary.heard, summary.agent.as_deref()), (2, Some("anna")));
}

async fn appending_twice_keeps_one(store: &dyn Store) {
    let call = CallId::fixed(12);
    let batch = [Entry::Start(call, start(2)), event(call, 1, 5, fault("once"))];
    store.append(&batch).await.unwrap();
    store.append(&batch).await.unwrap();
    assert_eq!(store.call(call).await.unwrap().unwrap().events.len(), 1);
}

async fn a_batch_is_kept_whole_or_not_at_all(store: &dyn Store) {
    let call = CallId::fixed(13);
    store.append(&[Entry::Start(call, start(3)), event(call, 1, 5, fault("first"))]).await.unwrap();
    // The second entry contradicts what is recorded, which an append-only log must refuse.
    let contradiction = [event(call, 2, 6, fault("second")), event(call, 1, 5, fault("another first"))];
    assert!(store.append(&contradiction).await.is_err());
    let record = store.call(call).await.unwrap().unwrap();
    assert!(record.events == [TimedEvent { t: 5, event: fault("first") }]);
}

async fn calls_come_latest_first_and_page_by_page(store: &dyn Store) {
    for number in 0..7 {
        let call = CallId::fixed(100 + number);
        store.append(&[Entry::Start(call, start(100 + number as i64))]).await.unwrap();
    }
    let query = CallQuery { limit: 3, before: None };
    let first = store.calls(query.clone()).await.unwrap();
    let ids = |calls: &[CallSummary]| calls.iter().map(|call| call.call).collect::<Vec<_>>();
    assert_eq!(ids(&first), [106, 105, 104].map(CallId::fixed));
    let second = store.calls(CallQuery { before: Some(first[2].start.answered), ..query }).await.unwrap();
    assert_eq!(ids(&second), [103, 102, 101].map(CallId::fixed));
}

async fn calls_are_counted_by_their_bundle(store: &dyn Store) {
    let before = store.calls_by_bundle().await.unwrap();
    for (number, bundle) in [(300, "first"), (301, "second"), (302, "second")] {
        let start = CallStart { bundle: bundle.to_owned(), ..start(300) };
        store.append(&[Entry::Start(CallId::fixed(number), start)]).await.unwrap();
    }
    let counted = store.calls_by_bundle().await.unwrap();
    assert_eq!((counted["first"], counted["second"]), (1, 2));
    assert_eq!(counted.len(), before.len() + 2);
}

async fn many_writers_lose_nothing(store: &dyn Store) {
    let writers = (0..8_u64).map(|writer| async move {
        let call = CallId::fixed(200 + writer);
        store.append(&[Entry::Start(call, start(200))]).await.unwrap();
        for sequence in 0..10 {
            store.append(&[event(call, sequence, sequence, fault("x"))]).await.unwrap();
            let record = store.call(call).await.unwrap().unwrap();
            assert_eq!(record.events.len() as u64, sequence + 1, "what was acknowledged can be read at once");
        }
    });
    futures::future::join_all(writers).await;
}
