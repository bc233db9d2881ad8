//! How long one utterance takes to be understood, part by part: `cargo bench --bench words`.
//!
//! The templates are of the size of a large bundle: three hundred sentences for sixty flows.

use std::collections::BTreeMap;
use std::hint::black_box;

use divan::Bencher;
use warmline::words::{
    CommonPhrase, Heard, Language, Shape, SlotType, Template, TemplateIndex, common_phrase_in, normalise, rank, read,
};

/// What callers say, short and long, in both languages.
const SAID: [&str; 8] = [
    "Where is my order please?",
    "uh hi I'd like to know when my parcel is going to be delivered",
    "AB one two three four five six seven eight",
    "yes that's right",
    "can I talk to a real person",
    "我的快递到哪里了",
    "呃 就是 AB 一二三四 五六七八",
    "the second digit is five",
];

fn language(said: &str) -> Language {
    if said.is_ascii() { Language::EN } else { Language::ZH }
}

/// Three hundred templates for sixty flows, by joining verbs and things as designers do.
fn templates() -> Vec<(usize, Template)> {
    const VERBS: [&str; 10] = [
        "where is",
        "(check|track)",
        "(cancel|stop)",
        "[i want to] change",
        "(return|send back)",
        "how much is",
        "(pay|settle)",
        "(order|buy)",
        "(complain about|report)",
        "(book|arrange)",
    ];
    const THINGS: [&str; 30] = [
        "order",
        "parcel",
        "delivery",
        "invoice",
        "refund",
        "account",
        "password",
        "address",
        "appointment",
        "subscription",
        "contract",
        "card",
        "transfer",
        "balance",
        "statement",
        "ticket",
        "flight",
        "seat",
        "baggage",
        "meal",
        "room",
        "booking",
        "voucher",
        "warranty",
        "repair",
        "engineer",
        "meter",
        "tariff",
        "router",
        "number",
    ];
    let pairs = VERBS.iter().enumerate().flat_map(|(verb, said)| {
        THINGS.iter().enumerate().map(move |(thing, name)| (verb * 6 + thing / 5, format!("{said} [my|the|a] {name}")))
    });
    let english = pairs.map(|(flow, text)| (flow, Template::parse(&text).expect("a template")));
    let chinese =
        ["(查|问)[一下][我的](订单|快递)", "[我的](快递|包裹)到(哪里|哪儿|哪)了", "取消[我的]订单", "(退货|换货)"];
    english
        .chain(chinese.iter().enumerate().map(|(flow, text)| (flow, Template::parse(text).expect("a template"))))
        .collect()
}

#[divan::bench(args = SAID)]
fn prepare(said: &str) -> Heard {
    Heard::new(black_box(said))
}

#[divan::bench(args = SAID)]
fn normalised(said: &str) -> Vec<String> {
    normalise(black_box(said), language(said))
}

#[divan::bench(args = SAID)]
fn common(bencher: Bencher, said: &str) {
    let heard = Heard::new(said);
    bencher.bench(|| common_phrase_in(black_box(&heard), language(said), &CommonPhrase::ALL[..10]));
}

#[divan::bench(args = SAID)]
fn rank_by_index(bencher: Bencher, said: &str) {
    let index = TemplateIndex::new(templates());
    let heard = Heard::new(said);
    bencher.bench(|| index.rank(black_box(&heard)));
}

#[divan::bench(args = SAID)]
fn rank_one_by_one(bencher: Bencher, said: &str) {
    let templates = templates();
    bencher.bench(|| rank(templates.iter().map(|(id, template)| (*id, template)), black_box(said), language(said)));
}

#[divan::bench]
fn build_the_index(bencher: Bencher) {
    bencher.with_inputs(templates).bench_values(TemplateIndex::new);
}

fn slots() -> BTreeMap<&'static str, SlotType> {
    let shape = Shape::parse("LL99999999").expect("a shape");
    BTreeMap::from([
        ("yes_no", SlotType::YesNo),
        ("digits", SlotType::Digits { min: 1, max: 12 }),
        ("code", SlotType::Code { shape }),
        ("phone", SlotType::Phone { country: Some("CN".to_owned()) }),
        ("email", SlotType::Email),
        ("name", SlotType::Name),
    ])
}

#[divan::bench(args = ["yes_no", "digits", "code", "phone", "email", "name"])]
fn read_all(bencher: Bencher, kind: &str) {
    let slots = slots();
    let slot = &slots[kind];
    let now = jiff::civil::date(2026, 1, 5).at(10, 0, 0, 0);
    bencher.bench(|| {
        for said in SAID {
            black_box(read(slot, black_box(said), language(said), now));
        }
    });
}

fn main() {
    divan::main();
}
