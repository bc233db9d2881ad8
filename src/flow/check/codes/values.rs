//! Faults of slots, variables and expressions.

use super::{Code, error, warning};

pub const CODES: &[Code] = &[
    error(
        "unknown-type",
        "a slot has a type that does not exist",
        "nobody knows how its value is said",
        "slots: { n: { type: cod, shape: \"L9\" } }\nsteps:\n- ask: n\n  prompt: { en: \"Number?\" }\n",
        "slots: { n: { type: code, shape: \"L9\" } }\nsteps:\n- ask: n\n  prompt: { en: \"Number?\" }\n",
    ),
    error(
        "bad-shape",
        "the shape of a code holds something other than `L` and `9`, or is too long",
        "no code could ever fit",
        "slots: { n: { type: code, shape: \"XX\" } }\nsteps:\n- ask: n\n  prompt: { en: \"Number?\" }\n",
        "slots: { n: { type: code, shape: \"LL99\" } }\nsteps:\n- ask: n\n  prompt: { en: \"Number?\" }\n",
    ),
    error(
        "unknown-slot",
        "a slot is named that the flow does not declare",
        "there is nowhere to put the value",
        "slots: { order_no: { type: digits } }\nsteps:\n- ask: ordr_no\n  prompt: { en: \"Number?\" }\n",
        "slots: { order_no: { type: digits } }\nsteps:\n- ask: order_no\n  prompt: { en: \"Number?\" }\n",
    ),
    warning(
        "unused-slot",
        "a slot is declared but never asked for or used",
        "usually a step is missing, or the slot is named otherwise where it is asked for",
        "slots: { order_no: { type: digits } }\nsteps:\n- end: call\n",
        "slots: { order_no: { type: digits } }\nsteps:\n- ask: order_no\n  prompt: { en: \"Number?\" }\n",
    ),
    error(
        "unknown-list",
        "a slot names a `list:` that the bundle does not have",
        "it would understand nothing",
        "slots: { colour: { type: choice, list: colors } }\nsteps:\n- ask: colour\n  prompt: { en: \"Which colour?\" }\n---\nlist: colours\nvalues: [red, blue]\n",
        "slots: { colour: { type: choice, list: colours } }\nsteps:\n- ask: colour\n  prompt: { en: \"Which colour?\" }\n---\nlist: colours\nvalues: [red, blue]\n",
    ),
    error(
        "unknown-name",
        "an expression or a sentence names a value that does not exist here",
        "it would be empty in every call",
        "- say: { en: \"Hello, {{ name }}.\" }\n",
        "- say: { en: \"Hello, {{ caller.name }}.\" }\n",
    ),
    error(
        "unknown-field",
        "a record has no field of that name",
        "it would be empty in every call",
        "- say: { en: \"Hello, {{ caller.nmae }}.\" }\n",
        "- say: { en: \"Hello, {{ caller.name }}.\" }\n",
    ),
    error(
        "read-before-set",
        "a value is read on a way on which nothing can have set it",
        "the sentence or condition would fail in every call",
        "slots: { order_no: { type: digits } }\nsteps:\n- say: { en: \"Order {{ order_no }}.\" }\n- ask: order_no\n  prompt: { en: \"Number?\" }\n",
        "slots: { order_no: { type: digits } }\nsteps:\n- ask: order_no\n  prompt: { en: \"Number?\" }\n- say: { en: \"Order {{ order_no }}.\" }\n",
    ),
    error(
        "bad-expression",
        "an expression cannot be read",
        "it could not be computed",
        "- choose:\n    - when: caller.name = \"Ann\"\n      steps: []\n    - otherwise: []\n",
        "- choose:\n    - when: caller.name == \"Ann\"\n      steps: []\n    - otherwise: []\n",
    ),
    error(
        "long-expression",
        "an expression is too long, or holds too many macros",
        "nobody can check by eye what it does",
        "- set: { n: \"[1].exists(a, [1].exists(b, [1].exists(c, true)))\" }\n",
        "- set: { n: \"[1, 2].exists(a, a == 2)\" }\n",
    ),
    error(
        "unknown-function",
        "an expression calls a function that does not exist",
        "it could not be computed",
        "- set: { n: \"lenght(caller.name)\" }\n",
        "- set: { n: \"size(caller.name)\" }\n",
    ),
    error(
        "type-mismatch",
        "a value of one kind stands where another is wanted: a date is compared with a text, a number is a condition",
        "it would fail, or never be true, in every call",
        "- choose:\n    - when: now > \"2026-01-05\"\n      steps: []\n    - otherwise: []\n",
        "- choose:\n    - when: now > timestamp(\"2026-01-05T00:00:00Z\")\n      steps: []\n    - otherwise: []\n",
    ),
    error(
        "private-said",
        "a value that is `private: hide`, or computed from one, stands in a sentence, a brief or another place people \
         read or hear",
        "it must go nowhere but into `with`",
        "slots: { pin: { type: digits, private: hide } }\nsteps:\n- ask: pin\n  prompt: { en: \"Your PIN?\" }\n- say: { en: \"It was {{ pin }}.\" }\n",
        "slots: { pin: { type: digits, private: hide } }\nsteps:\n- ask: pin\n  prompt: { en: \"Your PIN?\" }\n- say: { en: \"Thank you.\" }\n",
    ),
    error(
        "private-shared",
        "a value that is `private: mask`, or computed from one, stands in `send`, `note` or `tag`",
        "those are kept and read elsewhere; a masked value may only be said to its caller and shown to the agent",
        "slots: { order_no: { type: digits, private: mask } }\nsteps:\n- ask: order_no\n  prompt: { en: \"Number?\" }\n- note: \"asked about {{ order_no }}\"\n",
        "slots: { order_no: { type: digits, private: mask } }\nsteps:\n- ask: order_no\n  prompt: { en: \"Number?\" }\n- note: \"asked about an order\"\n",
    ),
    warning(
        "private-lost",
        "a private value is put into a slot that is not as private",
        "it would be shown there",
        "slots: { pin: { type: digits, private: mask }, copy: { type: digits } }\nsteps:\n- ask: pin\n  prompt: { en: \"Your PIN?\" }\n- set: { copy: pin }\n",
        "slots: { pin: { type: digits, private: mask }, copy: { type: digits, private: mask } }\nsteps:\n- ask: pin\n  prompt: { en: \"Your PIN?\" }\n- set: { copy: pin }\n",
    ),
    error(
        "card-outside-secure",
        "a `card` is asked for outside a `secure` block",
        "its digits would be recorded, transcribed and logged",
        "slots: { card: { type: card } }\nsteps:\n- ask: card\n  prompt: { en: \"Your card number?\" }\n",
        "slots: { card: { type: card } }\nsteps:\n- secure:\n  steps:\n    - ask: card\n      prompt: { en: \"Please key in your card number.\" }\n",
    ),
];
