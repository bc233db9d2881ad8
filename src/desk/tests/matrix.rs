//! Every state of a handover against every event. Anna is rung first; ben is idle and comes next.
//! No arm stands for "anything else": a new state or event does not compile until its cells are written.

use super::*;
use AgentState as A;

/// Where anna and caller 1 are when the event comes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Nobody has called.
    Idle,
    /// Nobody has called, and anna's phone is not registered.
    Away,
    /// Anna and ben passed; the caller waits for the next round.
    Waiting,
    /// Anna's phone was called and said nothing yet.
    Calling,
    /// Anna's phone rings.
    Ringing,
    /// Anna hears the brief.
    Briefing,
    /// Anna has heard the brief.
    Briefed,
    /// Anna pressed nothing and hears the brief again.
    BriefingAgain,
    /// Anna has heard the brief twice.
    BriefedTwice,
    /// Anna pressed 1.
    Connecting,
    /// Anna and the caller talk.
    Talking,
    /// Anna pressed 2; her leg is being hung up, and ben is called.
    Closing,
    /// They have talked.
    WrapUp,
    /// Anna let it ring; the caller is gone.
    Missed,
    /// Anna's phone was busy; the caller is gone.
    Busy,
    /// Anna's phone was not there; the caller is gone.
    Unreachable,
}

const STATES: [State; 16] = [
    State::Idle,
    State::Away,
    State::Waiting,
    State::Calling,
    State::Ringing,
    State::Briefing,
    State::Briefed,
    State::BriefingAgain,
    State::BriefedTwice,
    State::Connecting,
    State::Talking,
    State::Closing,
    State::WrapUp,
    State::Missed,
    State::Busy,
    State::Unreachable,
];

/// What happens. Events of a leg are those of anna's newest offer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    OtherCallerJoins,
    SameCallerJoins,
    CallerGone,
    PhoneRings,
    Answered,
    BriefSpoken,
    Key1,
    Key2,
    Key3,
    OtherKey,
    Bridged,
    Ended(AgentEnd),
    PhoneGone,
    PhoneThere,
    QueueCloses,
    /// The next thing that is due.
    Due,
}

const EVENTS: [Event; 22] = [
    Event::OtherCallerJoins,
    Event::SameCallerJoins,
    Event::CallerGone,
    Event::PhoneRings,
    Event::Answered,
    Event::BriefSpoken,
    Event::Key1,
    Event::Key2,
    Event::Key3,
    Event::OtherKey,
    Event::Bridged,
    Event::Ended(AgentEnd::Busy),
    Event::Ended(AgentEnd::Declined),
    Event::Ended(AgentEnd::NoAnswer),
    Event::Ended(AgentEnd::Unreachable),
    Event::Ended(AgentEnd::Refused),
    Event::Ended(AgentEnd::HungUp),
    Event::Ended(AgentEnd::Lost),
    Event::PhoneGone,
    Event::PhoneThere,
    Event::QueueCloses,
    Event::Due,
];

/// Anna's state afterwards, and what the desk asked for.
type Outcome = (AgentState, &'static [&'static str]);

const NOTHING: &[&str] = &[];
const SAME_JOINS_IDLE: &[&str] = &["1 waits 1", "ring anna for 1"];
const SAME_JOINS_TO_BEN: &[&str] = &["1 waits 1", "ring ben for 1"];
const OTHER_TO_ANNA: &[&str] = &["2 waits 1", "ring anna for 2"];
const OTHER_TO_BEN_ALONE: &[&str] = &["2 waits 1", "ring ben for 2"];
const OTHER_TO_BEN_BEHIND: &[&str] = &["2 waits 2", "ring ben for 2"];
const BUSY_NEXT: &[&str] = &["anna: Busy", "ring ben for 1"];
const PASSED_NEXT: &[&str] = &["anna: Passed", "ring ben for 1"];
const NO_ANSWER_NEXT: &[&str] = &["anna: NoAnswer", "ring ben for 1"];
const UNREACHABLE_NEXT: &[&str] = &["anna: Unreachable", "ring ben for 1"];
const REFUSED_NEXT: &[&str] = &["anna: Refused", "ring ben for 1"];
const FAILED_NEXT: &[&str] = &["anna: Failed", "sorry 1", "1 waits 1", "ring ben for 1"];
const LOST_NEXT: &[&str] = &["anna: Lost", "sorry 1", "1 waits 1", "ring ben for 1"];
const TALKED: &[&str] = &["anna: Talked", "1 leaves: Talked"];

