//! What the line says of its own accord, in every language it speaks, and every sentence that can be made ahead.

use crate::words::Language;

use super::bundle::{Bundle, Verb};
use super::sentence::SentenceId;

/// A phrase of the engine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// First and later miss of a step without `again`, when nothing was understood.
    Pardon,
    PardonAgain,
    /// The same, when nothing was said.
    AreYouThere,
    StillThere,
    /// The question before hanging up.
    EndTheCall,
    /// The last words.
    Goodbye,
    /// To one who asks for a person while one is being found.
    FindingSomeone,
    /// To one who asks for a person where none can be had.
    NobodyHere,
    /// To one who waited for a person in vain, where the flow has no words for it.
    NobodyFree,
    /// When the flow cannot go on.
    Sorry,
    /// When a look-up takes long.
    OneMoment,
    /// "No" to a value read back.
    SayItAgain,
    /// The letters of a code whose digits were keyed.
    NowTheLetters,
    /// The key pressed means nothing here.
    WrongKey,
    /// Yes or no, please.
    YesOrNo,
}

impl Phrase {
    const ALL: [Self; 15] = [
        Self::Pardon,
        Self::PardonAgain,
        Self::AreYouThere,
        Self::StillThere,
        Self::EndTheCall,
        Self::Goodbye,
        Self::FindingSomeone,
        Self::NobodyHere,
        Self::NobodyFree,
        Self::Sorry,
        Self::OneMoment,
        Self::SayItAgain,
        Self::NowTheLetters,
        Self::WrongKey,
        Self::YesOrNo,
    ];

    /// The words.
    pub fn text(self, language: Language) -> &'static str {
        let chinese = language == Language::ZH;
        match (self, chinese) {
            (Self::Pardon, false) => "Sorry, I didn't catch that.",
            (Self::Pardon, true) => "抱歉，我没听清。",
            (Self::PardonAgain, false) => "Sorry, I still didn't get that. Please say it once more.",
            (Self::PardonAgain, true) => "抱歉，我还是没听清，请再说一遍。",
            (Self::AreYouThere, false) => "Are you still there?",
            (Self::AreYouThere, true) => "您还在吗？",
            (Self::StillThere, false) => "I can't hear you.",
            (Self::StillThere, true) => "我听不到您的声音。",
            (Self::EndTheCall, false) => "Is that everything? Shall I end the call?",
            (Self::EndTheCall, true) => "没有别的事了吗？需要挂断电话吗？",
            (Self::Goodbye, false) => "Thank you for calling. Goodbye.",
            (Self::Goodbye, true) => "感谢您的来电，再见。",
            (Self::FindingSomeone, false) => "I'm already finding someone for you. Please stay on the line.",
            (Self::FindingSomeone, true) => "正在为您接通人工客服，请稍候。",
            (Self::NobodyHere, false) => "I'm sorry, I can't put you through to anyone on this line.",
            (Self::NobodyHere, true) => "非常抱歉，这条线路暂时无法转接人工客服。",
            (Self::NobodyFree, false) => {
                "I'm sorry, nobody is free just now. Please call again a little later. Goodbye."
            }
            (Self::NobodyFree, true) => "非常抱歉，现在没有空闲的客服，请您稍后再拨，再见。",
            (Self::Sorry, false) => "I'm sorry, something went wrong on our side. Please call again later.",
            (Self::Sorry, true) => "非常抱歉，系统出了点问题，请您稍后再拨。",
            (Self::OneMoment, false) => "One moment, please.",
            (Self::OneMoment, true) => "请稍等。",
            (Self::SayItAgain, false) => "Sorry about that. Please say it again.",
            (Self::SayItAgain, true) => "抱歉，请您再说一遍。",
            (Self::NowTheLetters, false) => "Thank you. And the letters before the digits?",
            (Self::NowTheLetters, true) => "谢谢。请说出前面的字母。",
            (Self::WrongKey, false) => "That key does nothing here.",
            (Self::WrongKey, true) => "这个按键在这里无效。",
            (Self::YesOrNo, false) => "Please say yes or no.",
            (Self::YesOrNo, true) => "请说是或不是。",
        }
    }
}

/// Whether the engine has phrases of its own in a language.
pub(super) fn is_spoken(language: Language) -> bool {
    matches!(language, Language::EN | Language::ZH)
}

