//! The language as tables: documents, verbs with their options, handlers, slot types, each with what it means.
//!
//! The loader takes the keys it knows from here, so that what it suggests is what it reads; [`schema`] makes the JSON
//! Schema for editors of the same tables, and [`reference`] the reference page. None of the three can tell of a key
//! that the others do not know.

mod documents;
mod handlers;
mod reference;
mod schema;
mod slots;
#[cfg(test)]
mod tests;
mod verbs;

pub use documents::{DOCUMENTS, HANDLER_KEYS};
pub use handlers::HANDLERS;
pub use reference::reference;
pub use schema::schema;
pub use slots::{SLOT_KEYS, SLOT_TYPES};
pub use verbs::{STEP_KEYS, VERBS};

/// What may stand under a key.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Nothing at all: the verb stands alone, its options beside it.
    Nothing,
    /// A single text, read as it stands.
    Text,
    /// A name of the designer's own: letters, digits, `_` and `-`.
    Name,
    /// The name of something that stands elsewhere, with what it is: `a slot`, `a queue of warmline.toml`.
    NameOf(&'static str),
    /// A whole number between two bounds.
    Count(u32, u32),
    /// Any number.
    Number,
    /// A span of time: `300ms`, `4s`, `10m`.
    Time,
    /// A day: `2026-01-05`.
    Day,
    /// A moment: `2026-01-09T10:00+08:00`.
    Moment,
    /// A CEL expression.
    Expression,
    /// What is said, one text for each language.
    Sentence,
    /// A sentence, or `recording:NAME`.
    Saying,
    /// How callers may say something: templates, for each language.
    Words,
    /// A list of steps.
    Steps,
    /// A step id, `flow:NAME`, or a list of steps.
    Exit,
    /// A step id or `flow:NAME`.
    Target,
    /// Handlers by name.
    Handlers,
    /// Slots by name.
    Slots,
    /// One of these words, each with its meaning.
    Word(&'static [(&'static str, &'static str)]),
    /// A list.
    List(&'static Form),
    /// A list, or one alone.
    OneOrMore(&'static Form),
    /// One of several forms.
    Either(&'static [Form]),
    /// A mapping with these keys.
    Keys(&'static [KeyForm]),
    /// A mapping whose keys the designer chooses.
    Map(&'static Form),
    /// Anything: something else reads it.
    Anything,
}

/// One key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct KeyForm {
    pub name: &'static str,
    pub form: Form,
    /// What it means, in a sentence or two: hover in an editor, a row in the reference.
    pub about: &'static str,
    pub needed: bool,
}

/// A key that may be left out.
const fn may(name: &'static str, form: Form, about: &'static str) -> KeyForm {
    KeyForm { name, form, about, needed: false }
}

/// A key that must be there.
const fn must(name: &'static str, form: Form, about: &'static str) -> KeyForm {
    KeyForm { name, form, about, needed: true }
}

/// A verb with its options.
#[derive(Clone, Copy, Debug)]
pub struct VerbForm {
    pub name: &'static str,
    /// What stands beside the verb itself.
    pub value: Form,
    pub about: &'static str,
    /// How the conversation goes on from it.
    pub leaves: &'static str,
    pub options: &'static [KeyForm],
    pub example: &'static str,
}

/// A handler.
#[derive(Clone, Copy, Debug)]
pub struct HandlerForm {
    pub name: &'static str,
    /// When it fires.
    pub about: &'static str,
    /// What happens where no handler of that name is written.
    pub by_default: &'static str,
}

/// A slot type with its options.
#[derive(Clone, Copy, Debug)]
pub struct SlotForm {
    pub name: &'static str,
    pub about: &'static str,
    /// What its value looks like in its normal form.
    pub holds: &'static str,
    pub options: &'static [KeyForm],
    pub example: &'static str,
}

/// A kind of document.
#[derive(Clone, Copy, Debug)]
pub struct DocumentForm {
    /// Its first key.
    pub name: &'static str,
    /// What stands beside that key.
    pub names: &'static str,
    pub about: &'static str,
    /// The other keys.
    pub keys: &'static [KeyForm],
    pub example: &'static str,
}

/// The verb of that name.
pub fn verb(name: &str) -> Option<&'static VerbForm> {
    VERBS.iter().find(|verb| verb.name == name)
}
