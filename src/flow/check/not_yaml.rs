//! What the YAML reader says, in a designer's words.

/// What is wrong and how to mend it, of the reader's own message.
pub fn in_plain_words(message: &str) -> (String, &'static str) {
    const QUOTES: &str =
        "close what was opened; and put every sentence and every template with { }, [ ] or a colon in double quotes";
    let has = |part: &str| message.contains(part);
    if has("duplicate") {
        let key = message.split(": ").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or("a key");
        return (format!("the key `{key}` stands here twice"), "keep one of them");
    }
    if let Some((_, breached)) = message.split_once("budget breached: ") {
        let what = match breached.split([' ', '{']).next().unwrap_or_default() {
            "Depth" => "brackets and lists are nested more than 40 deep",
            "Documents" => "the file holds more than 2,000 documents",
            "Anchors" | "Aliases" => "the file holds more anchors and aliases than people write",
            "RecordedAnchorEvents" | "RecordedAnchorBytes" => "aliases name aliases, and grow without end",
            "ScalarBytes" | "TotalScalarBytes" => "the file holds more text than people write",
            _ => "the file holds more values than people write",
        };
        return (what.to_owned(), "a bundle written by people is far smaller: split it, and do not nest aliases");
    }
    if has("recursion limit") || has("nesting") {
        return (
            "brackets are nested more than 40 deep".to_owned(),
            "write steps below each other, not inside each other",
        );
    }
    if has("recursive references") {
        return ("an alias names the very thing it stands in".to_owned(), "write the thing out, without `&` and `*`");
    }
    if has("alias") && has("replay") {
        return ("aliases name aliases, and grow without end".to_owned(), "write the things out, without `&` and `*`");
    }
    if let Some((_, character)) = message.split_once("unexpected character: `") {
        let named: String = character.chars().filter(|c| c.is_ascii_graphic() && *c != '\'').collect();
        let what = format!("the character {named} has no place in a text");
        return (what, "delete it, and save the file as plain UTF-8 text");
    }
    if has("tab") {
        return ("a tab stands where spaces are wanted".to_owned(), "indent with spaces, never with tabs");
    }
    if let Some((_, tag)) = message.split_once("unsupported tag ") {
        return (
            format!("the tag {tag} means nothing here"),
            "put it in quotes: a condition with \"not\" is written `when: \"!ok\"`",
        );
    }
    if has("finite float") {
        return ("this number is too large to be one".to_owned(), "put it in quotes if it is a text");
    }
    if has("a key must be a single word") || has("quotes") && has("key") {
        return ("a key here is a list or a mapping".to_owned(), QUOTES);
    }
    if has("flow mapping") || has("flow sequence") || has("bracket") || has("unclosed") || has("closing") {
        return ("a bracket or quote is not closed, or what stands inside it has no quotes".to_owned(), QUOTES);
    }
    if has("quoted scalar") || has("end of stream") {
        return (
            "a quote is not closed".to_owned(),
            "write every sentence in double quotes: \"I'm here\"; a double quote inside it is written `\\\"`",
        );
    }
    if has("expected '-' indicator") {
        let what = "this line is neither under what it belongs to nor beside it".to_owned();
        return (what, "let all steps of a list begin in one column, and the options of a step under its verb");
    }
    if has("mapping values")
        || has("indent")
        || has("block mapping")
        || has("block collection")
        || has("block sequence")
    {
        let mend = "line the keys up, and put a text that contains `: ` in quotes";
        return (format!("the lines do not fit together: {message}"), mend);
    }
    if has("anchor") {
        return (message.to_owned(), "define the anchor `&name` before `*name`, or put the text in quotes");
    }
    (message.to_owned(), "check the indentation, the quotes and the brackets here")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    use super::super::super::operators::Operators;
    use super::super::super::source::SourceFile;
    use super::super::load_files;

    /// The first fault of a text, and how long it took to find.
    fn refused(text: String) -> (String, Duration) {
        let begun = Instant::now();
        let file = SourceFile { path: PathBuf::from("t.yaml"), text };
        let Err(failure) = load_files(vec![file], &Operators::default()) else { panic!("it was taken") };
        (failure.faults[0].to_string(), begun.elapsed())
    }

    #[test]
    fn hostile_yaml_is_refused_at_once_and_says_why() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let previous = format!("*a{}", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![previous; 9].join(", ")));
        }
        let cases: Vec<(String, &str)> = vec![
            (bomb, "aliases name aliases"),
            (format!("bundle: {}{}", "[".repeat(5_000), "]".repeat(5_000)), "nested more than 40 deep"),
            ("{a: ".repeat(100_000), "nested more than 40 deep"),
            ("- ".repeat(100_000), "nested more than 40 deep"),
            ("- x\n".repeat(300_000), "more values than people write"),
            ("---\na: b\n".repeat(10_000), "more than 2,000 documents"),
            ((0..9_000).map(|index| format!("- &a{index} x\n")).collect(), "more anchors"),
            ("# padding\n".repeat(5_000_000), "larger than 2 MB"),
            ("bundle: &a [*a]\n".to_owned(), "the very thing it stands in"),
        ];
        for (text, wanted) in cases {
            let (fault, took) = refused(text);
            assert!(fault.contains(wanted), "{fault}");
            // Far above what it takes, for a busy machine.
            assert!(took < Duration::from_secs(10), "{wanted}: {took:?}");
        }
    }

    #[test]
    fn mistakes_of_hand_say_how_to_mend_them() {
        let bundle = "bundle: t\nstart: main\nlanguages: [en]\nhandover: main\n---\nflow: main\n";
        for (lines, place, what, mend) in [
            ("bundle: a\nbundle: b\n", "2:1", "`bundle` stands here twice", "keep one"),
            ("bundle: sh\0op\n", "1:11", "u{0} has no place", "plain UTF-8"),
            ("bundle: t\n\tstart: main\n", "1:9", "a tab", "indent with spaces"),
            ("bundle: !!python/object x\n", "1:25", "the tag `!!python/object`", "quotes"),
            ("steps:\n - say: { en: Hello {{ caller.name }} }\n", "8:21", "no quotes", "in double quotes"),
            ("steps:\n - say:\n     en: {{ caller.name }}, hello\n", "9:11", "a list or a mapping", "in double quotes"),
            ("start_when: { en: [ [my] order status ] }\n", "7:26", "no quotes", "in double quotes"),
            ("steps:\n - say: { en: \"Hello }\n", "", "not closed", "close"),
            (
                "steps:\n - say: { en: \"Hello\" }\n   barge_in: a: b\n",
                "9:15",
                "do not fit together",
                "line the keys up",
            ),
        ] {
            let text = if lines.starts_with("bundle") { lines.to_owned() } else { format!("{bundle}{lines}") };
            let (fault, _) = refused(text);
            assert!(fault.starts_with(&format!("t.yaml:{place}")), "{lines}: {fault}");
            assert!(fault.contains(what) && fault.contains(mend), "{lines}: {fault}");
        }
    }

    #[test]
    fn what_steers_a_terminal_is_never_printed() {
        let (fault, _) = refused("bundle: \"a\\e[2Jb\"\nstart: main\n".to_owned());
        assert!(!fault.contains('\u{1b}'), "{fault:?}");
    }
}
