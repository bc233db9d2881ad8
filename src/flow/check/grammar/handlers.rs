//! The handlers: what is listened for at every step.

use super::HandlerForm;

const fn handler(name: &'static str, about: &'static str, by_default: &'static str) -> HandlerForm {
    HandlerForm { name, about, by_default }
}

/// Every handler.
pub const HANDLERS: &[HandlerForm] = &[
    handler("agent_please", "The caller asks for a person.", "Goes to the bundle's `handover`."),
    handler("repeat", "\"Say that again\".", "Says it again."),
    handler("help", "\"What can I say?\", \"I don't understand\".", "Says the prompt again, in its shortest form."),
    handler("slower", "\"Not so fast\".", "Says it again, slower, and stays slower."),
    handler("wait_a_moment", "\"Just a moment\".", "Waits for 60 s without counting a silence."),
    handler("cancel", "\"Forget it\".", "Ends the flow, after a yes."),
    handler(
        "correct",
        "The caller corrects a value given before: \"no, the second digit is five\".",
        "Changes the slot that is meant and goes on.",
    ),
    handler("start_over", "\"Let's start again\".", "Begins the flow anew."),
    handler("goodbye", "The caller takes leave.", "Ends the call, after a yes."),
    handler("language", "The caller asks for another language of the bundle.", "Goes on in that language."),
    handler(
        "silence",
        "The caller says nothing where an answer is wanted. A step's own `again` comes first.",
        "Asks whether the caller is still there.",
    ),
    handler(
        "not_understood",
        "What was said fits nothing here. A step's own `again` comes first.",
        "Asks the caller to say it again.",
    ),
    handler("too_noisy", "The line is too noisy to understand the caller.", "As `not_understood`."),
    handler(
        "keypad_zero",
        "0 is the first key, nothing follows for 2 s, and the step does not take a 0.",
        "Goes to the bundle's `handover`.",
    ),
    handler(
        "mood",
        "How the caller feels, judged after each of the caller's turns, before the reply; `when` reads `mood.*`. Fires at \
         most twice a call and never on consecutive turns.",
        "Nothing.",
    ),
    handler(
        "complexity",
        "How hard the call is for the bot, judged as `mood` is; `when` reads `complexity.*`.",
        "Nothing.",
    ),
    handler("look_up_slow", "A look-up without `while_waiting` takes longer than 800 ms.", "\"One moment, please.\""),
    handler(
        "error",
        "The flow cannot go on: a value is missing where a sentence needs it, an expression fails.",
        "Goes to the bundle's `handover`.",
    ),
    handler(
        "hang_up",
        "The caller has hung up. Only `set`, `note`, `tag` and `do` marked safe may stand in it.",
        "Nothing.",
    ),
];
