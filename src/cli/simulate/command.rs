//! What a line typed into the simulator means.

use std::time::Duration;

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    /// The caller says this.
    Says(String),
    /// The caller interrupts, so long after the bot began.
    Interrupts(Duration, String),
    /// The caller presses keys.
    Keys(String),
    /// The caller says nothing.
    Silence,
    /// The caller speaks, and no words can be made out.
    Mumbles,
    /// It is too loud where the caller is.
    Noise,
    /// Time passes, silences in it counted as in a call.
    Wait(Duration),
    /// The caller hangs up.
    HangUp,
    /// The wait for a person ends so.
    Queue(String),
    /// Something happens that a `wait` waits for.
    Event(String),
    /// How upset the caller sounds from now on; `None`: the voice tells nothing.
    Distress(Option<f32>),
    /// How complicated the matter is from now on.
    Complexity(Option<f32>),
    /// How surely the caller is heard from now on.
    Confidence(f32),
    /// The clock on the wall goes forward.
    After(Duration),
    /// The clock on the wall shows this.
    At(String),
    /// The caller asks for another language.
    Language(String),
    /// What a connection answers from now on; without an answer, what is real.
    Stub(String, Option<String>),
    /// Which stubs there are.
    Stubs,
    /// Takes the last turn back.
    Undo,
    /// Begins again.
    Restart,
    /// Shows private values, or hides them again.
    Show,
    /// Where the conversation is.
    Where,
    /// Keeps the conversation as a test in this file, under this name.
    Save(String, Option<String>),
    /// What can be typed.
    Help,
    /// Leaves the simulator.
    Quit,
}

/// What can be typed, for `!help`.
pub(super) const HELP: &str = "\
Type what the caller says. Beside that:
  (nothing)                  the caller is silent
  #123  #123#                keys: what follows the first #
  !interrupt 500ms TEXT      says TEXT, 500 ms after the bot began
  !mumbles  !noise           nothing can be made out; it is too loud
  !wait 10s                  time passes in silence
  !hangup                    the caller hangs up
  !distress 0.8|off          how upset the caller sounds from now on
  !complexity 0.8|off        how complicated the matter is from now on
  !confidence 0.5            how surely the caller is heard from now on
  !queue talked|no_agent|late|full|closed|outage    how the wait for a person ends
  !event NAME                something happens that a `wait` waits for
  !stub shop.find_order { status: late }|none|error|real    what a connection answers from now on
  !after 2h  !at 2026-01-09T10:00     time travel
  !lang zh                   the caller asks for another language
  !undo  !restart            takes the last turn back; begins again
  !where  !show              where the conversation is; shows private values, or hides them again
  !save tests/name.yaml [a name for it]    keeps the conversation as a test that `warmline test` passes
  !help  !quit";

/// The words that may follow `!`, for a mend.
const WORDS: [&str; 21] = [
    "interrupt",
    "mumbles",
    "noise",
    "wait",
    "hangup",
    "distress",
    "complexity",
    "confidence",
    "queue",
    "event",
    "stub",
    "after",
    "at",
    "lang",
    "undo",
    "restart",
    "where",
    "show",
    "save",
    "help",
    "quit",
];

