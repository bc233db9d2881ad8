//! The verbs and their options.

use super::Form::{
    Count, Either, Exit, Expression, Keys, List, Map, Name, NameOf, Nothing, OneOrMore, Saying, Sentence, Steps,
    Target, Text, Time, Word, Words,
};
use super::{Form, KeyForm, VerbForm, may, must};

/// What any step may have beside its verb.
pub const STEP_KEYS: &[KeyForm] = &[
    may("id", Name, "A name for the step; only needed where something jumps to it."),
    may(
        "always",
        Form::Handlers,
        "Handlers that hold while the conversation is at this step; they win over the flow's.",
    ),
];

const PROMPT: KeyForm = may("prompt", Sentence, "What is asked.");
const AGAIN: KeyForm = may(
    "again",
    List(&Either(&[Keys(&[must("say", Sentence, "What is said before the caller tries again.")]), Sentence])),
    "What is said at the first miss, the second, and so on; one more miss and `if_stuck` is taken.",
);
const HEAR: KeyForm = may(
    "hear",
    Word(&[
        ("both", "By voice and by keys, mixed. The default."),
        ("speech", "By voice alone."),
        ("keypad", "By keys alone."),
    ]),
    "Through what the caller may answer.",
);
const PATIENCE: KeyForm = may(
    "patience",
    Word(&[
        ("short", "For a word or two."),
        ("normal", "As people talk."),
        ("long", "For what is read off a letter in groups."),
    ]),
    "How long a caller who pauses is waited for. Each slot type has a sensible default.",
);
const READ_BACK: KeyForm = may(
    "read_back",
    Word(&[
        ("if_unsure", "Only when it was not heard surely. The default."),
        ("always", "Every time."),
        ("never", "Never."),
    ]),
    "Whether the value is read back with \"is that right?\".",
);
const BRIEF: KeyForm =
    may("brief", OneOrMore(&NameOf("a slot or a field")), "What the person is told before taking the call.");
const IF_STUCK: KeyForm =
    may("if_stuck", Exit, "Where to go when the tries are used up. Without it, the bundle's `handover`.");
const SAVE_AS: KeyForm = may("save_as", Name, "The name under which the result can be read: `order.status`.");
const WHILE_WAITING: KeyForm = may(
    "while_waiting",
    Sentence,
    "Said after 800 ms without an answer, and again every 6 s. Without it, the handler `look_up_slow`.",
);
const WITH: KeyForm =
    may("with", Map(&Expression), "The arguments the operator declared for the query, each an expression.");
const IF_ERROR: KeyForm =
    may("if_error", Exit, "Where to go when it fails or takes too long; `error.kind` then says why.");

const SURVEY_QUESTION: Form = Either(&[
    Word(&[
        ("csat", "From 1 to 5, how content the caller is."),
        ("resolved", "Yes or no, whether the matter is settled."),
    ]),
    Keys(&[
        may("csat", Sentence, "How content the caller is, in your own words."),
        may("resolved", Sentence, "Whether the matter is settled, in your own words."),
    ]),
]);

