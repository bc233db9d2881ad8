//! Faults of what is said and of what callers say.

use super::{Code, error, warning};

pub const CODES: &[Code] = &[
    error(
        "unknown-language",
        "a sentence has a key that is no language of the bundle",
        "it would never be said; often a sentence without quotes was cut at a comma",
        "- say: { en: Hello, how are you? }\n",
        "- say: { en: \"Hello, how are you?\" }\n",
    ),
    error(
        "missing-language",
        "a sentence, or the words of a choice, lack a language that the bundle declares",
        "callers who speak it would hear nothing",
        "bundle: shop\nstart: main\nlanguages: [en, zh]\nhandover: person\n---\nflow: person\nsteps:\n  - queue: service\n---\nflow: main\nsteps:\n  - say: { en: \"Hello.\" }\n",
        "bundle: shop\nstart: main\nlanguages: [en, zh]\nhandover: person\n---\nflow: person\nsteps:\n  - queue: service\n---\nflow: main\nsteps:\n  - say: { en: \"Hello.\", zh: \"您好。\" }\n",
    ),
    error(
        "empty-sentence",
        "there is nothing to say",
        "the caller would hear silence",
        "- say: { en: \"\" }\n",
        "- say: { en: \"Hello.\" }\n",
    ),
    warning(
        "unquoted-sentence",
        "a sentence is not in quotes",
        "the next comma, colon or `#` will cut it",
        "- say: { en: Hello }\n",
        "- say: { en: \"Hello\" }\n",
    ),
    error(
        "bad-sentence",
        "what stands in `{{ }}` cannot be read, or its filter does not fit the value",
        "the sentence could not be said",
        "- say: { en: \"Hello, {{ caller.name | day }}.\" }\n",
        "- say: { en: \"Hello, {{ caller.name }}.\" }\n",
    ),
    error(
        "single-braces",
        "a value stands in one pair of braces, `{ name }`, where a sentence wants two",
        "the caller would hear the name of the value instead of the value",
        "- say: { en: \"Hello, { caller.name }.\" }\n",
        "- say: { en: \"Hello, {{ caller.name }}.\" }\n",
    ),
    warning(
        "long-prompt",
        "a sentence takes more than 12 seconds to say",
        "nobody listens that long; callers interrupt or forget the beginning",
        "- say: { en: \"Thank you very much indeed for calling us today; before we begin, we would like to tell you about all the things that we have been doing lately, and about everything that you could do on our pages instead of calling us, of which there are a great many.\" }\n",
        "- say: { en: \"Thank you for calling.\" }\n",
    ),
    error(
        "unknown-recording",
        "a recording is named that does not lie in `recordings/`, in every language of the bundle",
        "the caller would hear silence",
        "- say: recording:welcome\n",
        "- say: { en: \"Welcome.\" }\n",
    ),
    error(
        "bad-template",
        "a template has a bracket too many or too few, or nothing in it",
        "nothing that a caller says could ever fit",
        "start_when: { en: [\"(where is my order\"] }\nsteps:\n- end: call\n",
        "start_when: { en: [\"where is my (order|parcel)\"] }\nsteps:\n- end: call\n",
    ),
    warning(
        "weak-template",
        "a template has no word of its own that must be said",
        "it fits nearly everything, and takes callers where they do not want to go",
        "start_when: { en: [\"is it\"] }\nsteps:\n- end: call\n",
        "start_when: { en: [\"is it open\"] }\nsteps:\n- end: call\n",
    ),
    warning(
        "same-sentence",
        "a sentence fits two flows, two choices, or two entries of the knowledge base",
        "callers who say it are asked which they mean, though they were clear",
        "- menu: { en: \"Orders, or returns?\" }\n  choices:\n    - { words: { en: [\"my order\", \"orders\"] }, steps: [] }\n    - { words: { en: [\"returns\", \"my order\"] }, steps: [] }\n",
        "- menu: { en: \"Orders, or returns?\" }\n  choices:\n    - { words: { en: [\"my order\", \"orders\"] }, steps: [] }\n    - { words: { en: [\"returns\", \"send back\"] }, steps: [] }\n",
    ),
];