impl Line {
    /// Reads a line; what is wrong with it, and how to write it, otherwise.
    pub(super) fn read(line: &str) -> Result<Self, String> {
        let line = line.trim();
        if line.is_empty() {
            return Ok(Self::Silence);
        }
        if let Some(keys) = line.strip_prefix('#') {
            return keyed(keys);
        }
        let Some(command) = line.strip_prefix(['!', '！']) else {
            return Ok(Self::Says(line.to_owned()));
        };
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        let needed = |form: &str| format!("write !{form}");
        Ok(match word {
            "interrupt" => {
                let (after, text) =
                    rest.split_once(char::is_whitespace).ok_or_else(|| needed("interrupt 500ms TEXT"))?;
                let after = duration(after).ok_or_else(|| needed("interrupt 500ms TEXT"))?;
                Self::Interrupts(after, text.trim().to_owned())
            }
            "mumbles" => Self::Mumbles,
            "noise" => Self::Noise,
            "silence" => Self::Silence,
            "wait" => Self::Wait(duration(rest).ok_or_else(|| needed("wait 10s"))?),
            "hangup" | "hang_up" => Self::HangUp,
            "queue" if !rest.is_empty() => Self::Queue(rest.to_owned()),
            "queue" => return Err(needed("queue talked, or no_agent, late, full, closed, outage")),
            "event" if !rest.is_empty() => Self::Event(rest.to_owned()),
            "event" => return Err(needed("event NAME")),
            "distress" => Self::Distress(part_of_one(rest).ok_or_else(|| needed("distress 0.8, or off"))?),
            "complexity" => Self::Complexity(part_of_one(rest).ok_or_else(|| needed("complexity 0.8, or off"))?),
            "confidence" => Self::Confidence(part_of_one(rest).ok_or_else(|| needed("confidence 0.5"))?.unwrap_or(1.0)),
            "after" => Self::After(duration(rest).ok_or_else(|| needed("after 2h"))?),
            "at" if !rest.is_empty() => Self::At(rest.to_owned()),
            "at" => return Err(needed("at 2026-01-09T10:00")),
            "lang" | "language" if !rest.is_empty() => Self::Language(rest.to_owned()),
            "lang" | "language" => return Err(needed("lang zh")),
            "stub" if rest.is_empty() => Self::Stubs,
            "stub" => {
                let (name, answer) = rest.split_once([' ', '\t', ':', '=']).unwrap_or((rest, ""));
                let answer = answer.trim();
                if answer.is_empty() {
                    return Err(needed("stub shop.find_order { status: late }, or none, error, real"));
                }
                Self::Stub(name.to_owned(), (answer != "real").then(|| answer.to_owned()))
            }
            "undo" => Self::Undo,
            "restart" => Self::Restart,
            "where" => Self::Where,
            "show" => Self::Show,
            "save" => {
                let (file, name) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                if file.is_empty() {
                    return Err(needed("save tests/name.yaml"));
                }
                Self::Save(file.to_owned(), (!name.trim().is_empty()).then(|| name.trim().to_owned()))
            }
            "help" | "?" => Self::Help,
            "quit" | "exit" | "q" => Self::Quit,
            unknown => {
                let like = WORDS.iter().find(|known| !unknown.is_empty() && known.starts_with(unknown));
                return Err(match like {
                    Some(known) => format!("there is no !{unknown}; did you mean !{known}?"),
                    None => format!("there is no !{unknown}; !help shows what can be typed"),
                });
            }
        })
    }
}

fn keyed(keys: &str) -> Result<Line, String> {
    // The key # alone.
    let keys = if keys.is_empty() { "#" } else { keys.trim() };
    let is_key = |key: char| key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D');
    if keys.chars().all(is_key) {
        return Ok(Line::Keys(keys.to_owned()));
    }
    Err(format!("{keys:?} cannot be keyed; write digits, * and # behind the first #, as in #1234#"))
}

/// A number from 0 to 1, or `off`. The outer `None`: neither.
#[allow(clippy::option_option, reason = "nothing written, and written that there is nothing, are two things")]
fn part_of_one(text: &str) -> Option<Option<f32>> {
    if text == "off" {
        return Some(None);
    }
    let number: f32 = text.parse().ok()?;
    (0.0..=1.0).contains(&number).then_some(Some(number))
}

/// `500ms`, `10s`, `2h`, `1h 30m`, `2 days`.
fn duration(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.parse().ok()?;
    let hours = jiff::SpanRelativeTo::days_are_24_hours();
    Duration::try_from(span.to_duration(hours).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let cases = [
            ("where is my order", Line::Says("where is my order".to_owned())),
            ("", Line::Silence),
            ("#12#", Line::Keys("12#".to_owned())),
            ("#", Line::Keys("#".to_owned())),
            ("!interrupt 500ms wait please", Line::Interrupts(Duration::from_millis(500), "wait please".to_owned())),
            ("!after 2h", Line::After(Duration::from_secs(7_200))),
            ("!after 2 days", Line::After(Duration::from_secs(172_800))),
            ("!distress 0.8", Line::Distress(Some(0.8))),
            ("!distress off", Line::Distress(None)),
            (
                "!stub shop.find_order { status: late }",
                Line::Stub("shop.find_order".to_owned(), Some("{ status: late }".to_owned())),
            ),
            ("!stub shop.find_order real", Line::Stub("shop.find_order".to_owned(), None)),
            (
                "!save tests/a.yaml the first one",
                Line::Save("tests/a.yaml".to_owned(), Some("the first one".to_owned())),
            ),
            ("！help", Line::Help),
        ];
        for (text, expected) in cases {
            assert_eq!(Line::read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_mistyped_is_told_with_the_right_form() {
        for (text, told) in [
            ("!stu", "did you mean !stub?"),
            ("!nonsense", "!help"),
            ("!distress 9", "write !distress 0.8, or off"),
            ("#12x", "cannot be keyed"),
            ("!after soon", "write !after 2h"),
        ] {
            assert!(Line::read(text).unwrap_err().contains(told), "{text}");
        }
    }
}
