//! Syllables of pinyin into the International Phonetic Alphabet, with arrows for tones.
//!
//! The table is that of `misaki`, after Duanmu (The Phonology of Standard Chinese, 2007) and Lin (The Sounds of
//! Chinese, 2007).

/// A syllable: pinyin without its tone (`zhong`, `lü`), and the tone, 1 to 5 (neutral).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Syllable {
    pub(super) name: String,
    pub(super) tone: u8,
}

impl Syllable {
    /// Reads pinyin with the tone behind it: `zhong4`, `lv4`, `de`.
    pub(super) fn parse(pinyin: &str) -> Self {
        let name = pinyin.trim_end_matches(|character: char| character.is_ascii_digit());
        let tone = pinyin[name.len()..].parse().ok().filter(|tone| (1..=5).contains(tone)).unwrap_or(5);
        Self { name: name.replace('v', "ü"), tone }
    }
}

const INITIALS: [(&str, &str); 21] = [
    ("zh", "ꭧ"),
    ("ch", "ꭧʰ"),
    ("sh", "ʂ"),
    ("b", "p"),
    ("p", "pʰ"),
    ("m", "m"),
    ("f", "f"),
    ("d", "t"),
    ("t", "tʰ"),
    ("n", "n"),
    ("l", "l"),
    ("g", "k"),
    ("k", "kʰ"),
    ("h", "x"),
    ("j", "ʨ"),
    ("q", "ʨʰ"),
    ("x", "ɕ"),
    ("r", "ɻ"),
    ("z", "ʦ"),
    ("c", "ʦʰ"),
    ("s", "s"),
];

/// `(final, up to its vowel, behind its vowel)`; the tone stands between.
const FINALS: [(&str, &str, &str); 36] = [
    ("a", "a", ""),
    ("ai", "ai", ""),
    ("an", "a", "n"),
    ("ang", "a", "ŋ"),
    ("ao", "au", ""),
    ("e", "ɤ", ""),
    ("ei", "ei", ""),
    ("en", "ə", "n"),
    ("eng", "ə", "ŋ"),
    ("i", "i", ""),
    ("ia", "ja", ""),
    ("ian", "jɛ", "n"),
    ("iang", "ja", "ŋ"),
    ("iao", "jau", ""),
    ("ie", "je", ""),
    ("in", "i", "n"),
    ("iou", "jou", ""),
    ("ing", "i", "ŋ"),
    ("iong", "jʊ", "ŋ"),
    ("ong", "ʊ", "ŋ"),
    ("ou", "ou", ""),
    ("u", "u", ""),
    ("uei", "wei", ""),
    ("ua", "wa", ""),
    ("uai", "wai", ""),
    ("uan", "wa", "n"),
    ("uen", "wə", "n"),
    ("uang", "wa", "ŋ"),
    ("ueng", "wə", "ŋ"),
    ("uo", "wo", ""),
    ("o", "wo", ""),
    ("ü", "y", ""),
    ("üe", "ɥe", ""),
    ("üan", "ɥɛ", "n"),
    ("ün", "y", "n"),
    ("io", "jɔ", ""),
];

/// Syllables that are not an initial and a final.
const WHOLE: [(&str, &str, &str); 7] = [
    ("er", "ɚ", ""),
    ("o", "ɔ", ""),
    ("ê", "ɛ", ""),
    ("m", "m", ""),
    ("n", "n", ""),
    ("ng", "ŋ", ""),
    ("hm", "hm", ""),
];

const fn arrow(tone: u8) -> &'static str {
    match tone {
        1 => "→",
        2 => "↗",
        3 => "↓",
        4 => "↘",
        _ => "",
    }
}

/// The sounds of a word. A neutral `er` colours the syllable before it: 点儿 loses its n.
pub(super) fn ipa(syllables: &[Syllable]) -> String {
    let mut said = String::new();
    for (place, syllable) in syllables.iter().enumerate() {
        let is_coloured =
            syllables.get(place + 1).is_some_and(|next| next.name == "er" && next.tone == 5 && syllable.name != "er");
        let Some((before, behind)) = parts(&syllable.name) else { continue };
        said.push_str(&before);
        said.push_str(arrow(syllable.tone));
        if !(is_coloured && behind == "n") {
            said.push_str(behind);
        }
    }
    said
}

/// What stands before the tone and what behind it.
fn parts(name: &str) -> Option<(String, &'static str)> {
    if let Some((_, before, behind)) = WHOLE.iter().find(|(whole, ..)| *whole == name) {
        return Some(((*before).to_owned(), behind));
    }
    let (initial, rest) = INITIALS
        .iter()
        .find_map(|(initial, sound)| name.strip_prefix(initial).map(|rest| ((*initial, *sound), rest)))
        .unwrap_or((("", ""), name));
    let apical = rest == "i" && matches!(initial.0, "zh" | "ch" | "sh" | "r" | "z" | "c" | "s");
    if apical {
        return Some((format!("{}ɨ", initial.1), ""));
    }
    let final_name = full_final(initial.0, rest);
    let (_, before, behind) = FINALS.iter().find(|(known, ..)| *known == final_name)?;
    Some((format!("{}{before}", initial.1), behind))
}

/// The final as the table names it: what spelling shortens or writes with y and w is undone.
fn full_final(initial: &str, rest: &str) -> String {
    match (initial, rest) {
        ("", "yi") => "i".to_owned(),
        ("", "yin" | "ying") | ("", "yo") => rest.replacen("yi", "i", 1).replacen("yo", "io", 1),
        ("", "you") => "iou".to_owned(),
        ("", "yong") => "iong".to_owned(),
        ("", "wu") => "u".to_owned(),
        ("", "wei") => "uei".to_owned(),
        ("", "wen") => "uen".to_owned(),
        ("", _) if rest.starts_with("yu") => rest.replacen("yu", "ü", 1),
        ("", _) if rest.starts_with('y') => rest.replacen('y', "i", 1),
        ("", _) if rest.starts_with('w') => rest.replacen('w', "u", 1),
        ("j" | "q" | "x", _) if rest.starts_with('u') => rest.replacen('u', "ü", 1),
        ("n" | "l", "ue") => "üe".to_owned(),
        (_, "iu") => "iou".to_owned(),
        (_, "ui") => "uei".to_owned(),
        (_, "un") => "uen".to_owned(),
        _ => rest.to_owned(),
    }
}
