//! The slot types and their options.

use super::Form::{Count, Either, Expression, Keys, List, Map, NameOf, Number, Sentence, Text, Word, Words};
use super::{KeyForm, SlotForm, may, must};

/// What every slot may have, whatever its type.
pub const SLOT_KEYS: &[KeyForm] = &[
    may(
        "private",
        Word(&[
            ("none", "Shown everywhere. The default."),
            (
                "mask",
                "Said to this caller, sent in `with`, shown to the agent; all but the last two characters masked elsewhere.",
            ),
            ("hide", "Goes nowhere but into `with`."),
        ]),
        "Who may see the value.",
    ),
    may(
        "refuse",
        List(&Keys(&[
            must("when", Expression, "When a value is refused: `value` is what the caller gave, `today` the day."),
            must("say", Sentence, "What the caller is told before the question is put again."),
        ])),
        "Values that may not be given, however well they were heard: a day that is past, an amount that is too high. \
         After three refusals `if_stuck` is taken.",
    ),
    may("called", Sentence, "What it is called when it is read back among others: \"the order number\"."),
];

const CHOICES: KeyForm = may(
    "choices",
    Either(&[List(&Text), Map(&Words)]),
    "The values, each with how it may be said; or a plain list of words that are said as they are written.",
);
const LIST: KeyForm = may("list", NameOf("a `list:` document"), "The named values of a `list:` document.");

const fn slot(
    name: &'static str,
    about: &'static str,
    holds: &'static str,
    options: &'static [KeyForm],
    example: &'static str,
) -> SlotForm {
    SlotForm { name, about, holds, options, example }
}

/// Every slot type.
pub const SLOT_TYPES: &[SlotForm] = &[
    slot("yes_no", "Yes or no.", "true or false", &[], "ready: { type: yes_no }"),
    slot(
        "digits",
        "A row of digits, leading zeros kept.",
        "`0042`",
        &[
            may("length", Count(1, 32), "Exactly so many."),
            may("min", Count(1, 32), "At least so many."),
            may("max", Count(1, 32), "At most so many."),
        ],
        "account: { type: digits, length: 8, private: mask }",
    ),
    slot(
        "number",
        "A number.",
        "`42`, `2.5`",
        &[
            may("min", Number, "The least."),
            may("max", Number, "The most."),
            may("whole", Word(&[("always", "2.5 is not taken.")]), "Whether only whole numbers are taken."),
        ],
        "people: { type: number, min: 1, max: 12, whole: always }",
    ),
    slot(
        "money",
        "An amount of money.",
        "`19.90`",
        &[may("currency", Text, "The ISO code of the currency that is meant: `GBP`, `CNY`.")],
        "amount: { type: money, currency: GBP }",
    ),
    slot("date", "A day.", "`2026-01-05`", &[], "day: { type: date }"),
    slot("time", "A time of day.", "`14:30`", &[], "at: { type: time }"),
    slot("duration", "A span of time.", "`2h 30m`", &[], "how_long: { type: duration }"),
    slot(
        "phone",
        "A telephone number.",
        "`+447700900123`",
        &[may("country", Text, "The ISO code of the country of numbers said without one: `GB`, `CN`.")],
        "reach: { type: phone, country: GB, private: mask }",
    ),
    slot(
        "id_number",
        "The number of an identity card, with its checksum.",
        "`11010519491231002X`",
        &[may(
            "kind",
            Word(&[("china_resident", "A resident of the People's Republic of China. The default.")]),
            "Whose numbers they are.",
        )],
        "id_card: { type: id_number, private: mask }",
    ),
    slot(
        "code",
        "Letters and digits in a fixed shape.",
        "`AB12345678`",
        &[must("shape", Text, "L for a letter, 9 for a digit.")],
        "order_no: { type: code, shape: \"LL99999999\", private: mask }",
    ),
    slot("name", "A person's name. Always read back.", "`Mary Jones`", &[], "surname: { type: name, private: mask }"),
    slot(
        "address",
        "A postal address. Always read back.",
        "`12 Elm Road, Leeds`",
        &[],
        "deliver_to: { type: address, private: mask }",
    ),
    slot(
        "email",
        "An e-mail address, spelt or said.",
        "`mary@example.org`",
        &[],
        "mail: { type: email, private: mask }",
    ),
    slot(
        "choice",
        "One of a few words.",
        "the choice's own name",
        &[CHOICES, LIST],
        "size: { type: choice, choices: { small: { en: [\"small\", \"the little one\"] }, large: { en: [\"large\"] } } }",
    ),
    slot(
        "place",
        "One of a list of named places.",
        "the place's own name",
        &[LIST, CHOICES],
        "branch: { type: place, list: branches }",
    ),
    slot(
        "card",
        "The number of a payment card. Keys only, inside `secure` only, always `private: hide`.",
        "never shown",
        &[],
        "card: { type: card }",
    ),
    slot("free_text", "Whatever the caller says.", "the words", &[], "story: { type: free_text }"),
];