/// Every verb.
pub const VERBS: &[VerbForm] = &[
    VerbForm {
        name: "say",
        value: Saying,
        about: "Says a sentence or plays a named recording. Several variants of a sentence take turns.",
        leaves: "next",
        options: &[
            may(
                "barge_in",
                Word(&[
                    ("allowed", "The caller stops it by speaking. The default."),
                    ("blocked", "It is not stopped, but what the caller says is still heard."),
                ]),
                "Whether the caller may interrupt.",
            ),
            may(
                "recording",
                Name,
                "A recording to play instead; the sentence then is its words, for transcripts and tests.",
            ),
        ],
        example: "- say: { en: \"Welcome to Fern and Hollow.\" }",
    },
    VerbForm {
        name: "ask",
        value: NameOf("a slot of this flow"),
        about: "Fills one slot by voice and keypad, mixed; other slots heard in the same breath are filled too. Skipped \
                when the slot is already filled.",
        leaves: "next, `if_stuck`",
        options: &[
            PROMPT,
            AGAIN,
            HEAR,
            READ_BACK,
            PATIENCE,
            may(
                "ask_again",
                Word(&[
                    ("always", "Even when the slot is filled."),
                    ("if_unset", "Only when it is empty. The default."),
                ]),
                "Whether to ask for a slot that has a value.",
            ),
            IF_STUCK,
        ],
        example: "- ask: order_no\n  prompt: { en: \"What is your order number?\" }\n  if_stuck: handover",
    },
    VerbForm {
        name: "ask_all",
        value: Either(&[Nothing, List(&NameOf("a slot of this flow"))]),
        about: "Fills several slots in any order, asking only for what is missing.",
        leaves: "next, `if_stuck`",
        options: &[
            may(
                "slots",
                List(&Either(&[
                    NameOf("a slot of this flow"),
                    Keys(&[must("slot", NameOf("a slot of this flow"), "The slot."), PROMPT, AGAIN, READ_BACK]),
                ])),
                "The slots, each with what is asked when it is missing.",
            ),
            may("prompt", Sentence, "The opening question, which may be answered with several values at once."),
            AGAIN,
            HEAR,
            PATIENCE,
            may(
                "confirm",
                Word(&[
                    ("together", "All values are read back in one question at the end."),
                    ("each", "Each value is read back by itself where it was not heard surely. The default."),
                ]),
                "How the values are confirmed.",
            ),
            IF_STUCK,
        ],
        example: "- ask_all:\n  slots:\n    - { slot: day, prompt: { en: \"On which day?\" } }\n    - { slot: people, \
                  prompt: { en: \"For how many people?\" } }\n  prompt: { en: \"When would you like to come, and how many \
                  are you?\" }\n  confirm: together",
    },
    VerbForm {
        name: "menu",
        value: Either(&[Nothing, Sentence]),
        about: "A short choice by words or by key. Five choices at most, or nobody remembers the first.",
        leaves: "the choice, `if_stuck`",
        options: &[
            PROMPT,
            must(
                "choices",
                List(&Keys(&[
                    may("key", Text, "One to three digits that choose it."),
                    may("words", Words, "How callers may say it."),
                    may("goto", Target, "The step or flow it leads to."),
                    may("steps", Steps, "The steps it leads to; then the step behind the menu."),
                ])),
                "The choices.",
            ),
            AGAIN,
            HEAR,
            PATIENCE,
            IF_STUCK,
        ],
        example: "- menu:\n  prompt: { en: \"Sales, or service?\" }\n  choices:\n    - { key: 1, words: { en: [\"sales\"] }, \
                  goto: flow:sales }\n    - { key: 2, words: { en: [\"service\"] }, goto: flow:service }",
    },
    VerbForm {
        name: "route",
        value: Either(&[Nothing, Sentence]),
        about: "Asks an open question and starts the flow whose `start_when` fits the answer, with the slots that were \
                heard filled. Two flows that fit equally well are asked about.",
        leaves: "that flow, then next; `if_stuck`",
        options: &[
            PROMPT,
            AGAIN,
            may(
                "only",
                OneOrMore(&NameOf("a flow")),
                "The flows it may start. Without it, all that have `start_when`.",
            ),
            HEAR,
            PATIENCE,
            IF_STUCK,
        ],
        example: "- route:\n  prompt: { en: \"How can I help?\" }",
    },
    VerbForm {
        name: "confirm",
        value: Either(&[Nothing, Sentence, List(&NameOf("a slot or a field"))]),
        about: "Asks yes or no about stated facts. A caller who says no may name what is wrong and correct it.",
        leaves: "next, `if_no`, `if_stuck`",
        options: &[
            may(
                "facts",
                OneOrMore(&NameOf("a slot or a field")),
                "What is confirmed: slots, and fields such as `order.total`.",
            ),
            may("prompt", Sentence, "The question. Without it, the facts are read out with \"is that right?\"."),
            AGAIN,
            HEAR,
            PATIENCE,
            may("if_no", Exit, "Where to go when the caller says no and corrects nothing. Without it, as `if_stuck`."),
            IF_STUCK,
        ],
        example: "- confirm:\n  facts: [order_no]\n  prompt: { en: \"Shall I cancel order {{ order_no | spell }}?\" }\n  \
                  if_no: anything_else",
    },
    VerbForm {
        name: "choose",
        value: List(&Either(&[
            Keys(&[
                must("when", Expression, "The condition."),
                must("steps", Steps, "What is done when it is the first that is true."),
            ]),
            Keys(&[must("otherwise", Steps, "What is done when no condition is true; `[]` for nothing.")]),
        ])),
        about: "Takes the first branch whose `when` is true; `otherwise` must be there.",
        leaves: "inside, then next",
        options: &[],
        example: "- choose:\n    - when: order.status == \"late\"\n      steps:\n        - say: { en: \"It is running late.\" \
                  }\n    - otherwise: []",
    },
    VerbForm {
        name: "set",
        value: Map(&Expression),
        about: "Computes variables.",
        leaves: "next",
        options: &[],
        example: "- set: { urgent: 'order.status == \"late\"' }",
    },
    VerbForm {
        name: "look_up",
        value: NameOf("a connection and its query, `shop.find_order`"),
        about: "Reads from a connection. Safe to retry, so it may be.",
        leaves: "next, `if_none`, `if_error`",
        options: &[
            WITH,
            SAVE_AS,
            may("time_limit", Time, "After this long `if_error` is taken with `error.kind` `timeout`. 5 s by default."),
            WHILE_WAITING,
            may("if_none", Exit, "Where to go when nothing is found."),
            IF_ERROR,
        ],
        example: "- look_up: shop.find_order\n  with: { number: order_no }\n  save_as: order\n  if_none: not_found\n  \
                  if_error: handover",
    },
    VerbForm {
        name: "do",
        value: NameOf("a connection and its query, `shop.cancel_order`"),
        about: "Changes something through a connection. It carries an idempotency key, so that it never happens twice, \
                and needs an earlier `confirm` unless it is marked safe.",
        leaves: "next, `if_error`",
        options: &[
            WITH,
            SAVE_AS,
            may(
                "time_limit",
                Time,
                "After this long `if_error` is taken with `error.kind` `unknown`: it may have happened. 10 s by default.",
            ),
            WHILE_WAITING,
            may(
                "safe",
                Word(&[("always", "It may be done without asking the caller first.")]),
                "Marks what does no harm, such as counting or logging.",
            ),
            IF_ERROR,
        ],
        example: "- do: shop.cancel_order\n  with: { number: order_no }\n  if_error: handover",
    },
    VerbForm {
        name: "answer",
        value: Either(&[Nothing, Sentence, Expression]),
        about: "Answers a question from the knowledge base, the `answers:` documents of the bundle.",
        leaves: "next, `if_none`",
        options: &[
            may(
                "topics",
                OneOrMore(&NameOf("a topic of the knowledge base")),
                "Only entries with one of these topics. Without it, all.",
            ),
            may(
                "question",
                Expression,
                "What is asked for the caller, a slot for example. Without it, what the caller said last.",
            ),
            may("prompt", Sentence, "What is asked, where the caller has not asked yet."),
            AGAIN,
            PATIENCE,
            IF_STUCK,
            may(
                "if_unsure",
                Exit,
                "Where to go when an entry fits only just. Without it, the caller is asked whether it is meant.",
            ),
            may("if_none", Exit, "Where to go when no entry fits."),
        ],
        example: "- answer:\n  topics: [delivery]\n  prompt: { en: \"What would you like to know about delivery?\" }\n  \
                  if_none: handover",
    },
    VerbForm {
        name: "run",
        value: NameOf("a flow"),
        about: "Runs another flow and comes back here.",
        leaves: "next",
        options: &[
            may("with", Map(&Expression), "Values for its slots: `{ its_slot: expression }`."),
            may(
                "returns",
                Map(&NameOf("a slot, a variable or a field of that flow")),
                "What it leaves behind: `{ mine: its }`. `mine` is a slot of this flow or becomes a variable; `its` is a \
                 slot, a variable, or a field of what it looked up: `order.status`.",
            ),
        ],
        example: "- run: anything_else",
    },
    VerbForm {
        name: "goto",
        value: Target,
        about: "Goes to a step of this flow, or to another flow, which takes the place of this one. Going back to an \
                `ask` clears its slot first.",
        leaves: "the target",
        options: &[
            may("at_most", Count(1, 100), "How often it may be taken in one run of the flow. Needed for every loop."),
            may("then", Exit, "Where to go when it has been taken that often. Needed with `at_most`."),
        ],
        example: "- { goto: get_number, at_most: 1, then: handover }",
    },
    VerbForm {
        name: "queue",
        value: NameOf("a queue of warmline.toml"),
        about: "Waits for a person and connects the caller, warm: the person hears or sees the brief first.",
        leaves: "`after_agent`, `if_no_agent`, `if_late`, `if_full`, `if_closed`, `if_outage`",
        options: &[
            may("class", Expression, "How urgent: 1 first, 9 last; 5 by default."),
            may("skills", OneOrMore(&Text), "Skills the person should have; may contain `{{ }}`."),
            BRIEF,
            may(
                "while_waiting",
                Keys(&[
                    may(
                        "tell",
                        OneOrMore(&Word(&[
                            ("position", "How many are before them."),
                            ("rough_wait", "About how long it takes."),
                        ])),
                        "What the caller is told while waiting.",
                    ),
                    may("offer_callback_after", Time, "After this long a call back is offered."),
                ]),
                "What waiting is like.",
            ),
            may("time_limit", Time, "How long to wait at most; 10 m by default. Then `if_late`."),
            may("after_agent", Exit, "When the person leaves before the caller. Without it, the call ends."),
            may("if_no_agent", Exit, "When nobody takes the call; also for every exit below that is not written."),
            may("if_late", Exit, "When the time limit has run out."),
            may("if_full", Exit, "When the queue takes no more callers."),
            may("if_closed", Exit, "Outside the queue's hours."),
            may("if_outage", Exit, "When the queue does not work."),
        ],
        example: "- queue: service\n  brief: [order_no]\n  while_waiting: { tell: [position] }\n  if_no_agent: sorry",
    },
    VerbForm {
        name: "transfer",
        value: NameOf("a destination of warmline.toml"),
        about: "Hands the call to a place outside.",
        leaves: "ended, `if_failed`",
        options: &[
            may(
                "how",
                Word(&[
                    ("warm", "Whoever answers is told what it is about before the caller is joined. The default."),
                    ("blind", "The caller is sent there at once."),
                ]),
                "How it is handed over.",
            ),
            BRIEF,
            may("if_failed", Exit, "Where to go when nobody answers there."),
        ],
        example: "- transfer: warehouse\n  if_failed: handover",
    },
    VerbForm {
        name: "callback",
        value: Expression,
        about: "Keeps the caller's place in the queue and dials back.",
        leaves: "next, `if_no_number`, `if_refused`",
        options: &[
            may(
                "place",
                Word(&[
                    ("keep", "It is as if the caller went on waiting. The default."),
                    ("lose", "The caller joins at the end."),
                ]),
                "What becomes of the caller's place.",
            ),
            may(
                "confirm_number",
                Word(&[("always", "The number is read back. The default."), ("never", "It is taken as it is.")]),
                "Whether the number is confirmed.",
            ),
            may("tries", Count(1, 10), "How often to dial; 3 by default."),
            may(
                "queue",
                NameOf("a queue of warmline.toml"),
                "For whom the place is kept. Without it, the queue the caller waited in last.",
            ),
            may("if_no_number", Exit, "Where to go when there is no number to dial."),
            may("if_refused", Exit, "Where to go when the caller does not want it."),
        ],
        example: "- callback: caller.number\n  place: keep\n  if_no_number: sorry",
    },
    VerbForm {
        name: "voicemail",
        value: Name,
        about: "Records a message into a mailbox.",
        leaves: "next",
        options: &[
            may("prompt", Sentence, "What is said before the tone."),
            may("time_limit", Time, "How long the message may be; 2 m by default."),
            may(
                "transcribe",
                Word(&[
                    ("always", "The message is written down too. The default."),
                    ("never", "Only the sound is kept."),
                ]),
                "Whether the message is transcribed.",
            ),
        ],
        example: "- voicemail: service\n  time_limit: 1m",
    },
    VerbForm {
        name: "record",
        value: Word(&[
            ("start", "It begins, or goes on after a pause."),
            ("stop", "It is over."),
            ("pause", "It pauses until the next start."),
        ]),
        about: "Records the call. Starting needs the caller's consent.",
        leaves: "next, `if_refused`",
        options: &[
            may("consent", Sentence, "The question that asks for consent; a no takes `if_refused`."),
            may("if_refused", Exit, "Where to go when the caller refuses. Without it, the call goes on unrecorded."),
        ],
        example: "- record: start\n  consent: { en: \"May we record this call to check our service?\" }",
    },
    VerbForm {
        name: "secure",
        value: Either(&[Nothing, Steps]),
        about: "A block in which only keys are taken, nothing is recorded or transcribed, tones are masked, and values go \
                nowhere but to the connection.",
        leaves: "next",
        options: &[may("steps", Steps, "The steps of the block.")],
        example: "- secure:\n  steps:\n    - ask: card\n      prompt: { en: \"Please key in your card number.\" }\n    - do: \
                  bank.block_card\n      with: { number: card }\n      safe: always\n      if_error: handover",
    },
    VerbForm {
        name: "send",
        value: NameOf("a connection and its query, `shop.sms`"),
        about: "Sends a text message or an e-mail by a named template, through a connection.",
        leaves: "next, `if_error`",
        options: &[
            must("to", Expression, "Where to: a number or an address. The argument `to` of the query."),
            must("template", Name, "The message's name on the far side. The argument `template` of the query."),
            WITH,
            may("time_limit", Time, "After this long `if_error` is taken. 10 s by default."),
            IF_ERROR,
        ],
        example: "- send: shop.sms\n  to: caller.number\n  template: order_late\n  if_error: []",
    },
    VerbForm {
        name: "survey",
        value: Either(&[Nothing, NameOf("a connection and its query, `shop.save_survey`"), List(&SURVEY_QUESTION)]),
        about: "Asks how the call went.",
        leaves: "next",
        options: &[may("questions", OneOrMore(&SURVEY_QUESTION), "What is asked; both by default.")],
        example: "- survey:\n  questions: [csat, resolved]",
    },
    VerbForm {
        name: "note",
        value: Either(&[Text, Sentence]),
        about: "Adds a line to the brief that the person sees.",
        leaves: "next",
        options: &[],
        example: "- note: \"asked about {{ order.item }}\"",
    },
    VerbForm {
        name: "tag",
        value: OneOrMore(&Text),
        about: "Adds words to the record of the call, to count calls by.",
        leaves: "next",
        options: &[],
        example: "- tag: [late_order]",
    },
    VerbForm {
        name: "wait",
        value: Either(&[Nothing, Time]),
        about: "Pauses, or waits for a named event.",
        leaves: "next, `if_late`",
        options: &[
            may("for", Name, "The event that is waited for. Without it, it is a pause."),
            may("time_limit", Time, "How long at most; needed, unless it stands beside `wait:`."),
            may("if_late", Exit, "Where to go when the event has not come in time."),
        ],
        example: "- wait:\n  for: payment_done\n  time_limit: 30s\n  if_late: handover",
    },
    VerbForm {
        name: "verify",
        value: NameOf("a connection and its query, `bank.verify_customer`"),
        about: "Checks who calls, by the caller's number and slots against a connection, and sets a level that nothing \
                else can set.",
        leaves: "next, `if_failed`",
        options: &[
            WITH,
            may("level", Name, "The level that is reached, read as `caller.level`; `known` by default."),
            may(
                "tries",
                Count(1, 10),
                "How often the caller may try, 3 by default; in between, the slots of `with` are asked for again.",
            ),
            may("time_limit", Time, "After this long `if_failed` is taken. 5 s by default."),
            may("if_failed", Exit, "Where to go when the caller is not who they say, or the tries are used up."),
        ],
        example: "- verify: bank.verify_customer\n  with: { account: account_no, born: born }\n  level: known\n  if_failed: \
                  handover",
    },
    VerbForm {
        name: "recommend",
        value: Nothing,
        about: "Makes a personal suggestion by rules over the caller and looked-up data, with the reason. The first rule \
                that is true wins; a `say` behind it speaks it.",
        leaves: "next, `if_none`",
        options: &[
            must(
                "rules",
                List(&Keys(&[
                    may("when", Expression, "The condition; without it, always."),
                    must("item", Either(&[Text, Sentence]), "What is suggested; may contain `{{ }}`."),
                    may("reason", Either(&[Text, Sentence]), "Why, in a few words; may contain `{{ }}`."),
                ])),
                "The rules, in order.",
            ),
            may("save_as", Name, "The name under which `item` and `reason` can be read."),
            may("if_none", Exit, "Where to go when no rule is true."),
        ],
        example: "- recommend:\n  rules:\n    - when: seats > 20\n      item: { en: \"the team plan\" }\n      reason: { en: \
                  \"you use more than twenty seats\" }\n  save_as: offer\n  if_none: anything_else\n- say: { en: \"May I \
                  suggest {{ offer.item }}, since {{ offer.reason }}?\" }",
    },
    VerbForm {
        name: "end",
        value: Word(&[
            ("flow", "Goes back to the flow that ran this one; the first flow says goodbye."),
            ("call", "Says what is still to be said, and hangs up."),
        ]),
        about: "Ends the flow or the call.",
        leaves: "–",
        options: &[may("reason", Name, "A word for the record.")],
        example: "- end: call\n  reason: resolved",
    },
];
