//! What the line says of its own accord, in every language it speaks, and every sentence that can be made ahead.

use crate::words::{Language, SlotType};

use super::act::SurveyKind;
use super::bundle::{Bundle, Verb};
use super::sentence::SentenceId;

/// A phrase of the engine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// First miss of a step without `again`, when nothing was understood.
    Pardon,
    /// Later misses of the same kind.
    PardonAgain,
    /// First miss when nothing was said.
    AreYouThere,
    /// Later silences.
    StillThere,
    /// When there is nothing but noise.
    TooNoisy,
    /// When something was said where only keys count.
    KeysOnly,
    /// To one who asks for a moment.
    TakeYourTime,
    /// The question before hanging up.
    EndTheCall,
    /// The question before a flow is left.
    CancelThis,
    /// The flow is left.
    Cancelled,
    /// The flow begins again.
    FromTheStart,
    /// The conversation goes on in this language, said in it.
    InThisLanguage,
    /// The last words.
    Goodbye,
    /// To one who asks for a person while one is being found.
    FindingSomeone,
    /// To one who asks for a person where none can be had.
    NobodyHere,
    /// To one who waited for a person in vain, where the flow has no words for it.
    NobodyFree,
    /// The same, before a callback is offered.
    NobodyFreeNow,
    /// A transfer failed, and the flow has no words for it.
    NobodyAnswered,
    /// To one who waits.
    CallYouBack,
    /// Before a callback.
    WhichNumber,
    /// A callback was taken down.
    WillCallBack,
    /// A callback cannot be made.
    CannotCallBack,
    /// Before a voicemail.
    AfterTheTone,
    /// After a voicemail.
    MessageKept,
    /// After a voicemail that holds nothing.
    NoMessage,
    /// When the flow cannot go on.
    Sorry,
    /// When an answer from outside takes long.
    OneMoment,
    /// "No" to a value read back.
    SayItAgain,
    /// "No" to several facts.
    WhatIsWrong,
    /// What was given to prove who the caller is does not fit.
    DoesNotMatch,
    /// The letters of a code whose digits were keyed.
    NowTheLetters,
    /// The key pressed means nothing here.
    WrongKey,
    /// Yes or no, please.
    YesOrNo,
    /// The question of an `answer` without a prompt.
    WhatToKnow,
    /// The knowledge base has no answer.
    NotKnown,
    /// A survey: how content the caller is.
    HowContent,
    /// A survey: whether the matter is settled.
    WasItSettled,
}

