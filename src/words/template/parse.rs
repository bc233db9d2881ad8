//! Reading a template.

use std::sync::Arc;

use super::super::token::tokenise_up_to;
use super::graph::Graph;
use super::list::{ListSource, WordList};
use super::{Few, Node, Template};

/// The deepest nesting of brackets.
pub const MAX_DEPTH: usize = 12;
/// The most words and slots one template may hold, all alternatives together.
pub const MAX_WORDS: usize = 400;

/// Why a text is no template. `offset` counts bytes from the start of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct TemplateError {
    /// Where it went wrong, in bytes.
    pub offset: usize,
    /// What is wrong, and how to mend it.
    pub problem: TemplateProblem,
}

/// What can be wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateProblem {
    /// A bracket is never closed.
    #[error("`{opened}` is never closed; add the closing bracket")]
    Unclosed {
        /// The opening bracket.
        opened: char,
    },
    /// A closing bracket closes nothing.
    #[error("`{found}` closes nothing; remove it or add the opening bracket")]
    Unopened {
        /// The closing bracket.
        found: char,
    },
    /// `|` outside of brackets.
    #[error("`|` stands outside brackets; write (this|that)")]
    LooseBar,
    /// `{}` or `{two words}`.
    #[error("a slot is one name of letters, digits and `_`, as in {{order_no}}")]
    SlotName,
    /// `[]` or `()` or an alternative without words.
    #[error("an alternative has no words; write [word] for a word that may be left out")]
    EmptyPart,
    /// No word and no slot at all.
    #[error("the template has no words")]
    Empty,
    /// Every word may be left out, so the template would fit anything.
    #[error("every word is optional, so this would fit anything; take one word out of its [ ]")]
    AllOptional,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("brackets are nested deeper than {MAX_DEPTH}; write several templates")]
    TooDeep,
    /// More than [`MAX_WORDS`] words.
    #[error("more than {MAX_WORDS} words; write several templates")]
    TooLong,
}

impl Template {
    /// Reads a template without lists: every `{name}` is a slot.
    ///
    /// # Errors
    /// Unbalanced brackets, empty alternatives, bad slot names, a template that everything would fit, and
    /// templates beyond [`MAX_DEPTH`] or [`MAX_WORDS`]; each names the byte where it went wrong.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Self::parse_with(text, &())
    }

    /// Reads a template. `{name}` is a list where `lists` has one of that name, else a slot.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse_with(text: &str, lists: &dyn ListSource) -> Result<Self, TemplateError> {
        let mut parser = Parser { text, at: 0, slots: Vec::new(), source: lists, lists: Vec::new(), words: 0 };
        let root = parser.sequence(None, 0)?;
        if parser.words == 0 {
            return Err(TemplateError { offset: 0, problem: TemplateProblem::Empty });
        }
        if may_be_empty(&root) {
            return Err(TemplateError { offset: 0, problem: TemplateProblem::AllOptional });
        }
        let graph = Graph::build(&root);
        Ok(Self { source: text.to_owned(), root, slots: parser.slots, lists: parser.lists, graph, few: Few::default() })
    }
}