fn expected(state: State, event: Event) -> Outcome {
    use AgentEnd as E;
    use Event as V;
    match state {
        State::Idle => match event {
            V::OtherCallerJoins => (A::Offered, OTHER_TO_ANNA),
            V::SameCallerJoins => (A::Offered, SAME_JOINS_IDLE),
            V::PhoneGone => (A::Unreachable, NOTHING),
            V::CallerGone | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 => {
                (A::Idle, NOTHING)
            }
            V::OtherKey | V::Bridged | V::PhoneThere | V::QueueCloses | V::Due => (A::Idle, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::Idle, NOTHING)
            }
        },
        State::Away => match event {
            V::OtherCallerJoins => (A::Unreachable, OTHER_TO_BEN_ALONE),
            V::SameCallerJoins => (A::Unreachable, SAME_JOINS_TO_BEN),
            V::PhoneThere => (A::Idle, NOTHING),
            V::CallerGone | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 => {
                (A::Unreachable, NOTHING)
            }
            V::OtherKey | V::Bridged | V::PhoneGone | V::QueueCloses | V::Due => (A::Unreachable, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::Unreachable, NOTHING)
            }
        },
        State::Waiting => match event {
            V::OtherCallerJoins => (A::Offered, &["2 waits 2", "ring anna for 2"]),
            V::CallerGone => (A::Idle, &["1 leaves: CallerGone"]),
            V::Due => (A::Offered, &["ring anna for 1"]),
            V::PhoneGone => (A::Unreachable, NOTHING),
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 => {
                (A::Idle, NOTHING)
            }
            V::OtherKey | V::Bridged | V::PhoneThere | V::QueueCloses => (A::Idle, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::Idle, NOTHING)
            }
        },
        State::Calling => match event {
            V::OtherCallerJoins => (A::Offered, OTHER_TO_BEN_BEHIND),
            V::CallerGone => (A::Closing, &["hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]),
            V::Answered => (A::Briefing, &["brief anna"]),
            V::Ended(E::Busy) => (A::Busy, BUSY_NEXT),
            V::Ended(E::Declined) => (A::Idle, PASSED_NEXT),
            V::Ended(E::NoAnswer | E::Unreachable | E::HungUp | E::Lost) => (A::Unreachable, UNREACHABLE_NEXT),
            V::Ended(E::Refused) => (A::Unreachable, REFUSED_NEXT),
            V::Due => (A::Closing, &["hang up anna", "anna: Unreachable", "ring ben for 1"]),
            V::SameCallerJoins | V::PhoneRings | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 | V::OtherKey => {
                (A::Offered, NOTHING)
            }
            V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Offered, NOTHING),
        },
        State::Ringing => match event {
            V::OtherCallerJoins => (A::Offered, OTHER_TO_BEN_BEHIND),
            V::CallerGone => (A::Closing, &["hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]),
            V::Answered => (A::Briefing, &["brief anna"]),
            V::Ended(E::Busy) => (A::Busy, BUSY_NEXT),
            V::Ended(E::Declined) => (A::Idle, PASSED_NEXT),
            V::Ended(E::NoAnswer | E::HungUp) => (A::Missed, NO_ANSWER_NEXT),
            V::Ended(E::Unreachable | E::Lost) => (A::Unreachable, UNREACHABLE_NEXT),
            V::Ended(E::Refused) => (A::Unreachable, REFUSED_NEXT),
            V::Due => (A::Closing, &["hang up anna", "anna: NoAnswer", "ring ben for 1"]),
            V::SameCallerJoins | V::PhoneRings | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 | V::OtherKey => {
                (A::Offered, NOTHING)
            }
            V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Offered, NOTHING),
        },
        State::Briefing => match event {
            V::OtherCallerJoins => (A::Briefing, OTHER_TO_BEN_BEHIND),
            V::CallerGone => (A::Closing, &["hush anna", "hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]),
            V::Key1 => (A::Connecting, &["hush anna", "bridge anna and 1"]),
            V::Key2 => (A::Closing, &["hush anna", "hang up anna", "anna: Passed", "ring ben for 1"]),
            V::Key3 | V::Due => (A::Briefing, &["brief anna again"]),
            V::Ended(E::HungUp | E::Declined) => (A::Idle, PASSED_NEXT),
            V::Ended(E::Busy | E::NoAnswer | E::Unreachable | E::Refused | E::Lost) => {
                (A::Unreachable, UNREACHABLE_NEXT)
            }
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::OtherKey => (A::Briefing, NOTHING),
            V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Briefing, NOTHING),
        },
        State::Briefed => match event {
            V::OtherCallerJoins => (A::Briefing, OTHER_TO_BEN_BEHIND),
            V::CallerGone => (A::Closing, &["hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]),
            V::Key1 => (A::Connecting, &["bridge anna and 1"]),
            V::Key2 => (A::Closing, &["hang up anna", "anna: Passed", "ring ben for 1"]),
            V::Key3 | V::Due => (A::Briefing, &["brief anna again"]),
            V::Ended(E::HungUp | E::Declined) => (A::Idle, PASSED_NEXT),
            V::Ended(E::Busy | E::NoAnswer | E::Unreachable | E::Refused | E::Lost) => {
                (A::Unreachable, UNREACHABLE_NEXT)
            }
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::OtherKey => (A::Briefing, NOTHING),
            V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Briefing, NOTHING),
        },
        State::BriefingAgain => match event {
            V::OtherCallerJoins => (A::Briefing, OTHER_TO_BEN_BEHIND),
            V::CallerGone => (A::Closing, &["hush anna", "hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]),
            V::Key1 => (A::Connecting, &["hush anna", "bridge anna and 1"]),
            V::Key2 => (A::Closing, &["hush anna", "hang up anna", "anna: Passed", "ring ben for 1"]),
            V::Key3 => (A::Briefing, &["brief anna again"]),
            V::Due => (A::Closing, &["hush anna", "hang up anna", "anna: NoKey", "ring ben for 1"]),
            V::Ended(E::HungUp | E::Declined) => (A::Idle, PASSED_NEXT),
            V::Ended(E::Busy | E::NoAnswer | E::Unreachable | E::Refused | E::Lost) => {
                (A::Unreachable, UNREACHABLE_NEXT)
            }
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::OtherKey => (A::Briefing, NOTHING),
            V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Briefing, NOTHING),
        },
        State::BriefedTwice => match event {
            V::OtherCallerJoins => (A::Briefing, OTHER_TO_BEN_BEHIND),
            V::CallerGone => (A::Closing, &["hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]),
            V::Key1 => (A::Connecting, &["bridge anna and 1"]),
            V::Key2 => (A::Closing, &["hang up anna", "anna: Passed", "ring ben for 1"]),
            V::Key3 => (A::Briefing, &["brief anna again"]),
            V::Due => (A::Closing, &["hang up anna", "anna: NoKey", "ring ben for 1"]),
            V::Ended(E::HungUp | E::Declined) => (A::Idle, PASSED_NEXT),
            V::Ended(E::Busy | E::NoAnswer | E::Unreachable | E::Refused | E::Lost) => {
                (A::Unreachable, UNREACHABLE_NEXT)
            }
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::OtherKey => (A::Briefing, NOTHING),
            V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Briefing, NOTHING),
        },
        State::Connecting => match event {
            V::OtherCallerJoins => (A::Connecting, OTHER_TO_BEN_ALONE),
            V::CallerGone => (A::Closing, &["hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]),
            V::Bridged => (A::Talking, NOTHING),
            V::Ended(E::HungUp | E::Declined) => (A::Idle, FAILED_NEXT),
            V::Ended(E::Busy | E::NoAnswer | E::Unreachable | E::Refused | E::Lost) => (A::Idle, FAILED_NEXT),
            V::Due => (A::Closing, &["hang up anna", "anna: Failed", "sorry 1", "1 waits 1", "ring ben for 1"]),
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 => {
                (A::Connecting, NOTHING)
            }
            V::Key3 | V::OtherKey | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Connecting, NOTHING),
        },
        State::Talking => match event {
            V::OtherCallerJoins => (A::Talking, OTHER_TO_BEN_ALONE),
            V::CallerGone => (A::Closing, &["hang up anna", "anna: Talked", "1 leaves: Talked"]),
            V::Ended(E::HungUp | E::Declined) => (A::WrapUp, TALKED),
            V::Ended(E::Busy | E::NoAnswer | E::Unreachable | E::Refused | E::Lost) => (A::Unreachable, LOST_NEXT),
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 => {
                (A::Talking, NOTHING)
            }
            V::Key3 | V::OtherKey | V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses | V::Due => {
                (A::Talking, NOTHING)
            }
        },
        State::Closing => match event {
            V::OtherCallerJoins => (A::Closing, &["2 waits 2"]),
            V::CallerGone => (A::Closing, &["hang up ben", "ben: CallerGone", "1 leaves: CallerGone"]),
            V::Due => (A::Idle, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::Idle, NOTHING)
            }
            V::SameCallerJoins | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 => {
                (A::Closing, NOTHING)
            }
            V::Key3 | V::OtherKey | V::Bridged | V::PhoneGone | V::PhoneThere | V::QueueCloses => (A::Closing, NOTHING),
        },
        State::WrapUp => match event {
            V::OtherCallerJoins => (A::WrapUp, OTHER_TO_BEN_ALONE),
            V::SameCallerJoins => (A::WrapUp, SAME_JOINS_TO_BEN),
            V::PhoneGone => (A::Unreachable, NOTHING),
            V::Due => (A::Idle, NOTHING),
            V::CallerGone | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 => {
                (A::WrapUp, NOTHING)
            }
            V::OtherKey | V::Bridged | V::PhoneThere | V::QueueCloses => (A::WrapUp, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::WrapUp, NOTHING)
            }
        },
        State::Missed => match event {
            V::OtherCallerJoins => (A::Missed, OTHER_TO_BEN_ALONE),
            V::SameCallerJoins => (A::Missed, SAME_JOINS_TO_BEN),
            V::PhoneGone => (A::Unreachable, NOTHING),
            V::Due => (A::Idle, NOTHING),
            V::CallerGone | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 => {
                (A::Missed, NOTHING)
            }
            V::OtherKey | V::Bridged | V::PhoneThere | V::QueueCloses => (A::Missed, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::Missed, NOTHING)
            }
        },
        State::Busy => match event {
            V::OtherCallerJoins => (A::Busy, OTHER_TO_BEN_ALONE),
            V::SameCallerJoins => (A::Busy, SAME_JOINS_TO_BEN),
            V::PhoneGone => (A::Unreachable, NOTHING),
            V::Due => (A::Idle, NOTHING),
            V::CallerGone | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 => {
                (A::Busy, NOTHING)
            }
            V::OtherKey | V::Bridged | V::PhoneThere | V::QueueCloses => (A::Busy, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::Busy, NOTHING)
            }
        },
        State::Unreachable => match event {
            V::OtherCallerJoins => (A::Unreachable, OTHER_TO_BEN_ALONE),
            V::SameCallerJoins => (A::Unreachable, SAME_JOINS_TO_BEN),
            V::PhoneThere | V::Due => (A::Idle, NOTHING),
            V::CallerGone | V::PhoneRings | V::Answered | V::BriefSpoken | V::Key1 | V::Key2 | V::Key3 => {
                (A::Unreachable, NOTHING)
            }
            V::OtherKey | V::Bridged | V::PhoneGone | V::QueueCloses => (A::Unreachable, NOTHING),
            V::Ended(E::Busy | E::Declined | E::NoAnswer | E::Unreachable | E::Refused | E::HungUp | E::Lost) => {
                (A::Unreachable, NOTHING)
            }
        },
    }
}

/// Brings a desk into a state by what would happen in life.
fn bring_to(state: State) -> Story {
    let mut story = Story::with_agents(&["anna", "ben"]);
    // An offer nobody knows, for the states in which anna was never rung.
    story.offers.insert("anna".to_owned(), OfferId(u64::MAX));
    match state {
        State::Idle => {}
        State::Away => {
            story.reachable("anna", false);
        }
        State::Waiting => {
            story.joins(1);
            for agent in ["anna", "ben"] {
                story.answers(agent);
                story.presses(agent, '2');
                story.ended(agent, AgentEnd::HungUp);
            }
        }
        State::Calling => {
            story.joins(1);
        }
        State::Ringing => {
            story.joins(1);
            story.rings("anna");
        }
        State::Briefing => {
            story.joins(1);
            story.answers("anna");
        }
        State::Briefed => {
            story.joins(1);
            story.answers("anna");
            story.brief_is_over("anna");
        }
        State::BriefingAgain => {
            story.joins(1);
            story.answers("anna");
            story.brief_is_over("anna");
            story.until(20.0);
        }
        State::BriefedTwice => {
            story.joins(1);
            story.answers("anna");
            story.brief_is_over("anna");
            story.until(20.0);
            story.brief_is_over("anna");
        }
        State::Connecting => {
            story.joins(1);
            story.answers("anna");
            story.brief_is_over("anna");
            story.presses("anna", '1');
        }
        State::Talking => {
            story = bring_to(State::Connecting);
            story.bridged("anna");
        }
        State::Closing => {
            story.joins(1);
            story.answers("anna");
            story.presses("anna", '2');
        }
        State::WrapUp => {
            story = bring_to(State::Talking);
            story.ended("anna", AgentEnd::HungUp);
        }
        State::Missed => {
            story = bring_to(State::Ringing);
            story.ended("anna", AgentEnd::NoAnswer);
            story.gone(1);
            story.ended("ben", AgentEnd::HungUp);
        }
        State::Busy => {
            story = bring_to(State::Calling);
            story.ended("anna", AgentEnd::Busy);
            story.gone(1);
            story.ended("ben", AgentEnd::HungUp);
        }
        State::Unreachable => {
            story = bring_to(State::Calling);
            story.ended("anna", AgentEnd::Unreachable);
            story.gone(1);
            story.ended("ben", AgentEnd::HungUp);
        }
    }
    story
}

fn happen(story: &mut Story, event: Event) -> Vec<String> {
    match event {
        Event::OtherCallerJoins => story.joins(2),
        Event::SameCallerJoins => story.joins(1),
        Event::CallerGone => story.gone(1),
        Event::PhoneRings => story.rings("anna"),
        Event::Answered => story.answers("anna"),
        Event::BriefSpoken => story.brief_is_over("anna"),
        Event::Key1 => story.presses("anna", '1'),
        Event::Key2 => story.presses("anna", '2'),
        Event::Key3 => story.presses("anna", '3'),
        Event::OtherKey => story.presses("anna", '#'),
        Event::Bridged => story.bridged("anna"),
        Event::Ended(why) => story.ended("anna", why),
        Event::PhoneGone => story.reachable("anna", false),
        Event::PhoneThere => story.reachable("anna", true),
        Event::QueueCloses => story.hears(DeskInput::QueueOpened { queue: "orders".into(), open: false }),
        Event::Due => match story.desk.next_wake() {
            Some(wake) => story.until(wake.as_secs_f64()),
            None => story.hears(DeskInput::Tick),
        },
    }
}

/// What anna is doing in each state, so that a wrong way to bring a desk there shows.
fn state_of_anna(state: State) -> AgentState {
    match state {
        State::Idle | State::Waiting => A::Idle,
        State::Away | State::Unreachable => A::Unreachable,
        State::Calling | State::Ringing => A::Offered,
        State::Briefing | State::Briefed | State::BriefingAgain | State::BriefedTwice => A::Briefing,
        State::Connecting => A::Connecting,
        State::Talking => A::Talking,
        State::Closing => A::Closing,
        State::WrapUp => A::WrapUp,
        State::Missed => A::Missed,
        State::Busy => A::Busy,
    }
}

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    let mut wrong = Vec::new();
    for state in STATES {
        for event in EVENTS {
            let mut story = bring_to(state);
            assert_eq!(story.state("anna"), state_of_anna(state), "bringing the desk to {state:?}");
            let said = happen(&mut story, event);
            let (anna, acts) = expected(state, event);
            if said != acts || story.state("anna") != anna {
                wrong.push(format!(
                    "{state:?} × {event:?}: {said:?}, anna {:?}; expected {acts:?}, anna {anna:?}",
                    story.state("anna")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nothing_is_left_when_the_caller_goes_and_all_legs_end_from_any_state_after_any_event() {
    for state in STATES {
        for event in EVENTS {
            let mut story = bring_to(state);
            happen(&mut story, event);
            story.gone(1);
            story.gone(2);
            for agent in ["anna", "ben"] {
                if story.offers.contains_key(agent) {
                    story.ended(agent, AgentEnd::HungUp);
                }
            }
            assert!(story.desk.gauges(story.now).is_empty(), "{state:?} × {event:?}");
        }
    }
}