impl Phrase {
    const ALL: [Self; 37] = [
        Self::Pardon,
        Self::PardonAgain,
        Self::AreYouThere,
        Self::StillThere,
        Self::TooNoisy,
        Self::KeysOnly,
        Self::TakeYourTime,
        Self::EndTheCall,
        Self::CancelThis,
        Self::Cancelled,
        Self::FromTheStart,
        Self::InThisLanguage,
        Self::Goodbye,
        Self::FindingSomeone,
        Self::NobodyHere,
        Self::NobodyFree,
        Self::NobodyFreeNow,
        Self::NobodyAnswered,
        Self::CallYouBack,
        Self::WhichNumber,
        Self::WillCallBack,
        Self::CannotCallBack,
        Self::AfterTheTone,
        Self::MessageKept,
        Self::NoMessage,
        Self::Sorry,
        Self::OneMoment,
        Self::SayItAgain,
        Self::WhatIsWrong,
        Self::DoesNotMatch,
        Self::NowTheLetters,
        Self::WrongKey,
        Self::YesOrNo,
        Self::WhatToKnow,
        Self::NotKnown,
        Self::HowContent,
        Self::WasItSettled,
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
            (Self::TooNoisy, false) => {
                "It's rather loud where you are. Please speak close to the phone, or use the keypad."
            }
            (Self::TooNoisy, true) => "您那边有点吵，请靠近话筒说，或者用按键输入。",
            (Self::KeysOnly, false) => "For your safety, please use the keypad.",
            (Self::KeysOnly, true) => "为了您的信息安全，请用按键输入。",
            (Self::TakeYourTime, false) => "Of course, take your time.",
            (Self::TakeYourTime, true) => "好的，您慢慢来。",
            (Self::EndTheCall, false) => "Is that everything? Shall I end the call?",
            (Self::EndTheCall, true) => "没有别的事了吗？需要挂断电话吗？",
            (Self::CancelThis, false) => "Shall I stop here and cancel this?",
            (Self::CancelThis, true) => "需要取消当前的操作吗？",
            (Self::Cancelled, false) => "All right, I've stopped there.",
            (Self::Cancelled, true) => "好的，已经为您停下了。",
            (Self::FromTheStart, false) => "All right, let's start again.",
            (Self::FromTheStart, true) => "好的，我们重新开始。",
            (Self::InThisLanguage, false) => "Of course. Let's speak English.",
            (Self::InThisLanguage, true) => "好的，我们说中文。",
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
            (Self::NobodyFreeNow, false) => "I'm sorry, nobody is free just now.",
            (Self::NobodyFreeNow, true) => "非常抱歉，现在没有空闲的客服。",
            (Self::NobodyAnswered, false) => "I'm sorry, nobody answered there.",
            (Self::NobodyAnswered, true) => "非常抱歉，那边暂时没有人接听。",
            (Self::CallYouBack, false) => "Would you rather we called you back? You keep your place in the queue.",
            (Self::CallYouBack, true) => "需要我们稍后给您回电吗？您的排队位置会为您保留。",
            (Self::WhichNumber, false) => "Which number shall we call?",
            (Self::WhichNumber, true) => "请问我们打哪个号码给您回电？",
            (Self::WillCallBack, false) => "Good, we'll call you back.",
            (Self::WillCallBack, true) => "好的，我们会给您回电。",
            (Self::CannotCallBack, false) => "I'm sorry, I can't arrange a call back just now.",
            (Self::CannotCallBack, true) => "非常抱歉，暂时无法为您安排回电。",
            (Self::AfterTheTone, false) => {
                "Please leave your message after the tone, and hang up or press hash when you've finished."
            }
            (Self::AfterTheTone, true) => "请在提示音后留言，说完后挂机或按井号键。",
            (Self::MessageKept, false) => "Thank you, your message has been saved.",
            (Self::MessageKept, true) => "谢谢，您的留言已经保存。",
            (Self::NoMessage, false) => "I didn't get a message.",
            (Self::NoMessage, true) => "我没有收到留言。",
            (Self::Sorry, false) => "I'm sorry, something went wrong on our side. Please call again later.",
            (Self::Sorry, true) => "非常抱歉，系统出了点问题，请您稍后再拨。",
            (Self::OneMoment, false) => "One moment, please.",
            (Self::OneMoment, true) => "请稍等。",
            (Self::SayItAgain, false) => "Sorry about that. Please say it again.",
            (Self::SayItAgain, true) => "抱歉，请您再说一遍。",
            (Self::WhatIsWrong, false) => "Sorry. What should I change?",
            (Self::WhatIsWrong, true) => "抱歉，请问哪里不对？",
            (Self::DoesNotMatch, false) => "I'm sorry, that doesn't match our records. Let's try again.",
            (Self::DoesNotMatch, true) => "抱歉，这和我们的记录不一致，我们再试一次。",
            (Self::NowTheLetters, false) => "Thank you. And the letters before the digits?",
            (Self::NowTheLetters, true) => "谢谢。请说出前面的字母。",
            (Self::WrongKey, false) => "That key does nothing here.",
            (Self::WrongKey, true) => "这个按键在这里无效。",
            (Self::YesOrNo, false) => "Please say yes or no.",
            (Self::YesOrNo, true) => "请说是或不是。",
            (Self::WhatToKnow, false) => "What would you like to know?",
            (Self::WhatToKnow, true) => "请问您想了解什么？",
            (Self::NotKnown, false) => "I'm sorry, I don't know that.",
            (Self::NotKnown, true) => "抱歉，这个问题我还答不上来。",
            (Self::HowContent, false) => "How content were you with this call, from one to five, where five is best?",
            (Self::HowContent, true) => "请您为这次服务打分，一到五分，五分最满意。",
            (Self::WasItSettled, false) => "Has your matter been settled?",
            (Self::WasItSettled, true) => "您的问题解决了吗？",
        }
    }

    /// The question of a survey.
    pub fn of_survey(kind: SurveyKind) -> Self {
        match kind {
            SurveyKind::Csat => Self::HowContent,
            SurveyKind::Resolved => Self::WasItSettled,
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

/// The question whether a value that was given before is meant again.
pub(super) fn is_it_still(name: Option<&str>, value: &str, language: Language) -> String {
    match (name, language == Language::ZH) {
        (Some(name), false) => format!("Is {name} still {value}?"),
        (None, false) => format!("Is it still {value}?"),
        (Some(name), true) => format!("{name}还是{value}，对吗？"),
        (None, true) => format!("还是{value}，对吗？"),
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

/// The question whether a question was meant.
pub(super) fn did_you_ask(question: &str, language: Language) -> String {
    let question = question.trim_end_matches(['?', '？', '.', '。']);
    if language == Language::ZH {
        format!("您是想问“{question}”吗？")
    } else {
        format!("Did you ask: {question}?")
    }
}

/// What is said when a value given before was changed.
pub(super) fn put_right(value: &str, language: Language) -> String {
    if language == Language::ZH { format!("好的，改为{value}。") } else { format!("All right, {value}.") }
}

/// The question whether a number is right to call back.
pub(super) fn call_back_on(number: &str, language: Language) -> String {
    if language == Language::ZH {
        format!("我们给您回电，号码是{number}，对吗？")
    } else {
        format!("We can call you back on {number}. Is that the right number?")
    }
}

/// The question that reads several facts back, each with its name if it has one.
pub(super) fn are_they_right(facts: &[(Option<String>, String)], language: Language) -> String {
    let chinese = language == Language::ZH;
    let pieces = facts.iter().map(|(name, value)| match (name, chinese) {
        (Some(name), true) => format!("{name}是{value}"),
        (Some(name), false) => format!("{name} is {value}"),
        (None, _) => value.clone(),
    });
    let pieces: Vec<String> = pieces.collect();
    if chinese {
        format!("跟您确认一下：{}，对吗？", pieces.join("；"))
    } else {
        format!("Let me check: {}. Is that right?", pieces.join("; "))
    }
}

/// The question for a value by its name: "the day", "your order number", or without an article.
pub(super) fn what_is(name: &str, language: Language) -> String {
    let has_article = ["the ", "your ", "a ", "an "].iter().any(|article| name.starts_with(article));
    match language == Language::ZH {
        true => format!("请问{name}是什么？"),
        false if has_article => format!("What is {name}?"),
        false => format!("What is the {name}?"),
    }
}

/// The question for a value that has no name for the caller, by its type.
pub(super) fn what_is_a(kind: &SlotType, slot: &str, language: Language) -> String {
    let chinese = language == Language::ZH;
    let question = match (kind, chinese) {
        (SlotType::Date, false) => "Which day?",
        (SlotType::Date, true) => "请问是哪一天？",
        (SlotType::Time, false) => "At what time?",
        (SlotType::Time, true) => "请问是几点？",
        (SlotType::Phone { .. }, false) => "What is your phone number?",
        (SlotType::Phone { .. }, true) => "请问您的电话号码是多少？",
        (SlotType::Email, false) => "What is your e-mail address?",
        (SlotType::Email, true) => "请问您的电子邮箱是什么？",
        (SlotType::Name, false) => "What is your name?",
        (SlotType::Name, true) => "请问您怎么称呼？",
        (SlotType::Address, false) => "What is your address?",
        (SlotType::Address, true) => "请问您的地址是哪里？",
        (SlotType::Money { .. }, false) => "How much?",
        (SlotType::Money { .. }, true) => "请问金额是多少？",
        (SlotType::Duration, false) => "For how long?",
        (SlotType::Duration, true) => "请问多长时间？",
        (SlotType::IdNumber { .. }, true) => "请问您的身份证号码是多少？",
        (_, false) => return format!("What is the {}?", slot.replace('_', " ")),
        (_, true) => "请您说一下。",
    };
    question.to_owned()
}

/// Words by which callers name a value of a type, when they say that it is wrong.
pub(super) fn names_of(kind: &SlotType, language: Language) -> &'static [&'static str] {
    let chinese = language == Language::ZH;
    match (kind, chinese) {
        (SlotType::Date, false) => &["the date", "the day"],
        (SlotType::Date, true) => &["日期", "日子"],
        (SlotType::Time, false) => &["the time"],
        (SlotType::Time, true) => &["时间"],
        (SlotType::Phone { .. }, false) => &["phone number", "the phone"],
        (SlotType::Phone { .. }, true) => &["电话", "手机"],
        (SlotType::Money { .. }, false) => &["the amount", "the price"],
        (SlotType::Money { .. }, true) => &["金额"],
        (SlotType::Email, false) => &["email", "e-mail"],
        (SlotType::Email, true) => &["邮箱", "邮件"],
        (SlotType::Name, false) => &["the name", "my name"],
        (SlotType::Name, true) => &["名字", "姓名"],
        (SlotType::Address, false) => &["the address", "my address"],
        (SlotType::Address, true) => &["地址"],
        _ => &[],
    }
}

/// What is said to one who asks for a language that is not spoken here.
pub(super) fn only_these_languages(spoken: &[Language], wanted: Language, language: Language) -> String {
    let name = |spoken: Language| match (spoken == Language::ZH, language == Language::ZH) {
        (true, true) => "中文",
        (true, false) => "Chinese",
        (false, true) => "英语",
        (false, false) => "English",
    };
    debug_assert!(!spoken.contains(&wanted));
    let names: Vec<&str> = spoken.iter().map(|spoken| name(*spoken)).collect();
    if language == Language::ZH {
        format!("抱歉，这里只能说{}。", names.join("和"))
    } else {
        format!("I'm sorry, I only speak {} here.", names.join(" and "))
    }
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
        match &step.verb {
            Verb::Say(say) => spoken.push(say.sentence),
            Verb::LookUp(look_up) => spoken.extend(look_up.while_waiting),
            Verb::Do(change) => spoken.extend(change.call.while_waiting),
            Verb::AskAll(ask) => {
                for one in &ask.slots {
                    spoken.extend(one.prompt);
                    asked.extend(one.prompt);
                    spoken.extend(one.again.iter().flatten());
                }
            }
            Verb::Voicemail(voicemail) => spoken.extend(voicemail.prompt),
            Verb::Record(record) => {
                spoken.extend(record.consent);
                asked.extend(record.consent);
            }
            Verb::Survey(survey) => {
                let prompts = survey.questions.iter().filter_map(|question| question.prompt);
                for prompt in prompts {
                    spoken.push(prompt);
                    asked.push(prompt);
                }
            }
            _ => {}
        }
        if let Some(listening) = step.verb.listening() {
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
                    } else {
                        // What stands beside values is the same for every caller too.
                        sentences_of(&line.text)
                            .filter(|text| !text.contains("{{"))
                            .for_each(|text| add(*language, text));
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

/// The sentences of a text, one by one.
fn sentences_of(text: &str) -> impl Iterator<Item = &str> {
    let starts = sentence_starts(text);
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| text[start..end].trim())
}

/// What sentences with values begin with, up to the first value, each once.
pub(super) fn lead_ins(bundle: &Bundle) -> Vec<(Language, String)> {
    let mut lead_ins: Vec<(Language, String)> = Vec::new();
    for language in &bundle.languages {
        for line in bundle.sentences.all().flat_map(|sentence| sentence.lines(*language)) {
            for sentence in sentences_of(&line.text) {
                let Some((before, _)) = sentence.split_once("{{") else { continue };
                let lead_in = (*language, before.trim().to_owned());
                if !lead_in.1.is_empty() && !lead_ins.contains(&lead_in) {
                    lead_ins.push(lead_in);
                }
            }
        }
    }
    lead_ins
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
