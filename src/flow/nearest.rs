//! "Did you mean": the nearest known word to one that is not known.

/// How many single-character edits (insert, delete, change, swap two neighbours) lead from one word to the other:
/// the optimal string alignment distance (Damerau 1964).
fn distance(first: &str, second: &str) -> usize {
    let first: Vec<char> = first.chars().flat_map(char::to_lowercase).collect();
    let second: Vec<char> = second.chars().flat_map(char::to_lowercase).collect();
    let width = second.len() + 1;
    let mut before_last: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for row in 1..=first.len() {
        let mut current = vec![row; width];
        for column in 1..width {
            let changed = usize::from(first[row - 1] != second[column - 1]);
            let mut best = (last[column] + 1).min(current[column - 1] + 1).min(last[column - 1] + changed);
            let swapped =
                row > 1 && column > 1 && first[row - 1] == second[column - 2] && first[row - 2] == second[column - 1];
            if swapped {
                best = best.min(before_last[column - 2] + 1);
            }
            current[column] = best;
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[width - 1]
}

/// The known word nearest to `word`, if one is near enough to be what was meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 60;
    if word.chars().count() > LONGEST {
        return None;
    }
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let candidates = known.into_iter().map(|candidate| (distance(word, candidate), candidate));
    candidates.filter(|(distance, _)| *distance <= allowed).min().map(|(_, candidate)| candidate)
}

/// The mend of a name where there is nothing of its kind.
pub(super) const NOTHING_THERE: &str = "none is defined";

/// What other languages, and plain English, call the words of this one.
const CALLED_OTHERWISE: [(&str, &[&str]); 22] = [
    ("prompt", &["question", "text", "message"]),
    ("say", &["speak", "play", "tell", "message", "print", "announce", "tts"]),
    ("ask", &["input", "question", "gather", "collect", "listen", "prompt_for"]),
    ("choose", &["if", "switch", "case", "branch", "decide", "condition"]),
    ("when", &["if", "condition", "case"]),
    ("otherwise", &["else", "default", "elseif"]),
    ("steps", &["then", "do", "actions"]),
    ("look_up", &["fetch", "query", "get", "search", "http"]),
    ("do", &["change", "update", "write", "post"]),
    ("goto", &["jump", "next", "go_to", "redirect"]),
    ("run", &["call", "subflow", "gosub", "include"]),
    ("end", &["hangup", "hang_up", "stop", "exit", "finish", "return"]),
    ("queue", &["agent", "handover", "hand_over", "operator"]),
    ("wait", &["pause", "sleep", "delay"]),
    ("again", &["retry", "retries", "reprompt"]),
    ("if_stuck", &["fallback", "on_fail", "if_failed", "no_match"]),
    ("time_limit", &["timeout", "limit"]),
    ("number", &["integer", "int", "float", "decimal"]),
    ("free_text", &["text", "string", "str"]),
    ("yes_no", &["bool", "boolean", "yesno"]),
    ("choice", &["enum", "option", "select", "list"]),
    ("if_error", &["on_error", "error", "catch"]),
];

/// The known word that means what `word` means elsewhere.
fn called_otherwise<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let meant = CALLED_OTHERWISE.iter().filter(|(_, others)| others.contains(&word.as_str()));
    meant.filter_map(|(name, _)| known.iter().find(|known| *known == name).copied()).next()
}

/// A mend: the nearest word, or all of them when they are few, or that none is known.
pub(super) fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const FEW: usize = 24;
    let mut known: Vec<&str> = known.into_iter().collect();
    if let Some(meant) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{meant}`?");
    }
    if let Some(meant) = called_otherwise(word, &known) {
        return format!("did you mean `{meant}`?");
    }
    known.sort_unstable();
    known.dedup();
    match known.len() {
        0 => NOTHING_THERE.to_owned(),
        count => {
            let some: Vec<String> = known.iter().take(FEW).map(|word| format!("`{word}`")).collect();
            let more = if count > FEW { ", …" } else { "" };
            format!("known are {}{more}", some.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant() {
        assert_eq!(nearest("promt", ["prompt", "patience"]), Some("prompt"));
        assert_eq!(nearest("lookup", ["look_up", "goto"]), Some("look_up"));
        assert_eq!(nearest("ednd", ["end", "ask"]), Some("end"));
        assert_eq!(nearest("banana", ["prompt", "patience"]), None);
        assert_eq!(suggestion("banana", ["b", "a"]), "known are `a`, `b`");
        assert_eq!(suggestion("x", []), "none is defined");
        assert_eq!(suggestion("Speak", ["say", "ask"]), "did you mean `say`?");
        assert_eq!(suggestion("question", ["prompt", "again"]), "did you mean `prompt`?");
    }

    #[test]
    fn counts_swapped_neighbours_as_one_edit() {
        assert_eq!(distance("goot", "goto"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "Same"), 0);
    }
}
