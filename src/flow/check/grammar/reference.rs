//! The reference page, `docs/flow-reference.md`: the tables as Markdown.

use std::fmt::Write;

use super::super::super::expression::FUNCTIONS;
use super::super::super::kind::RECORDS;
use super::super::super::sentence::Sentences;
use super::{DOCUMENTS, Form, HANDLERS, KeyForm, SLOT_KEYS, SLOT_TYPES, STEP_KEYS, VERBS};

/// The page.
pub fn reference() -> String {
    let mut page = String::from(
        "# The flow language, key by key\n\nMade by `warmline check --reference` from the tables that the loader itself \
         reads, so it cannot say what the loader does not do. `docs/lint.md` explains what `warmline check` finds.\n\n\
         ## Documents\n\nThe first key of a document says what it is.\n",
    );
    for document in DOCUMENTS {
        let _ =
            write!(page, "\n### `{}:`\n\n{} It is followed by {}.\n", document.name, document.about, document.names);
        keys(&mut page, document.keys);
        example(&mut page, document.example);
    }
    page.push_str("\n## Verbs\n\nA step has one verb, and beside it the options of that verb and these:\n");
    keys(&mut page, STEP_KEYS);
    for verb in VERBS {
        let beside = form(&verb.value);
        let _ = write!(
            page,
            "\n### `{}:`\n\n{}\n\nBeside it: {beside}. Goes on to: {}.\n",
            verb.name, verb.about, verb.leaves
        );
        keys(&mut page, verb.options);
        example(&mut page, verb.example);
    }
    page.push_str(
        "\n## Handlers\n\n`always:` of the bundle, of a flow or of a step; the inner one wins, one handler at a time. A \
         handler is `{ goto: X }` or `{ steps: [ … ] }`, each with an optional `when`.\n\n| handler | fires when | without \
         one |\n|---|---|---|\n",
    );
    for handler in HANDLERS {
        let _ = writeln!(page, "| `{}` | {} | {} |", handler.name, cell(handler.about), cell(handler.by_default));
    }
    page.push_str("\n## Slot types\n\nEvery slot may have these:\n");
    keys(&mut page, SLOT_KEYS);
    for slot in SLOT_TYPES {
        let _ = write!(page, "\n### `type: {}`\n\n{} Its value: {}.\n", slot.name, slot.about, slot.holds);
        keys(&mut page, slot.options);
        example(&mut page, slot.example);
    }
    let filters: Vec<String> = Sentences::FILTERS.iter().map(|name| format!("`{name}`")).collect();
    let functions: Vec<String> = FUNCTIONS.iter().map(|(name, _)| format!("`{name}`")).collect();
    let _ = write!(
        page,
        "\n## In sentences and expressions\n\nFilters of sentences, as in `{{{{ order.due | day }}}}`: {}.\n\nFunctions of \
         expressions: {}.\n",
        filters.join(", "),
        functions.join(", ")
    );
    values(&mut page);
    conditions(&mut page);
    page
}

/// What every flow can read.
fn values(page: &mut String) {
    let _ = write!(
        page,
        "\nBeside its slots, its variables and what it looked up, every flow can read:\n\n| value | what it is |\n|---|---|\n\
         | `now` | the moment |\n| `today` | the day, in the bundle's time zone |\n"
    );
    for (record, fields) in RECORDS {
        let fields: Vec<String> =
            fields.iter().map(|(field, kind)| format!("`{record}.{field}` ({})", kind.name())).collect();
        let _ = writeln!(page, "| `{record}` | {} |", fields.join(", "));
    }
    let _ = writeln!(
        page,
        "| `queue` | `queue.result` how the last wait ended; of each queue `queue.NAME.open` a yes or no, \
         `queue.NAME.waiting` and `queue.NAME.wait_minutes` numbers |"
    );
}