fn may_be_empty(node: &Node) -> bool {
    match node {
        Node::Word(_) | Node::Slot(_) | Node::List(_) => false,
        Node::Sequence(parts) => parts.iter().all(may_be_empty),
        Node::Either(parts) => parts.iter().any(may_be_empty),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    slots: Vec<String>,
    source: &'t dyn ListSource,
    lists: Vec<Arc<WordList>>,
    words: usize,
}

impl Parser<'_> {
    fn fault<T>(offset: usize, problem: TemplateProblem) -> Result<T, TemplateError> {
        Err(TemplateError { offset, problem })
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Reads parts up to `|`, the closing bracket of `opened`, or the end; leaves that character unread.
    fn sequence(&mut self, opened: Option<(char, usize)>, depth: usize) -> Result<Node, TemplateError> {
        let mut parts = Vec::new();
        while let Some(character) = self.peek() {
            let here = self.at;
            match character {
                '[' | '(' => {
                    if depth >= MAX_DEPTH {
                        return Self::fault(here, TemplateProblem::TooDeep);
                    }
                    self.at += 1;
                    parts.push(self.bracket(character, here, depth + 1)?);
                }
                '{' => parts.push(self.slot()?),
                '|' if opened.is_none() => return Self::fault(here, TemplateProblem::LooseBar),
                ']' | ')' | '}' => {
                    let closes = matches!((opened, character), (Some(('[', _)), ']') | (Some(('(', _)), ')'));
                    if closes {
                        break;
                    }
                    return Self::fault(here, TemplateProblem::Unopened { found: character });
                }
                '|' => break,
                _ => self.literal(&mut parts)?,
            }
        }
        Ok(Node::Sequence(parts))
    }

    fn bracket(&mut self, opened: char, start: usize, depth: usize) -> Result<Node, TemplateError> {
        let mut alternatives = Vec::new();
        loop {
            let alternative_start = self.at;
            let alternative = self.sequence(Some((opened, start)), depth)?;
            let is_empty = matches!(&alternative, Node::Sequence(parts) if parts.is_empty());
            let Some(next) = self.peek() else {
                return Self::fault(start, TemplateProblem::Unclosed { opened });
            };
            if is_empty {
                return Self::fault(alternative_start, TemplateProblem::EmptyPart);
            }
            alternatives.push(alternative);
            self.at += 1;
            if next != '|' {
                break;
            }
        }
        if opened == '[' {
            alternatives.push(Node::Sequence(Vec::new()));
        }
        Ok(Node::Either(alternatives))
    }

    fn slot(&mut self) -> Result<Node, TemplateError> {
        let start = self.at;
        let rest = &self.text[start + 1..];
        let Some(length) = rest.find('}') else {
            return Self::fault(start, TemplateProblem::Unclosed { opened: '{' });
        };
        let name = rest[..length].trim();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            return Self::fault(start, TemplateProblem::SlotName);
        }
        self.at = start + 1 + length + 1;
        self.count(start, 1)?;
        if let Some(list) = self.source.list(name) {
            let known = self.lists.iter().position(|known| Arc::ptr_eq(known, &list));
            let index = known.unwrap_or_else(|| {
                self.lists.push(list);
                self.lists.len() - 1
            });
            return Ok(Node::List(index));
        }
        let index = match self.slots.iter().position(|slot| slot == name) {
            Some(index) => index,
            None => {
                self.slots.push(name.to_owned());
                self.slots.len() - 1
            }
        };
        Ok(Node::Slot(index))
    }

    fn literal(&mut self, parts: &mut Vec<Node>) -> Result<(), TemplateError> {
        let start = self.at;
        let rest = &self.text[start..];
        let length = rest.find(['[', ']', '(', ')', '{', '}', '|']).unwrap_or(rest.len());
        let words: Vec<Node> = tokenise_up_to(&rest[..length], MAX_WORDS + 1)
            .into_iter()
            .map(|token| Node::Word(token.text.into()))
            .collect();
        self.at = start + length;
        self.count(start, words.len())?;
        parts.extend(words);
        Ok(())
    }

    fn count(&mut self, offset: usize, more: usize) -> Result<(), TemplateError> {
        self.words += more;
        if self.words > MAX_WORDS {
            return Self::fault(offset, TemplateProblem::TooLong);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> (usize, TemplateProblem) {
        let error = Template::parse(text).unwrap_err();
        (error.offset, error.problem)
    }

    #[test]
    fn keeps_its_source_and_slots() {
        let template = Template::parse("(check|track) [my] order {order_no} [for {name}] {order_no}").unwrap();
        assert_eq!(template.slots(), ["order_no", "name"]);
        assert_eq!(template.to_string(), template.source());
    }

    #[test]
    fn says_where_it_went_wrong() {
        assert_eq!(problem("where is (my order"), (9, TemplateProblem::Unclosed { opened: '(' }));
        assert_eq!(problem("where] is"), (5, TemplateProblem::Unopened { found: ']' }));
        assert_eq!(problem("a (b] c"), (4, TemplateProblem::Unopened { found: ']' }));
        assert_eq!(problem("this|that"), (4, TemplateProblem::LooseBar));
        assert_eq!(problem("order {two words}"), (6, TemplateProblem::SlotName));
        assert_eq!(problem("order {no"), (6, TemplateProblem::Unclosed { opened: '{' }));
        assert_eq!(problem("查(订单|)"), (11, TemplateProblem::EmptyPart));
        assert_eq!(problem("a () b"), (3, TemplateProblem::EmptyPart));
        assert_eq!(problem("  ?"), (0, TemplateProblem::Empty));
        assert_eq!(problem("[my] [order]"), (0, TemplateProblem::AllOptional));
        assert_eq!(problem(&"[".repeat(100_000)).1, TemplateProblem::TooDeep);
        assert_eq!(problem(&"word ".repeat(500)).1, TemplateProblem::TooLong);
    }
}
