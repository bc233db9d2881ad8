//! What an expression that cannot be read should have been, in a designer's words.

use super::ExpressionFault;

/// The fault of a text that CEL cannot read.
pub(super) fn not_an_expression(text: &str, errors: &cel::ParseErrors) -> ExpressionFault {
    if let Some(habit) = habit(text) {
        return habit;
    }
    let first = errors.errors.first();
    let position = first.map_or((1, 1), |error| error.pos);
    let message = first.map_or("it cannot be read", |error| error.msg.as_str());
    let column = usize::try_from(position.1).unwrap_or(1).max(1);
    let on_first_line = position.0 <= 1;
    let what = plain(message);
    let mend = if text.trim().is_empty() {
        "write a condition such as `order.status == \"late\"`"
    } else if text.chars().filter(|character| *character == '"').count() % 2 == 1 {
        "close the text with a second `\"`"
    } else if text.matches('(').count() != text.matches(')').count() {
        "close as many brackets as you open"
    } else {
        "write a condition such as `order.status == \"late\"`, or two joined by `&&` (both) or `||` (either)"
    };
    fault(if on_first_line { column - 1 } else { 0 }, format!("this is no expression: {what}"), mend)
}

fn fault(offset: usize, what: String, mend: impl Into<String>) -> ExpressionFault {
    ExpressionFault { code: "bad-expression", offset, what, mend: mend.into() }
}

/// What people bring along from other languages, from spreadsheets and from plain English.
fn habit(text: &str) -> Option<ExpressionFault> {
    for (offset, piece) in pieces(text) {
        let lower = piece.to_lowercase();
        let (meant, mend) = match lower.as_str() {
            "and" => ("&&", "write `&&` for \"and\": `ok && order.total > 50`"),
            "or" => ("||", "write `||` for \"or\": `order.status == \"late\" || order.status == \"lost\"`"),
            "not" => ("!", "write `!` for \"not\", in quotes for YAML: `when: \"!ok\"`"),
            "is" | "equals" | "=" | "===" => ("==", "write `==` to compare"),
            "isnt" | "<>" | "=!" | "!==" => ("!=", "write `!=` for \"is not\""),
            "=>" => (">=", "write `>=` for \"at least\""),
            "=<" => ("<=", "write `<=` for \"at most\""),
            "&" => ("&&", "write `&&` for \"and\""),
            "|" => ("||", "write `||` for \"or\"; `| day` and other filters belong into sentences"),
            "if" | "then" | "else" | "elif" | "when" => {
                let mend = "decide with `choose`, or compute one of two values by `order.late ? 1 : 5`";
                return Some(fault(offset, format!("`{piece}` has no place in an expression"), mend));
            }
            "{" | "}" => {
                let mend = "name the value alone, `order.status`: the brackets belong into sentences";
                return Some(fault(offset, "an expression needs no `{ }`".to_owned(), mend));
            }
            "“" | "”" | "„" | "‘" | "’" | "「" | "」" => {
                let mend = "write texts in straight quotes: `\"late\"`";
                return Some(fault(offset, format!("`{piece}` is no straight quote"), mend));
            }
            "，" | "。" | "（" | "）" | "；" | "：" | "！" | "＝" | "《" | "》" => {
                let mend = "write the sign of the English keyboard";
                return Some(fault(offset, format!("`{piece}` is a full-width sign"), mend));
            }
            _ => continue,
        };
        return Some(fault(offset, format!("`{piece}` is not understood here, `{meant}` would be"), mend));
    }
    None
}

/// The words and signs of a text outside its quotes, each with how many characters stand before it in its line.
fn pieces(text: &str) -> Vec<(usize, String)> {
    const SIGNS: &str = "=<>!&|";
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '.';
    let mut pieces: Vec<(usize, String)> = Vec::new();
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut offset = 0;
    for character in text.chars() {
        let here = offset;
        offset = if character == '\n' { 0 } else { offset + 1 };
        match quote {
            Some(open) => {
                if character == open && before != '\\' {
                    quote = None;
                }
            }
            None if character == '"' || character == '\'' => quote = Some(character),
            None => {
                let joins =
                    (is_word(character) && is_word(before)) || (SIGNS.contains(character) && SIGNS.contains(before));
                match pieces.last_mut() {
                    Some((_, piece)) if joins => piece.push(character),
                    _ if !character.is_whitespace() => pieces.push((here, character.to_string())),
                    _ => {}
                }
            }
        }
        // What stands inside quotes joins nothing outside them.
        before = if quote.is_some() && character != '\\' { '"' } else { character };
    }
    pieces
}

/// The parser's message in a designer's words.
fn plain(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let line = line.strip_prefix("Syntax error:").unwrap_or(line).trim();
    let head = line.split(" expecting ").next().unwrap_or(line);
    if head.contains("<EOF>") {
        return "it stops before it is complete".to_owned();
    }
    let quoted = head.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\'')).map(|(inside, _)| inside);
    match quoted {
        Some(stranger) if !stranger.is_empty() => format!("`{stranger}` does not fit here"),
        _ => head.to_lowercase(),
    }
}

/// What a name that nothing has was meant to say, where it is a word of another language for a value.
pub(super) fn meant_by(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "true" | "yes" | "on" => "write `true`; a yes_no slot alone is a condition already: `when: ok`",
        "false" | "no" | "off" => "write `false`; \"not\" is `!`, in quotes for YAML: `when: \"!ok\"`",
        "none" | "nil" | "nothing" | "empty" | "undefined" | "unset" => {
            "write `null` for a value that is not there: `order.sent == null`"
        }
        "date" | "time" => "write `now` for the moment, or `today` for the day",
        "tomorrow" => "write `today + duration(\"24h\")`",
        "yesterday" => "write `today - duration(\"24h\")`",
        _ => return None,
    })
}