/// How conditions are written; each is tried by a test.
fn conditions(page: &mut String) {
    page.push_str("\n| what is meant | how it is written |\n|---|---|\n");
    for (meant, written) in CONDITIONS {
        let _ = writeln!(page, "| {meant} | `{}` |", written.replace('|', "\\|"));
    }
    page.push_str(
        "\nA condition that begins with `!` or `\"`, or holds `: ` or ` #`, stands in quotes as a whole: `when: \"!ok\"`.\n",
    );
}

/// Conditions as people mean them and as they are written, for slots `ok` (yes_no), `size` (number), `until` (time),
/// `day` (date), and a result `order`.
pub const CONDITIONS: [(&str, &str); 12] = [
    ("yes, to a yes_no slot", "ok"),
    ("no", "!ok"),
    ("both", "ok && size > 2"),
    ("one or the other", "ok || caller.vip"),
    ("the same text", "order.status == \"late\""),
    ("one of several", "order.status in [\"late\", \"lost\"]"),
    ("there is none", "order.sent == null"),
    ("later than ten in the evening", "until > \"22:00\""),
    ("before today", "day < today"),
    ("more than two days ago", "now > order.due + duration(\"48h\")"),
    ("on a Sunday (0) or a Monday (1)", "day.getDayOfWeek() <= 1"),
    ("one value or another", "(caller.vip ? 1 : 5) < 3"),
];

fn keys(page: &mut String, keys: &[KeyForm]) {
    if keys.is_empty() {
        return;
    }
    page.push_str("\n| key | what stands there | meaning |\n|---|---|---|\n");
    for key in keys {
        let needed = if key.needed { " (needed)" } else { "" };
        let _ = writeln!(page, "| `{}`{needed} | {} | {} |", key.name, cell(&form(&key.form)), cell(key.about));
    }
}

fn example(page: &mut String, text: &str) {
    let _ = write!(page, "\n```yaml\n{text}\n```\n");
}

/// What may stand there, in words.
fn form(of: &Form) -> String {
    match of {
        Form::Nothing => "nothing".to_owned(),
        Form::Text => "a text".to_owned(),
        Form::Name => "a name".to_owned(),
        Form::NameOf(what) => (*what).to_owned(),
        Form::Count(least, u32::MAX) => format!("a number from {least}"),
        Form::Count(least, most) => format!("a number from {least} to {most}"),
        Form::Number => "a number".to_owned(),
        Form::Time => "a time such as `4s`".to_owned(),
        Form::Day => "a day such as `2026-01-05`".to_owned(),
        Form::Moment => "a moment such as `2026-01-09T10:00+08:00`".to_owned(),
        Form::Expression => "an expression".to_owned(),
        Form::Sentence => "a sentence".to_owned(),
        Form::Saying => "a sentence, or `recording:NAME`".to_owned(),
        Form::Words => "words by language".to_owned(),
        Form::Steps => "steps".to_owned(),
        Form::Exit => "a step id, `flow:NAME`, or steps".to_owned(),
        Form::Target => "a step id, or `flow:NAME`".to_owned(),
        Form::Handlers => "handlers".to_owned(),
        Form::Slots => "slots".to_owned(),
        Form::Word(words) => {
            let listed = words.iter().map(|(word, means)| format!("`{word}` ({})", inline(means)));
            listed.collect::<Vec<_>>().join(", ")
        }
        Form::List(item) => format!("a list: {}", form(item)),
        Form::OneOrMore(item) => format!("one or a list: {}", form(item)),
        Form::Either(forms) => forms.iter().map(form).collect::<Vec<_>>().join(", or "),
        Form::Keys(keys) => {
            let listed = keys.iter().map(|key| format!("`{}` ({})", key.name, inline(key.about)));
            format!("keys: {}", listed.collect::<Vec<_>>().join(", "))
        }
        Form::Map(value) => format!("names, each with {}", form(value)),
        Form::Anything => "see the guide".to_owned(),
    }
}

/// A meaning inside brackets: without its full stop, beginning small.
fn inline(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
