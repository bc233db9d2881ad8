//! Pictures of flows that show every kind of box and arrow.

use super::super::{Bundle, Operators, Picture, SourceFile, load_files};
use super::layers::{Size, Wish};
use super::placing::place;
use crate::words::Language;

const LINE: &str = r#"
bundle: line
start: hello
languages: [en, zh]
handover: person
---
flow: hello
always:
  goodbye: { steps: [ { say: { en: "Bye \"then\" & <soon>.", zh: "再见。" } }, { end: call } ] }
  agent_please: { goto: flow:person }
steps:
  - say: { en: "Hello, this is the line.", zh: "您好，这里是服务热线。" }
  - id: menu
    menu:
    prompt: { en: "One or two?", zh: "一还是二？" }
    choices:
      - { key: 1, words: { en: ["one"], zh: ["一"] }, goto: number }
      - { key: 2, words: { en: ["two"], zh: ["二"] }, steps: [ { run: other } ] }
    if_stuck: flow:person
  - choose:
      - when: now.getHours() >= 9 && now.getHours() < 17
        steps: [ { say: { en: "We are open.", zh: "我们在营业。" } } ]
      - otherwise: []
  - { goto: menu, at_most: 2, then: number }
  - id: number
    ask: digits_wanted
    prompt: { en: "Your number, please?", zh: "请说出号码。" }
  - goto: flow:person
slots:
  digits_wanted: { type: digits }
---
flow: other
called: { en: "something else", zh: "别的事" }
start_when: { en: ["something else entirely"], zh: ["别的事情"] }
steps:
  - say: { en: "Other.", zh: "其他。" }
---
flow: person
steps:
  - route:
    prompt: { en: "What is it about?", zh: "关于什么事？" }
  - end: call
"#;

fn bundle(text: &str) -> std::sync::Arc<Bundle> {
    let file = SourceFile { path: "line.yaml".into(), text: text.to_owned() };
    load_files(vec![file], &Operators::default()).unwrap_or_else(|failure| panic!("{failure}")).bundle
}

fn flow(name: &str, language: Language) -> Picture {
    Picture::of_flow(&bundle(LINE), name, language).unwrap()
}

/// Whether every tag that is opened is closed in its turn and every text is escaped.
fn well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "a bare > in {text:?}");
        for (_, entity) in text.match_indices('&').map(|(at, _)| (at, &text[at..])) {
            assert!(["&amp;", "&lt;", "&gt;", "&quot;"].iter().any(|known| entity.starts_with(known)), "{entity:?}");
        }
        let (tag, after) = after.split_once('>').unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag:?}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = after;
    }
    assert!(open.is_empty(), "never closed: {open:?}");
}

/// Every line of Mermaid is one that Mermaid knows, and every arrow leads from a box to a box.
fn is_mermaid(text: &str) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("---"));
    assert!(lines.next().unwrap().starts_with("title: "));
    assert_eq!(lines.next(), Some("---"));
    assert_eq!(lines.next(), Some("flowchart TD"));
    let rest: Vec<&str> = lines.map(str::trim).collect();
    let boxes: Vec<&str> = rest
        .iter()
        .filter(|line| line.contains(":::"))
        .map(|line| line.split(['(', '[', '{', '>']).next().unwrap())
        .collect();
    for line in rest {
        let is_arrow = line.contains(" -->") || line.contains(" -.->");
        if is_arrow {
            let (from, to) = (line.split(' ').next().unwrap(), line.rsplit(' ').next().unwrap());
            assert!(boxes.contains(&from) && boxes.contains(&to), "{line}");
            assert!(matches!(line.matches('"').count(), 0 | 2), "{line}");
        } else if line.contains(":::") {
            assert_eq!(line.matches('"').count(), 2, "{line}");
            assert!(!line.ends_with(":::end"), "`end` is a word of Mermaid's own");
        } else {
            let known = ["subgraph ", "end", "style ", "classDef "];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
        }
    }
}

#[test]
fn every_box_arrow_and_sentence_of_a_flow_is_drawn() {
    let picture = flow("hello", Language::EN);
    let text = picture.mermaid();
    is_mermaid(&text);
    for part in [
        "Hello, this is the",
        "1: one",
        "2: two",
        "if_stuck",
        "getHours() #lt; 17",
        "otherwise",
        "at most 2 times",
        "ask digits_wanted",
        "run other",
        "flow person",
        "#quot;then#quot; #amp; #lt;soon#gt;",
        "agent_please → flow person",
        "every call begins here",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains("goto"), "a goto is an arrow");
}

#[test]
fn a_flow_is_shown_in_the_language_asked_for() {
    assert!(flow("hello", Language::ZH).mermaid().contains("您好，这里是服务热线。"));
    assert!(Picture::of_flow(&bundle(LINE), "nowhere", Language::EN).is_none());
}

#[test]
fn a_bundle_shows_who_runs_starts_and_hands_over_to_whom() {
    let picture = Picture::of_bundle(&bundle(LINE), Language::EN);
    let text = picture.mermaid();
    is_mermaid(&text);
    for part in ["runs", "starts", "if_stuck", "something else entirely", "an error → person", "from anywhere"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn the_drawing_is_well_formed() {
    for picture in
        [flow("hello", Language::EN), flow("other", Language::ZH), Picture::of_bundle(&bundle(LINE), Language::EN)]
    {
        well_formed(&picture.svg());
    }
}

#[test]
fn nothing_lies_on_anything_else() {
    let mut random = 7_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    for _ in 0..60 {
        let count = 2 + next(30);
        let boxes: Vec<Size> =
            (0..count).map(|_| Size { wide: 60.0 + next(180) as f32, high: 20.0 + next(80) as f32 }).collect();
        let mut wishes: Vec<Wish> = Vec::new();
        for _ in 0..count * 2 {
            let (from, to) = (next(count), next(count));
            let known = wishes.iter().any(|wish| (wish.from, wish.to) == (from, to));
            if from == to || known {
                continue;
            }
            let label = (next(2) == 0).then(|| Size { wide: 40.0 + next(100) as f32, high: 18.0 });
            wishes.push(Wish { from, to, label, weight: 1.0 });
        }
        let placed = place(&boxes, &wishes, &vec![false; count]);
        let labels = wishes.iter().zip(&placed.routes).filter_map(|(wish, route)| Some((route.label?, wish.label?)));
        let things: Vec<_> = placed.boxes.iter().copied().zip(boxes.iter().copied()).chain(labels).collect();
        for (index, (at, size)) in things.iter().enumerate() {
            assert!(at.x - size.wide / 2.0 >= -0.1 && at.x + size.wide / 2.0 <= placed.size.wide + 0.1);
            for (other_at, other) in &things[index + 1..] {
                let beside = (at.x - other_at.x).abs() >= (size.wide + other.wide) / 2.0 - 0.1;
                let above = (at.y - other_at.y).abs() >= (size.high + other.high) / 2.0 - 0.1;
                assert!(beside || above, "{at:?} {size:?} lies on {other_at:?} {other:?}");
            }
        }
        for (at, size) in placed.boxes.iter().zip(&boxes) {
            let points = placed.routes.iter().flat_map(|route| &route.points);
            for point in points {
                let inside =
                    (point.x - at.x).abs() < size.wide / 2.0 - 0.1 && (point.y - at.y).abs() < size.high / 2.0 - 0.1;
                assert!(!inside, "an arrow runs through a box: {point:?} in {at:?} {size:?}");
            }
        }
    }
}
