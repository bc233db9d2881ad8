//! Texts with arguments in them: `/customers/{phone}`.

use super::super::arguments::Arguments;
use crate::Private;
use crate::flow::Datum;

/// A text with arguments in braces. `{{` and `}}` stand for braces themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Argument(String),
    /// Of the environment: never shown.
    Secret(Private<String>),
}

/// A template that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// `{` without `}`, or the other way round.
    #[error("a brace without its partner; write {{{{ or }}}} for a brace itself")]
    Brace,
    /// `{}`, `{a b}`.
    #[error("{0:?} cannot name an argument; write {{name}} with letters, digits and _")]
    Name(String),
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            let (name, after) = if brace == "{" {
                after.split_once('}').ok_or(TemplateFault::Brace)?
            } else {
                return Err(TemplateFault::Brace);
            };
            if name.is_empty() || !name.chars().all(|character| character.is_alphanumeric() || character == '_') {
                return Err(TemplateFault::Name(name.to_owned()));
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Argument(name.to_owned()));
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self { pieces })
    }

    /// A text that is a secret, with nothing to be filled in.
    pub fn secret(secret: Private<String>) -> Self {
        Self { pieces: vec![Piece::Secret(secret)] }
    }

    /// The arguments it uses.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Argument(name) => Some(name.as_str()),
            Piece::Literal(_) | Piece::Secret(_) => None,
        })
    }

    /// The argument, when it is one argument and nothing else.
    pub(super) fn sole_argument(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Argument(name)] => Some(name),
            _ => None,
        }
    }

    /// The text, each argument written by `write`; `None` when one of them has no value.
    pub(super) fn fill(&self, arguments: &Arguments, write: impl Fn(&Datum) -> String) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Secret(secret) => text.push_str(secret.reveal()),
                Piece::Argument(name) => {
                    let value = arguments.get(name).filter(|value| !value.is_absent())?;
                    text.push_str(&write(value));
                }
            }
        }
        Some(text)
    }

    /// What stands in it beside arguments.
    pub fn literal(&self) -> String {
        let literals = self.pieces.iter().map(|piece| match piece {
            Piece::Literal(literal) => literal.as_str(),
            Piece::Argument(_) | Piece::Secret(_) => "x",
        });
        literals.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_stand_in_braces() {
        let template = Template::parse("/a/{one}-{two}/{{x}}").unwrap();
        assert_eq!(template.arguments().collect::<Vec<_>>(), ["one", "two"]);
        let arguments =
            Arguments::from([("one".to_owned(), Datum::Number(1.0)), ("two".to_owned(), Datum::Text("b".to_owned()))]);
        assert_eq!(template.fill(&arguments, Datum::text).unwrap(), "/a/1-b/{x}");
        assert_eq!(template.fill(&Arguments::new(), Datum::text), None);
        assert_eq!(template.sole_argument(), None);
        assert_eq!(Template::parse("{one}").unwrap().sole_argument(), Some("one"));
    }

    #[test]
    fn braces_come_in_pairs_and_hold_names() {
        for wrong in ["{", "}", "a{b", "a}b", "{a{b}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong} was taken");
        }
        assert_eq!(Template::parse("{}"), Err(TemplateFault::Name(String::new())));
        assert_eq!(Template::parse("{a b}"), Err(TemplateFault::Name("a b".to_owned())));
    }
}
