//! Names of lists in what callers say, as a recogniser makes of them.

use super::{Driver, HEAD};

const CITIES: &str = "---\nlist: city\nvalues: [Leeds, \"London Heathrow\", \"Newcastle upon Tyne\"]\n";
const BOOK: &str = "---\nflow: book\nstart_when: { en: [\"(fly|travel|go) to {city}\"] }\nslots: { city: { type: place, list: city } }\nsteps:\n  - ask: city\n    prompt: { en: \"Where to?\" }\n  - say: { en: \"Flying to {{ city }}.\" }\n  - end: call\n";
const MAIN: &str =
    "---\nflow: main\nsteps:\n  - route:\n    prompt: { en: \"What can I do for you?\" }\n  - end: call\n";

fn booking() -> Driver {
    Driver::start(&format!("{HEAD}{MAIN}{BOOK}{CITIES}"))
}

#[test]
fn a_flow_starts_with_the_name_that_was_said() {
    for (heard, city) in [
        ("I'd like to fly to London Heathrow please", "London Heathrow"),
        ("I want to fly to london heath row", "London Heathrow"),
        ("travel to new castle upon tine", "Newcastle upon Tyne"),
    ] {
        let mut call = booking();
        call.says(heard);
        assert!(call.bot().starts_with(&format!("Flying to {city}.")), "{heard}: {}", call.bot());
    }
}

#[test]
fn a_name_that_was_hardly_heard_is_asked_for() {
    let mut call = booking();
    call.says("I want to travel to Newcastle").expect("Where to?");
    call.says("Newcastle upon Tyne").expect_part("Flying to Newcastle upon Tyne.");
}

#[test]
fn a_name_of_no_list_starts_nothing_with_it() {
    let mut call = booking();
    call.says("fly to the moon");
    assert!(!call.bot().contains("Flying"), "{}", call.bot());
}

#[test]
fn names_are_found_by_their_sound_in_mandarin() {
    let text = "bundle: t\nstart: main\nlanguages: [zh]\ntimezone: Asia/Shanghai\n---\nflow: main\nsteps:\n  - route:\n    prompt: { zh: \"请问您要办什么？\" }\n  - end: call\n---\nflow: book\nstart_when: { zh: [\"(我要|我想)[坐飞机]去{city}\"] }\nslots: { city: { type: place, list: city } }\nsteps:\n  - ask: city\n    prompt: { zh: \"您要去哪里？\" }\n  - say: { zh: \"去{{ city }}。\" }\n  - end: call\n---\nlist: city\nvalues: [北京, 上海虹桥, 广州]\n";
    for (heard, city) in [("我要去北京", "北京"), ("呃我想坐飞机去背景", "北京"), ("我要去上海红桥", "上海虹桥")]
    {
        let mut call = Driver::start(text);
        call.says(heard);
        assert!(call.bot().starts_with(&format!("去{city}。")), "{heard}: {}", call.bot());
    }
}
