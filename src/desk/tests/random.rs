//! A million random events: whatever happens, in whatever order, the desk keeps its promises.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::world::{ENDS, LegStep, Step, World};
use super::*;

fn random_leg_step(random: &mut StdRng) -> LegStep {
    match random.random_range(0..16) {
        0 => LegStep::Takes,
        1..=2 => LegStep::Rings,
        3..=5 => LegStep::Answers,
        6..=7 => LegStep::BriefOver,
        8..=11 => LegStep::Key(['1', '1', '1', '2', '3', '9'][random.random_range(0..6)]),
        12..=13 => LegStep::Bridged,
        _ => LegStep::Ends(ENDS[random.random_range(0..ENDS.len())]),
    }
}

fn random_step(random: &mut StdRng) -> Step {
    match random.random_range(0..100) {
        0..=14 => Step::Joins {
            call: random.random(),
            queue: random.random(),
            class: random.random_range(0..12),
            seconds: random.random(),
            skilled: random.random_bool(0.2),
        },
        15..=18 => Step::Gone { call: random.random() },
        19..=74 => Step::Leg { offer: random.random(), event: random_leg_step(random) },
        75..=77 => Step::Phone { agent: random.random(), there: random.random_bool(0.9) },
        78 => Step::Queue { queue: random.random(), open: random.random_bool(0.9) },
        79..=90 => Step::Passes { hundredths: random.random_range(0..1500) },
        _ => Step::NextDue,
    }
}

#[test]
fn a_million_random_events_break_no_promise() {
    let mut events = 0;
    let mut results: BTreeMap<QueueResult, u64> = BTreeMap::new();
    let mut outcomes: BTreeMap<OfferOutcome, u64> = BTreeMap::new();
    for seed in 0..100 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut world = World::new();
        while world.events() < 10_000 {
            world.step(random_step(&mut random));
        }
        world.end();
        events += world.events();
        for (result, count) in world.results {
            *results.entry(result).or_default() += count;
        }
        for (outcome, count) in world.outcomes {
            *outcomes.entry(outcome).or_default() += count;
        }
    }
    assert!(events >= 1_000_000);
    // A walk that never gets anywhere would prove nothing: every way to end has been seen, and often.
    assert!(results.len() == 7 && results.values().all(|&count| count > 500), "{results:?}");
    assert!(outcomes.len() == 11 && outcomes.values().all(|&count| count > 500), "{outcomes:?}");
}

fn leg_step() -> impl Strategy<Value = LegStep> {
    prop_oneof![
        Just(LegStep::Takes),
        Just(LegStep::Rings),
        Just(LegStep::Answers),
        Just(LegStep::BriefOver),
        prop::sample::select(vec!['1', '2', '3', '#']).prop_map(LegStep::Key),
        Just(LegStep::Bridged),
        prop::sample::select(ENDS.to_vec()).prop_map(LegStep::Ends),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<u8>(), any::<u8>(), 0..12u8, any::<u16>(), any::<bool>())
            .prop_map(|(call, queue, class, seconds, skilled)| Step::Joins { call, queue, class, seconds, skilled }),
        1 => any::<u8>().prop_map(|call| Step::Gone { call }),
        9 => (any::<u8>(), leg_step()).prop_map(|(offer, event)| Step::Leg { offer, event }),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(agent, there)| Step::Phone { agent, there }),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(queue, open)| Step::Queue { queue, open }),
        2 => (0..1500u16).prop_map(|hundredths| Step::Passes { hundredths }),
        2 => Just(Step::NextDue),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same, in short walks that shrink to the few steps that matter.
    #[test]
    fn no_short_walk_breaks_a_promise(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.end();
    }
}