/// The question that reads a value back.
pub(super) fn is_it_right(value: &str, language: Language) -> String {
    if language == Language::ZH {
        format!("您说的是{value}，对吗？")
    } else {
        format!("I heard {value}. Is that right?")
    }
}

/// The question between two that fit equally well.
pub(super) fn which_of(first: &str, second: &str, language: Language) -> String {
    if language == Language::ZH {
        format!("您是要“{first}”，还是“{second}”？")
    } else {
        format!("Did you mean {first}, or {second}?")
    }
}

/// The question about one that fits only just.
pub(super) fn did_you_mean(what: &str, language: Language) -> String {
    if language == Language::ZH { format!("您是要“{what}”吗？") } else { format!("Did you mean {what}?") }
}

/// The part of a prompt that is spoken again after an interruption: its last sentence if that is a question,
/// else the whole.
pub(super) fn short_form(text: &str) -> &str {
    let trimmed = text.trim();
    if !trimmed.ends_with(['?', '？']) {
        return trimmed;
    }
    last_sentence(trimmed)
}

/// The last sentence of a text.
fn last_sentence(text: &str) -> &str {
    sentence_starts(text).last().map_or(text, |start| &text[*start..])
}

/// The bytes at which the sentences of a text begin.
pub(super) fn sentence_starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    for (position, (_, character)) in characters.iter().enumerate() {
        let ends_chinese = matches!(character, '。' | '？' | '！');
        let ends_latin = matches!(character, '.' | '?' | '!')
            && characters.get(position + 1).is_some_and(|(_, next)| next.is_whitespace());
        if !ends_chinese && !ends_latin {
            continue;
        }
        let next = characters[position + 1..].iter().find(|(_, next)| !next.is_whitespace());
        if let Some((start, _)) = next {
            starts.push(*start);
        }
    }
    starts
}

/// Every sentence of a bundle that is the same for every caller, the engine's own among them, each once.
pub(super) fn fixed_prompts(bundle: &Bundle) -> Vec<(Language, String)> {
    let mut prompts: Vec<(Language, String)> = Vec::new();
    let mut add = |language: Language, text: &str| {
        let prompt = (language, text.to_owned());
        if !text.is_empty() && !prompts.contains(&prompt) {
            prompts.push(prompt);
        }
    };
    let mut spoken: Vec<SentenceId> = Vec::new();
    let mut asked: Vec<SentenceId> = Vec::new();
    for step in bundle.flows.iter().flat_map(|flow| &flow.steps) {
        let listening = match &step.verb {
            Verb::Say(say) => {
                spoken.push(say.sentence);
                None
            }
            Verb::LookUp(look_up) => {
                spoken.extend(look_up.while_waiting);
                None
            }
            Verb::Ask(ask) => Some(&ask.listening),
            Verb::Menu(menu) => Some(&menu.listening),
            Verb::Route(route) => Some(&route.listening),
            _ => None,
        };
        if let Some(listening) = listening {
            spoken.extend(listening.prompt);
            asked.extend(listening.prompt);
            spoken.extend(listening.again.iter().flatten());
        }
    }
    for language in &bundle.languages {
        for (ids, short) in [(&spoken, false), (&asked, true)] {
            for id in ids {
                for line in bundle.sentences.get(*id).lines(*language) {
                    if line.is_fixed() {
                        add(*language, if short { short_form(&line.text) } else { &line.text });
                    }
                }
            }
        }
        for phrase in Phrase::ALL {
            add(*language, phrase.text(*language));
        }
    }
    prompts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_question_is_repeated() {
        assert_eq!(short_form("Hello, this is Acorn. How can I help?"), "How can I help?");
        assert_eq!(short_form("What is your order number?"), "What is your order number?");
        assert_eq!(short_form("Please key it in."), "Please key it in.");
        assert_eq!(short_form("您好。请问有什么可以帮您？"), "请问有什么可以帮您？");
    }

    #[test]
    fn sentences_are_told_apart() {
        assert_eq!(sentence_starts("It cost 19.90 today. Good. Bye"), [0, 21, 27]);
        assert_eq!(sentence_starts("好。再见。"), [0, 6]);
    }
}
