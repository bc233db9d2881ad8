//! Letters: how wide they are, and where a text is cut and broken. A drawing has no font at hand, so widths are those
//! of a common sans-serif, rounded up: a box may be a little wide, never too narrow.

/// How wide `text` is at one unit of font size.
pub fn width(text: &str) -> f32 {
    text.chars().map(letter).sum()
}

fn letter(character: char) -> f32 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.34,
        ' ' | 'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '/' | '-' | '“' | '”' | '‘' | '’' | '"' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' | '…' => 0.98,
        'A'..='Z' | '&' | '=' | '<' | '>' | '+' | '→' | '⇢' | '↩' | '·' => 0.76,
        _ if is_wide(character) => 1.02,
        _ => 0.63,
    }
}

/// Chinese, Japanese, Korean and their punctuation: a full square each.
pub fn is_wide(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{20000}'..='\u{3fffd}')
}

/// Breaks a text into lines no wider than `most`, at most `lines` of them; the last ends in `…` if it is cut.
pub fn broken(text: &str, most: f32, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        for part in within(&piece, most) {
            let candidate = if line.is_empty() { part.trim_start().to_owned() } else { format!("{line}{part}") };
            if line.is_empty() || width(candidate.trim_end()) <= most {
                line = candidate;
                continue;
            }
            done.push(std::mem::take(&mut line).trim_end().to_owned());
            line = part.trim_start().to_owned();
            if done.len() == lines {
                return cut(done, most);
            }
        }
    }
    if !line.trim().is_empty() {
        done.push(line.trim_end().to_owned());
    }
    if done.len() > lines {
        done.truncate(lines);
        return cut(done, most);
    }
    done
}

/// The label of an arrow: all it is taken for, each on at most `lines` lines of its own.
pub fn labelled(label: &str, most: f32, lines: usize) -> Vec<String> {
    label.lines().flat_map(|line| broken(line, most, lines)).collect()
}

/// Marks that there is more than these lines.
fn cut(mut lines: Vec<String>, most: f32) -> Vec<String> {
    if let Some(last) = lines.last_mut() {
        if width(last) + letter('…') > most {
            while width(last) + letter('…') > most && last.pop().is_some() {}
            // Not in the middle of a word, unless it fills the line.
            let whole = last.rfind(' ').filter(|_| last.chars().next_back().is_some_and(|last| !is_wide(last)));
            last.truncate(whole.unwrap_or(last.len()));
        }
        let kept = last.trim_end_matches([' ', ',', '.', ';', '，', '。', '、', '；']).len();
        last.truncate(kept);
        last.push('…');
    }
    lines
}

/// Words with the space before them; in Chinese, single letters, punctuation staying with the letter before it.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut previous = ' ';
    for character in text.chars() {
        let clings =
            matches!(character, '，' | '。' | '、' | '？' | '！' | '：' | '；' | '”' | '’' | '）' | '》' | '…');
        let opens = matches!(previous, '“' | '‘' | '（' | '《');
        let begins = character == ' ' || is_wide(character) || (is_wide(previous) && !clings);
        match pieces.last_mut() {
            Some(piece) if !(begins && !clings && !opens) => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
        previous = character;
    }
    pieces
}

/// A piece that is too wide for any line, in parts.
fn within(piece: &str, most: f32) -> Vec<String> {
    if width(piece) <= most {
        return vec![piece.to_owned()];
    }
    let mut parts = vec![String::new()];
    let mut used = 0.0;
    for character in piece.chars() {
        used += letter(character);
        if used > most {
            parts.push(String::new());
            used = letter(character);
        }
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_are_cut() {
        assert_eq!(broken("Where is my order, please?", 7.0, 4), ["Where is my", "order,", "please?"]);
        assert_eq!(broken("Where is my order, please?", 9.0, 1), ["Where is my…"]);
        assert_eq!(broken("short", 8.0, 2), ["short"]);
        assert!(broken("", 8.0, 2).is_empty());
    }

    #[test]
    fn chinese_breaks_anywhere_but_before_its_punctuation() {
        let lines = broken("请问您的订单号是多少？谢谢。", 5.2, 9);
        assert!(lines.iter().all(|line| width(line) <= 7.2), "{lines:?}");
        assert!(lines.iter().all(|line| !line.starts_with(['？', '。'])), "{lines:?}");
    }

    #[test]
    fn a_word_without_end_is_broken() {
        let lines = broken(&"x".repeat(100), 10.0, 99);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| width(line) <= 10.0), "{lines:?}");
        assert_eq!(lines.concat().len(), 100);
    }
}
