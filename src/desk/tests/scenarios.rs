//! Whole handovers, each a short story.

use super::*;

#[test]
fn an_agent_hears_the_brief_takes_the_call_and_talks() {
    let mut story = Story::with_agents(&["anna"]);
    assert_eq!(story.joins(1), ["1 waits 1", "ring anna for 1"]);
    assert!(story.rings("anna").is_empty());
    story.until(4.0);
    assert_eq!(story.answers("anna"), ["brief anna"]);
    story.until(10.0);
    assert!(story.brief_is_over("anna").is_empty());
    assert_eq!(story.presses("anna", '1'), ["bridge anna and 1"]);
    assert!(story.bridged("anna").is_empty());
    assert!(story.until(3600.0).is_empty());
    assert_eq!(story.ended("anna", AgentEnd::HungUp), ["anna: Talked", "1 leaves: Talked"]);
    assert_eq!(story.state("anna"), AgentState::WrapUp);
    story.until(3610.0);
    assert_eq!(story.state("anna"), AgentState::Idle);
    assert!(story.desk.gauges(story.now).is_empty());
    assert_eq!(story.desk.next_wake(), None);
}

#[test]
fn the_brief_says_how_long_the_caller_has_waited() {
    let mut desk = Desk::new(settings_with(&["anna"])).unwrap();
    desk.handle(Duration::ZERO, DeskInput::AgentReachable { agent: "anna".into(), reachable: true });
    let caller = Caller::joining("orders", Brief::default());
    desk.handle(Duration::from_secs(5), DeskInput::Enqueue { call: CallId::fixed(1), caller });
    let acts = desk.handle(Duration::from_secs(9), DeskInput::AgentAnswered { offer: OfferId(1) });
    let [DeskAct::SpeakBrief { brief, .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(brief.waited, Duration::from_secs(4));
}

#[test]
fn caller_hangs_up_while_the_agents_phone_rings() {
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.rings("anna");
    assert_eq!(story.gone(1), ["hang up anna", "anna: CallerGone", "1 leaves: CallerGone"]);
    assert_eq!(story.state("anna"), AgentState::Closing);
    assert_eq!(story.joins(2), ["2 waits 1"], "the phone is still being hung up");
    assert_eq!(story.ended("anna", AgentEnd::HungUp), ["ring anna for 2"]);
}

#[test]
fn a_phone_answered_in_the_moment_the_caller_hangs_up_is_not_briefed() {
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.gone(1);
    assert!(story.answers("anna").is_empty());
    assert!(story.presses("anna", '1').is_empty());
    assert!(story.bridged("anna").is_empty());
    assert_eq!(story.state("anna"), AgentState::Closing);
}

#[test]
fn the_next_agent_is_rung_on_pass_no_answer_busy_and_unreachable_and_the_caller_keeps_the_place() {
    let mut story = Story::with_agents(&["anna", "ben", "cem", "dora", "eli"]);
    story.joins(1);
    story.answers("anna");
    assert_eq!(story.presses("anna", '2'), ["hush anna", "hang up anna", "anna: Passed", "ring ben for 1"]);
    story.ended("anna", AgentEnd::HungUp);
    story.rings("ben");
    assert_eq!(story.until(15.0), ["hang up ben", "ben: NoAnswer", "ring cem for 1"]);
    assert_eq!(story.ended("cem", AgentEnd::Busy), ["cem: Busy", "ring dora for 1"]);
    assert_eq!(story.ended("dora", AgentEnd::Unreachable), ["dora: Unreachable", "ring eli for 1"]);
    assert_eq!(story.desk.position(CallId::fixed(1), story.now), Some(1));
    story.answers("eli");
    assert_eq!(story.presses("eli", '1'), ["hush eli", "bridge eli and 1"]);
}

#[test]
fn nobody_takes_it_twice_round_and_the_flow_is_told() {
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins(1);
    for round in 0..2 {
        for agent in ["anna", "ben"] {
            story.answers(agent);
            let said = story.presses(agent, '2');
            story.ended(agent, AgentEnd::HungUp);
            if (round, agent) == (1, "ben") {
                assert_eq!(said.last().unwrap(), "1 leaves: NoAgent");
            }
        }
        if round == 0 {
            assert!(story.until(19.9).is_empty(), "a pause before everybody is asked again");
            assert_eq!(story.until(20.0), ["ring anna for 1"]);
        }
    }
    assert!(story.desk.gauges(story.now).is_empty());
}

#[test]
fn without_a_limit_of_rounds_agents_are_asked_until_the_time_limit() {
    let mut settings = settings_with(&["anna"]);
    settings.queues[0].rounds = None;
    let mut story = Story::new(settings);
    story.joins(1);
    for round in 1..30 {
        assert_eq!(story.ended("anna", AgentEnd::Declined), ["anna: Passed"]);
        assert_eq!(story.until(f64::from(round) * 20.0), ["ring anna for 1"]);
    }
    story.ended("anna", AgentEnd::Declined);
    assert_eq!(story.until(600.0), ["1 leaves: Late"]);
}

#[test]
fn a_caller_waits_for_a_busy_agent_instead_of_asking_the_passer_again() {
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins(1);
    story.answers("anna");
    story.presses("anna", '1');
    story.bridged("anna");
    assert_eq!(story.joins(2), ["2 waits 1", "ring ben for 2"]);
    assert_eq!(story.ended("ben", AgentEnd::Declined), ["ben: Passed"]);
    assert!(story.until(300.0).is_empty(), "anna has not been asked yet");
    story.ended("anna", AgentEnd::HungUp);
    assert_eq!(story.until(310.0), ["ring anna for 2"]);
}

#[test]
fn a_passer_gets_the_next_caller_at_once() {
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins(1);
    assert_eq!(story.ended("anna", AgentEnd::Declined), ["anna: Passed", "ring ben for 1"]);
    assert_eq!(story.joins(2), ["2 waits 2", "ring anna for 2"]);
}

#[test]
fn an_agent_who_let_it_ring_rests_and_then_stands_behind_the_others() {
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins(1);
    story.rings("anna");
    story.until(15.0);
    story.ended("anna", AgentEnd::NoAnswer);
    assert_eq!(story.state("anna"), AgentState::Missed);
    story.gone(1);
    story.ended("ben", AgentEnd::HungUp);
    story.until(45.0);
    assert_eq!(story.state("anna"), AgentState::Idle);
    assert_eq!(story.joins(2), ["2 waits 1", "ring ben for 2"]);
}

#[test]
fn a_phone_that_was_never_heard_ringing_is_not_the_agents_fault() {
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins(1);
    assert_eq!(story.until(15.0), ["hang up anna", "anna: Unreachable", "ring ben for 1"]);
    story.ended("anna", AgentEnd::NoAnswer);
    assert_eq!(story.state("anna"), AgentState::Unreachable);
    story.reachable("anna", true);
    assert_eq!(story.state("anna"), AgentState::Idle);
}

#[test]
fn each_queue_may_ring_for_its_own_time() {
    let mut settings = settings_with(&["anna"]);
    settings.queues[0].ring_for = Some(Duration::from_secs(7));
    let mut story = Story::new(settings);
    story.joins(1);
    story.rings("anna");
    assert!(story.until(6.9).is_empty());
    assert_eq!(story.until(7.0), ["hang up anna", "anna: NoAnswer"]);
}

#[test]
fn a_mailbox_that_answers_hears_the_brief_twice_and_loses_the_call() {
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.answers("anna");
    story.until(8.0);
    story.brief_is_over("anna");
    assert_eq!(story.until(20.0), ["brief anna again"]);
    story.until(28.0);
    story.brief_is_over("anna");
    assert_eq!(story.until(40.0), ["hang up anna", "anna: NoKey"]);
    story.ended("anna", AgentEnd::HungUp);
    assert_eq!(story.state("anna"), AgentState::Missed);
}

#[test]
fn pressing_three_says_it_again_and_gives_time_but_not_for_ever() {
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.answers("anna");
    for second in [10.0, 25.0, 40.0, 55.0] {
        assert!(story.until(second).is_empty());
        assert_eq!(story.presses("anna", '3'), ["brief anna again"]);
    }
    assert_eq!(story.until(60.0), ["hush anna", "hang up anna", "anna: NoKey"]);
}

#[test]
fn transferring_is_announced_only_after_the_agent_accepted_and_a_failure_is_apologised_for() {
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins(1);
    story.answers("anna");
    story.presses("anna", '1');
    let said = story.ended("anna", AgentEnd::HungUp);
    assert_eq!(said, ["anna: Failed", "sorry 1", "1 waits 1", "ring ben for 1"]);
    assert_eq!(story.ended("ben", AgentEnd::Declined), ["ben: Passed"], "nothing was announced, nothing to excuse");
}

#[test]
fn an_agents_leg_that_breaks_in_the_talk_brings_the_caller_back_in_the_old_place_with_time_left() {
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins(1);
    story.answers("anna");
    story.presses("anna", '1');
    story.bridged("anna");
    story.until(1000.0);
    story.reachable("ben", false);
    assert_eq!(story.joins(2), ["2 waits 1"]);
    story.reachable("ben", true);
    assert_eq!(story.state("ben"), AgentState::Offered);
    let said = story.ended("anna", AgentEnd::Lost);
    assert_eq!(said, ["anna: Lost", "sorry 1", "1 waits 1"], "caller 1 goes before caller 2 again");
    assert!(!said.iter().any(|act| act.contains("Late")), "talking does not use up the time limit");
}

#[test]
fn caller_hangs_up_in_the_talk_and_the_agent_wraps_up_when_the_leg_is_gone() {
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.answers("anna");
    story.presses("anna", '1');
    story.bridged("anna");
    assert_eq!(story.gone(1), ["hang up anna", "anna: Talked", "1 leaves: Talked"]);
    story.until(1.0);
    story.ended("anna", AgentEnd::HungUp);
    assert_eq!(story.state("anna"), AgentState::WrapUp);
    story.until(11.0);
    assert_eq!(story.state("anna"), AgentState::Idle);
}

#[test]
fn a_leg_whose_end_is_never_heard_frees_its_agent_all_the_same() {
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.gone(1);
    story.until(5.0);
    assert_eq!(story.state("anna"), AgentState::Idle);
    assert_eq!(story.joins(2), ["2 waits 1", "ring anna for 2"]);
    let old = OfferId(1);
    assert!(story.hears(DeskInput::AgentEnded { offer: old, why: AgentEnd::HungUp }).is_empty());
    assert_eq!(story.state("anna"), AgentState::Offered, "the late end of the old leg is not the end of the new one");
}

#[test]
fn the_time_limit_cuts_a_ringing_phone_short_but_lets_an_agent_decide() {
    let limited = Caller { time_limit: Duration::from_secs(10), ..Caller::joining("orders", Brief::default()) };
    let mut story = Story::with_agents(&["anna"]);
    story.joins_as(1, limited.clone());
    assert_eq!(story.until(10.0), ["hang up anna", "anna: Late", "1 leaves: Late"]);
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins_as(1, limited.clone());
    story.answers("anna");
    assert!(story.until(12.0).is_empty());
    assert_eq!(story.presses("anna", '1'), ["hush anna", "bridge anna and 1"]);
    let mut story = Story::with_agents(&["anna", "ben"]);
    story.joins_as(1, limited);
    story.answers("anna");
    story.until(12.0);
    let said = story.presses("anna", '2');
    assert_eq!(said, ["hush anna", "hang up anna", "anna: Passed", "1 leaves: Late"], "and nobody else is rung");
}

#[test]
fn full_closed_nobody_there_and_unknown_are_told_apart_at_once() {
    let mut settings = settings_with(&["anna"]);
    settings.queues[0].most_waiting = 1;
    let mut story = Story::new(settings);
    story.joins(1);
    assert_eq!(story.joins(2), ["2 leaves: Full"]);
    story.gone(1);
    story.ended("anna", AgentEnd::HungUp);
    story.hears(DeskInput::QueueOpened { queue: "orders".into(), open: false });
    assert_eq!(story.desk.queue_is_open(&"orders".into()), Some(false));
    assert_eq!(story.joins(3), ["3 leaves: Closed"]);
    story.hears(DeskInput::QueueOpened { queue: "orders".into(), open: true });
    story.reachable("anna", false);
    assert_eq!(story.joins(4), ["4 leaves: NoAgent"]);
    assert_eq!(story.joins_as(5, Caller::joining("returns", Brief::default())), ["5 leaves: Outage"]);
    assert!(story.desk.gauges(story.now).is_empty());
}

#[test]
fn callers_are_told_when_the_last_phone_goes_away() {
    let mut settings = settings_with(&[]);
    settings.queues[0].agents = vec!["anna".into()];
    settings.agents.push(AgentSettings::registering("anna"));
    let mut story = Story::new(settings);
    assert_eq!(story.joins(1), ["1 leaves: NoAgent"], "a phone that has not registered yet");
    story.reachable("anna", true);
    story.joins(1);
    story.joins(2);
    assert!(story.reachable("anna", false).is_empty(), "her phone is being rung, so it may still answer");
    let said = story.ended("anna", AgentEnd::Unreachable);
    assert_eq!(said, ["anna: Unreachable", "1 leaves: NoAgent", "2 leaves: NoAgent"]);
}

#[test]
fn urgent_callers_go_first_and_nobody_starves() {
    let class = |class| Caller {
        class,
        time_limit: Duration::from_secs(36_000),
        ..Caller::joining("orders", Brief::default())
    };
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.answers("anna");
    story.presses("anna", '1');
    story.bridged("anna");
    assert_eq!(story.joins_as(2, class(5)), ["2 waits 1"]);
    story.until(1.0);
    assert_eq!(story.joins_as(3, class(1)), ["3 waits 1"]);
    assert_eq!(story.joins_as(4, class(9)), ["4 waits 3"]);
    story.ended("anna", AgentEnd::HungUp);
    assert_eq!(story.until(11.0), ["ring anna for 3"]);
    story.answers("anna");
    story.presses("anna", '1');
    story.bridged("anna");
    // After eight promotions the caller of class 9 counts as urgent and has waited longer than the new one.
    story.until(1500.0);
    assert_eq!(story.joins_as(5, class(1)), ["5 waits 3"]);
    assert_eq!(story.desk.position(CallId::fixed(4), story.now), Some(2));
}

#[test]
fn the_longest_idle_agent_is_rung_and_then_the_one_with_fewest_talks() {
    let mut settings = settings_with(&["anna", "ben"]);
    settings.queues[0].wrap_up = Duration::ZERO;
    let mut story = Story::new(settings);
    for (call, agent) in [(1, "anna"), (2, "ben"), (3, "anna")] {
        story.until(call as f64 * 100.0);
        assert_eq!(story.joins(call)[1], format!("ring {agent} for {call}"));
        story.answers(agent);
        story.presses(agent, '1');
        story.bridged(agent);
        story.ended(agent, AgentEnd::HungUp);
    }
    // Ben is rung and misses it, so he falls idle after anna, though he has talked less.
    story.joins(4);
    story.rings("ben");
    story.ended("ben", AgentEnd::NoAnswer);
    story.gone(4);
    story.ended("anna", AgentEnd::HungUp);
    story.until(400.0);
    assert_eq!(story.joins(5), ["5 waits 1", "ring anna for 5"]);
    // Both phones come back in the same moment.
    story.ended("anna", AgentEnd::Unreachable);
    assert_eq!(story.ended("ben", AgentEnd::Unreachable), ["ben: Unreachable", "5 leaves: NoAgent"]);
    story.reachable("anna", true);
    story.reachable("ben", true);
    assert_eq!(story.joins(6), ["6 waits 1", "ring ben for 6"]);
}

#[test]
fn skills_are_insisted_on_for_a_while_and_only_if_somebody_has_them() {
    let mut settings = settings_with(&["anna", "ben"]);
    settings.agents[1].skills.insert("lang:zh".to_owned());
    let asks = |skill: &str| {
        let skills = [skill.to_owned()].into();
        Caller { skills, ..Caller::joining("orders", Brief::default()) }
    };
    let mut story = Story::new(settings);
    assert_eq!(story.joins_as(1, asks("lang:zh")), ["1 waits 1", "ring ben for 1"]);
    assert_eq!(story.joins_as(2, asks("lang:zh")), ["2 waits 2"], "ben is busy deciding");
    assert_eq!(story.until(15.0), ["hang up ben", "ben: Unreachable", "ring anna for 1"], "nobody else left for 1");
    assert!(story.until(19.9).is_empty());
    story.ended("anna", AgentEnd::Declined);
    assert_eq!(story.state("anna"), AgentState::Offered, "then any agent of the queue will do");
    let mut story = Story::with_agents(&["anna"]);
    assert_eq!(story.joins_as(3, asks("plumbing")), ["3 waits 1", "ring anna for 3"]);
}

#[test]
fn an_agent_of_two_queues_is_given_the_caller_who_goes_first_over_both() {
    let mut settings = settings_with(&["anna"]);
    settings.queues.push(QueueSettings::new("returns", &["anna"]));
    let mut story = Story::new(settings);
    story.joins(1);
    story.answers("anna");
    story.presses("anna", '1');
    story.bridged("anna");
    story.joins_as(2, Caller::joining("returns", Brief::default()));
    story.until(1.0);
    story.joins(3);
    let gauges = story.desk.gauges(Duration::from_secs(3));
    assert_eq!((gauges.calls, gauges.offers), (3, 1));
    let returns = gauges.queues[&QueueName::from("returns")];
    assert_eq!((returns.waiting, returns.talking, returns.longest_wait), (1, 0, Duration::from_secs(3)));
    assert_eq!(gauges.agent_counts(), [(AgentState::Talking, 1)].into());
    story.ended("anna", AgentEnd::HungUp);
    assert_eq!(story.until(11.0), ["ring anna for 2"]);
}

#[test]
fn an_answer_after_its_time_limit_is_too_late_however_late_the_tick_comes() {
    let mut story = Story::with_agents(&["anna"]);
    story.joins(1);
    story.rings("anna");
    story.now = Duration::from_secs(16);
    assert_eq!(story.answers("anna"), ["hang up anna", "anna: NoAnswer"]);
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut story = Story::with_agents(&["anna"]);
    story.until(10.0);
    story.joins(1);
    story.now = Duration::from_secs(1);
    story.answers("anna");
    assert_eq!(story.desk.next_wake(), Some(Duration::from_secs(30)));
}

#[test]
fn settings_that_make_no_desk_are_refused_with_what_to_do() {
    let mut settings = settings_with(&["anna"]);
    settings.queues[0].agents.push("nobody".into());
    let error = Desk::new(settings).unwrap_err();
    assert_eq!(
        error.to_string(),
        "queue orders names agent nobody, who is not defined; add [agent.nobody] or take the name out"
    );
    let mut settings = settings_with(&["anna"]);
    settings.agents.push(AgentSettings::registering("anna"));
    assert_eq!(Desk::new(settings).unwrap_err(), DeskError::AgentTwice("anna".into()));
    let mut settings = settings_with(&["anna"]);
    settings.queues.push(QueueSettings::new("orders", &[]));
    assert_eq!(Desk::new(settings).unwrap_err(), DeskError::QueueTwice("orders".into()));
    let mut settings = settings_with(&["anna"]);
    settings.queues[0].ring_for = Some(Duration::ZERO);
    assert_eq!(Desk::new(settings).unwrap_err(), DeskError::NoTime("ring_for"));
    let mut settings = settings_with(&["anna"]);
    settings.timers.ring_for = Duration::ZERO;
    assert_eq!(Desk::new(settings).unwrap_err(), DeskError::NoTime("ring_for"));
}
