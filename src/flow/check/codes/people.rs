//! Faults that keep callers from people, or from their rights.

use super::{Code, error, warning};

pub const CODES: &[Code] = &[
    error(
        "unknown-queue",
        "a queue is named that `warmline.toml` does not define",
        "there is nobody to wait for",
        "- queue: servise\n",
        "- queue: service\n",
    ),
    error(
        "unknown-destination",
        "a destination is named that `warmline.toml` does not define",
        "there is nowhere to transfer the call to",
        "- transfer: warehose\n  if_failed: []\n",
        "- transfer: warehouse\n  if_failed: []\n",
    ),
    error(
        "unknown-topic",
        "`answer` names a topic that no `answers:` document has, or the bundle has none",
        "it could never answer anything",
        "- answer:\n  topics: [delivry]\n  prompt: { en: \"What about delivery?\" }\n  if_none: []\n---\nanswers: delivery\nentries:\n  - questions: { en: [\"what does delivery cost\"] }\n    answer: { en: \"It is free.\" }\n",
        "- answer:\n  topics: [delivery]\n  prompt: { en: \"What about delivery?\" }\n  if_none: []\n---\nanswers: delivery\nentries:\n  - questions: { en: [\"what does delivery cost\"] }\n    answer: { en: \"It is free.\" }\n",
    ),
    warning(
        "no-person",
        "a flow from which the caller can never reach a person: the bundle has no `handover`, and nothing in the flow \
         finds one",
        "a caller who is stuck, or asks for a person, is trapped",
        "bundle: shop\nstart: main\nlanguages: [en]\n---\nflow: main\nsteps:\n  - say: { en: \"Hello.\" }\n",
        "bundle: shop\nstart: main\nlanguages: [en]\nhandover: person\n---\nflow: main\nsteps:\n  - say: { en: \"Hello.\" }\n---\nflow: person\nsteps:\n  - queue: service\n",
    ),
    warning(
        "handover-without-person",
        "the flow named by `handover` never finds a person, or ends on some way before it has looked for one",
        "a caller who asks for a person, or is stuck, is sent there and meets nobody",
        "bundle: shop\nstart: main\nlanguages: [en]\nhandover: person\n---\nflow: main\nsteps:\n  - say: { en: \"Hello.\" }\n---\nflow: person\nsteps:\n  - say: { en: \"Please write to us.\" }\n",
        "bundle: shop\nstart: main\nlanguages: [en]\nhandover: person\n---\nflow: main\nsteps:\n  - say: { en: \"Hello.\" }\n---\nflow: person\nsteps:\n  - say: { en: \"One moment.\" }\n  - queue: service\n",
    ),
    error(
        "second-handover",
        "a handler of a step that already finds a person leads to a queue, a call back, a voicemail or a transfer",
        "the caller would lose the place they hold and wait again",
        "- queue: service\n  always: { agent_please: { goto: again } }\n  if_no_agent: []\n- end: call\n- id: again\n  queue: service\n",
        "- queue: service\n  always: { agent_please: { steps: [ { say: { en: \"Somebody will be with you soon.\" } } ] } }\n",
    ),
    error(
        "recording-without-consent",
        "`record: start` has no `consent`",
        "in most countries a call may be recorded only when the caller has agreed",
        "- record: start\n",
        "- record: start\n  consent: { en: \"May we record this call?\" }\n",
    ),
];
