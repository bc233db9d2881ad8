//! Faults of `test:` documents, found by `warmline test`.

use super::{Code, told};

pub const CODES: &[Code] = &[
    told(
        "bad-keys",
        "a test presses something that is no key",
        "the caller of the test could not press it",
        "`caller: { keys: \"12a\" }`",
    ),
    told(
        "bad-stub",
        "a stub of a test is none of a value, `none`, `error`, `{ returns, after }` or a list of them",
        "the connection would have nothing to answer in the test",
        "`stubs: { shop.find_order: { after: 3s } }`",
    ),
    told(
        "stub-shape",
        "a stub of a test does not have the shape that the operator declared for the query",
        "the test would show something that cannot happen",
        "`stubs: { shop.find_order: { stauts: late } }`",
    ),
    told(
        "open-test",
        "a test does not end in `expect: { end | queue | transfer }`",
        "nobody can see whether the call it shows comes to an end; `open: allowed` says that it need not",
        "a test whose last line is `- caller: \"hello\"`",
    ),
];
