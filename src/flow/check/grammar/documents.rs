//! The kinds of documents a bundle is made of, with their keys.

use super::Form::{
    Anything, Count, Day, Either, Expression, Handlers, Keys, List, Map, Moment, Name, NameOf, OneOrMore, Sentence,
    Slots, Steps, Target, Text, Word, Words,
};
use super::{DocumentForm, KeyForm, may, must};

const BUNDLE: &[KeyForm] = &[
    must("start", NameOf("a flow"), "The flow a call begins with."),
    must(
        "languages",
        OneOrMore(&Word(&[("en", "English."), ("zh", "Mandarin.")])),
        "What is spoken; a call begins in the first.",
    ),
    may("timezone", Text, "Where days and hours are counted: an IANA name such as `Europe/London`."),
    may(
        "handover",
        NameOf("a flow"),
        "The flow that finds a person: for callers who ask, who are stuck, and when something fails.",
    ),
    may(
        "shared",
        OneOrMore(&NameOf("a slot")),
        "Slots that keep their value from flow to flow of one call. An `ask` for one that another flow has filled only \
         asks whether it is still the same; with `read_back: never` not even that.",
    ),
    may("always", Handlers, "Handlers for every flow."),
    may("pronounce", Map(&Map(&Text)), "Words that are said otherwise than they are written, by language."),
];

const FLOW: &[KeyForm] = &[
    may(
        "called",
        Sentence,
        "What the flow is called when the caller has to choose between two: \"the status of an order\".",
    ),
    may("start_when", Words, "What a caller may say to start it."),
    may("slots", Slots, "The values it works with."),
    may("always", Handlers, "Handlers that hold at every step of this flow."),
    must("steps", Steps, "What it does, in order."),
];

const LIST: &[KeyForm] = &[
    may("values", Either(&[List(&Text), Map(&Words)]), "The values, each with how it may be said; or a plain list."),
    may(
        "file",
        Text,
        "A CSV file in the bundle's folder: a column `value`, and one for each language with the ways to say it, divided \
         by `;`.",
    ),
];

const ENTRY: &[KeyForm] = &[
    may("id", Name, "A name for the entry."),
    must("questions", Words, "How it is asked."),
    must("answer", Sentence, "What is answered: at most two sentences."),
    may("more", Sentence, "What is added for \"go on\"."),
    may("flow", NameOf("a flow"), "A flow that is started after the answer."),
    may("valid_from", Day, "The first day on which it is true."),
    may("valid_until", Day, "The last day on which it is true."),
    may("owner", Text, "Who keeps it up to date."),
    may("topics", OneOrMore(&Text), "Further topics it belongs to."),
];

const ANSWERS: &[KeyForm] = &[
    may("owner", Text, "Who keeps the entries up to date, where an entry names nobody."),
    may("topics", OneOrMore(&Text), "Further topics of all entries."),
    must("entries", List(&Keys(ENTRY)), "Questions with their answers."),
];

const TEST: &[KeyForm] = &[
    may("flow", NameOf("a flow"), "Where the test begins. Without it, at the bundle's `start`."),
    may("caller", Map(&Text), "Who calls: `number`, `language`, `name`, `vip`."),
    may(
        "stubs",
        Map(&Anything),
        "What each connection answers: a value, `none`, `error`, `{ returns, after }`, or a list of them in order.",
    ),
    may(
        "queues",
        Map(&Anything),
        "How waiting in each queue ends: `talked`, `no_agent`, `late`, `full`, `closed`, `outage`.",
    ),
    may("at", Moment, "When the call takes place: `2026-01-09T10:00+08:00`."),
    may("seed", Count(0, u32::MAX), "Which of several variants are said."),
    must("turns", List(&Anything), "The conversation: `bot:`, `bot_exactly:`, `caller:`, `expect:`."),
    may(
        "open",
        Word(&[("allowed", "The call need not have ended.")]),
        "Whether the test may stop in the middle of a call.",
    ),
];

/// Every kind of document.
pub const DOCUMENTS: &[DocumentForm] = &[
    DocumentForm {
        name: "bundle",
        names: "a name for the bundle",
        about: "What all flows share. Exactly one in a bundle.",
        keys: BUNDLE,
        example: "bundle: shop\nstart: welcome\nlanguages: [en]\ntimezone: Europe/London\nhandover: person",
    },
    DocumentForm {
        name: "flow",
        names: "a name for the flow",
        about: "A conversation about one thing: what starts it, what it asks, what it does.",
        keys: FLOW,
        example: "flow: opening_hours\nstart_when: { en: [\"when are you open\"] }\nsteps:\n  - say: { en: \"From nine to \
                  five.\" }",
    },
    DocumentForm {
        name: "list",
        names: "a name for the list",
        about: "Named values for templates, choices and places.",
        keys: LIST,
        example: "list: colours\nvalues:\n  red: { en: [\"red\", \"the red one\"] }\n  blue: { en: \"blue\" }",
    },
    DocumentForm {
        name: "answers",
        names: "the topic of the answers",
        about: "Questions callers ask, with their answers.",
        keys: ANSWERS,
        example: "answers: delivery\nentries:\n  - questions: { en: [\"what does delivery cost\"] }\n    answer: { en: \
                  \"Delivery is free above thirty pounds.\" }",
    },
    DocumentForm {
        name: "test",
        names: "what the test shows",
        about: "A conversation as it should go; `warmline test` plays it.",
        keys: TEST,
        example: "test: says when the shop is open\nflow: opening_hours\nturns:\n  - bot: { says: \"From nine\" }\n  - expect: \
                  { end: flow }",
    },
];

/// What a handler is made of.
pub const HANDLER_KEYS: &[KeyForm] = &[
    may(
        "when",
        Expression,
        "Only when this is true; several handlers of a name may be listed, the first true one wins.",
    ),
    may("goto", Target, "Where to go, for good."),
    may("steps", Steps, "What to do; then the interrupted step goes on."),
];
