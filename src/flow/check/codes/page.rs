//! The page `docs/lint.md`, made of the table.

use std::fmt::Write;

use super::super::super::fault::Severity;
use super::{Example, all};

/// The page as Markdown.
pub fn page() -> String {
    let mut page = String::from(
        "# What `warmline check` finds\n\nMade by `warmline check --codes` from the table of codes; the examples are run \
         by the tests. A fault is printed as `file:line:col: code: what; mend`. An error keeps a bundle from being served \
         and makes `warmline check` exit 1; a warning does neither.\n\nThe examples show the steps of a flow, its lines, \
         or whole documents. The `warmline.toml` they are checked with has the connection `shop` with `find_order`, which \
         reads, and `cancel_order`, which changes something; the queue `service`; the destination `warehouse`.\n\n| code \
         | | what is wrong |\n|---|---|---|\n",
    );
    for code in all() {
        let means = code.means.replace('|', "\\|");
        let _ = writeln!(page, "| [`{}`](#{}) | {} | {means} |", code.name, code.name, code.severity);
    }
    for code in all() {
        let severity = match code.severity {
            Severity::Error => "An error",
            Severity::Warning => "A warning",
        };
        let _ = write!(page, "\n## {}\n\n{severity}: {}. Why it matters: {}.\n", code.name, code.means, code.why);
        match code.bad {
            Example::Text(bad) => {
                let _ = write!(page, "\nBad:\n\n```yaml\n{bad}```\n\nGood:\n\n```yaml\n{}```\n", code.good);
            }
            Example::Told(told) => {
                let _ = write!(page, "\nFor example: {told}.\n");
            }
        }
    }
    page
}
