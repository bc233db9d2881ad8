//! A statement with named parameters: `select status from orders where number = :number`.

use std::collections::BTreeMap;

use crate::flow::{Access, FieldKind, FieldShape};

/// The parameter that carries the idempotency key of a change.
pub(super) const KEY: &str = "idempotency_key";

/// Which database a statement is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// One statement, its parameters found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pieces: Vec<Piece>,
    verb: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Parameter(String),
}

/// A statement that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    /// There is nothing in it.
    #[error("an empty statement")]
    Empty,
    /// There is a second statement behind a semicolon.
    #[error("more than one statement; write one query for each")]
    Several,
    /// A quotation or a comment has no end.
    #[error("a quotation or a comment that does not end")]
    Unclosed,
    /// A parameter that is not declared.
    #[error("the parameter :{name} is not among `args`; add it there with its type, or write one of {known}")]
    Unknown {
        /// Its name.
        name: String,
        /// What is declared.
        known: String,
    },
    /// `:idempotency_key` in a statement that only reads.
    #[error("a statement that only reads has no :idempotency_key; say `access = \"write\"` if it changes something")]
    KeyOfRead,
    /// A declared argument that the statement does not use.
    #[error("the argument {0:?} is not used by the statement; write :{0} where it belongs, or take it out of `args`")]
    Unused(String),
}

impl Statement {
    /// Reads a statement.
    pub fn parse(text: &str) -> Result<Self, StatementFault> {
        let text = text.trim();
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut verb = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '\'' | '"' | '`' => quotation(rest, first)?,
                '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
                '/' if rest.starts_with("/*") => comment(rest)?,
                '$' => dollar_quotation(rest)?,
                ':' if rest.starts_with("::") => 2,
                ':' => {
                    let name = word(&rest[1..]);
                    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
                        1
                    } else {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        pieces.push(Piece::Parameter(name.to_owned()));
                        rest = &rest[1 + name.len()..];
                        continue;
                    }
                }
                ';' if only_comments(&rest[1..]) => break,
                ';' => return Err(StatementFault::Several),
                _ if first.is_alphabetic() || first == '_' => {
                    let word = word(rest);
                    if verb.is_empty() {
                        verb = word.to_ascii_lowercase();
                    }
                    word.len()
                }
                _ => first.len_utf8(),
            };
            plain.push_str(&rest[..length]);
            rest = &rest[length..];
        }
        pieces.push(Piece::Text(plain));
        if verb.is_empty() {
            return Err(StatementFault::Empty);
        }
        Ok(Self { pieces, verb })
    }

    /// Whether it reads or writes, by its first word; `with` and everything unknown is taken for reading and writing
    /// respectively, which the operator can say otherwise.
    pub fn access(&self) -> Access {
        match self.verb.as_str() {
            "select" | "values" | "with" | "table" => Access::Reads,
            _ => Access::Writes,
        }
    }

    /// Whether it changes or deletes rows that are there: then it must meet at least one.
    pub(super) fn changes_rows(&self) -> bool {
        matches!(self.verb.as_str(), "update" | "delete")
    }

    /// Whether its parameters are those of `args`.
    pub fn check(&self, args: &BTreeMap<String, FieldShape>, access: Access) -> Result<(), StatementFault> {
        for name in self.parameters() {
            if name == KEY && access == Access::Reads && !args.contains_key(KEY) {
                return Err(StatementFault::KeyOfRead);
            }
            if name != KEY && !args.contains_key(name) {
                let known: Vec<String> = args.keys().map(|name| format!(":{name}")).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(StatementFault::Unknown { name: name.to_owned(), known });
            }
        }
        match args.keys().find(|name| !self.parameters().any(|used| used == name.as_str())) {
            Some(unused) => Err(StatementFault::Unused(unused.clone())),
            None => Ok(()),
        }
    }

    fn parameters(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The statement with numbered places, and which parameter belongs to each. `is_fraction` tells which numbers are
    /// not whole.
    pub(super) fn numbered(
        &self,
        dialect: Dialect,
        args: &BTreeMap<String, FieldShape>,
        is_fraction: impl Fn(&str) -> bool,
    ) -> (String, Vec<String>) {
        let mut text = String::new();
        let mut names: Vec<String> = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Parameter(name) => {
                    let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
                        names.push(name.clone());
                        names.len() - 1
                    });
                    let number = place + 1;
                    match dialect {
                        Dialect::Sqlite => text.push_str(&format!("?{number}")),
                        Dialect::Postgres => {
                            let kind = args.get(name).map_or(FieldKind::Text, |shape| shape.kind);
                            text.push_str(&postgres_place(number, kind, is_fraction(name)));
                        }
                    }
                }
            }
        }
        (text, names)
    }
}

/// A place of PostgreSQL. What has no binary form of ours is sent as text and made into its type there. Whole numbers
/// stay whole, so that an index on a whole column is used.
fn postgres_place(number: usize, kind: FieldKind, is_fraction: bool) -> String {
    let cast = match kind {
        FieldKind::Text | FieldKind::Phone | FieldKind::YesNo => return format!("${number}"),
        FieldKind::Number if is_fraction => return format!("${number}::float8"),
        FieldKind::Number => return format!("${number}::int8"),
        FieldKind::Money => "numeric",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::Duration => "interval",
        FieldKind::Moment => "timestamptz",
    };
    format!("(${number}::text::{cast})")
}

/// The letters, digits and underscores that `text` begins with.
fn word(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len());
    &text[..end]
}

/// The length of a quotation with its quotes; a doubled quote is one within, and so is one behind a backslash after `E`.
fn quotation(text: &str, quote: char) -> Result<usize, StatementFault> {
    let mut rest = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = rest.next() {
        if character != quote {
            continue;
        }
        if rest.peek().is_some_and(|(_, next)| *next == quote) {
            rest.next();
            continue;
        }
        return Ok(at + quote.len_utf8());
    }
    Err(StatementFault::Unclosed)
}

/// The length of a comment, which may hold further comments (PostgreSQL) or not (SQLite); both end in `*/`.
fn comment(text: &str) -> Result<usize, StatementFault> {
    text.find("*/").map(|at| at + 2).ok_or(StatementFault::Unclosed)
}

/// The length of `$tag$ … $tag$`; of a dollar sign that begins none, one.
fn dollar_quotation(text: &str) -> Result<usize, StatementFault> {
    let name = word(&text[1..]);
    let Some(tag) = text.get(..name.len() + 2).filter(|tag| tag.ends_with('$')) else { return Ok(1) };
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return Ok(1);
    }
    text[tag.len()..].find(tag).map(|at| tag.len() + at + tag.len()).ok_or(StatementFault::Unclosed)
}

/// Whether nothing stands in `text` but white space and comments.
fn only_comments(text: &str) -> bool {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            match comment(rest) {
                Ok(length) => length,
                Err(_) => return false,
            }
        } else {
            return false;
        };
        rest = rest[length..].trim_start();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(pairs: &[(&str, &str)]) -> BTreeMap<String, FieldShape> {
        pairs.iter().map(|(name, kind)| ((*name).to_owned(), FieldShape::parse(kind).unwrap())).collect()
    }

    fn numbered(dialect: Dialect, text: &str, pairs: &[(&str, &str)]) -> (String, Vec<String>) {
        Statement::parse(text).unwrap().numbered(dialect, &args(pairs), |_| false)
    }

    #[test]
    fn named_parameters_become_numbered_places() {
        let declared = [("number", "text"), ("day", "date"), ("total", "money"), ("count", "number")];
        let text = "select * from o where n = :number and d >= :day and (t > :total or n = :number) limit :count";
        let (sqlite, names) = numbered(Dialect::Sqlite, text, &declared);
        assert_eq!(sqlite, "select * from o where n = ?1 and d >= ?2 and (t > ?3 or n = ?1) limit ?4");
        assert_eq!(names, ["number", "day", "total", "count"]);
        let (postgres, _) = numbered(Dialect::Postgres, text, &declared);
        assert_eq!(
            postgres,
            "select * from o where n = $1 and d >= ($2::text::date) and (t > ($3::text::numeric) or n = $1) limit $4::int8"
        );
    }

    #[test]
    fn quotations_comments_and_casts_hold_no_parameters() {
        for text in [
            "select ':a', ':b '' :c', \":d\", `:e` from o",
            "select x::text, y[1:2], z[: 3] from o -- where n = :number\n where true",
            "select /* :a */ 1",
            "select $$ :a $$, $tag$ :b $$ :c $tag$",
            "select '张三:李四', x from 表",
        ] {
            let (same, names) = numbered(Dialect::Postgres, text, &[]);
            assert_eq!(same, text);
            assert!(names.is_empty(), "{text}: {names:?}");
        }
        let (text, names) = numbered(Dialect::Postgres, "select :id::uuid, 'it''s'::text", &[("id", "text")]);
        assert_eq!((text.as_str(), names.len()), ("select $1::uuid, 'it''s'::text", 1));
    }

    #[test]
    fn one_statement_and_no_more() {
        assert!(Statement::parse("select 1;").is_ok());
        assert!(Statement::parse("select 1; -- that is all\n /* really */ ").is_ok());
        assert_eq!(Statement::parse("select 1; drop table o"), Err(StatementFault::Several));
        assert_eq!(Statement::parse(" -- nothing"), Err(StatementFault::Empty));
        for unclosed in ["select 'a", "select /* a", "select $a$ b", "select \"a"] {
            assert_eq!(Statement::parse(unclosed), Err(StatementFault::Unclosed), "{unclosed}");
        }
    }

    #[test]
    fn the_first_word_says_whether_it_reads() {
        for (text, access) in [
            ("-- orders\n SELECT 1", Access::Reads),
            ("with a as (select 1) select * from a", Access::Reads),
            ("insert into o values (1)", Access::Writes),
            ("update o set a = 1", Access::Writes),
            ("call refund(1)", Access::Writes),
        ] {
            assert_eq!(Statement::parse(text).unwrap().access(), access, "{text}");
        }
    }

    #[test]
    fn parameters_are_those_that_are_declared() {
        let statement = Statement::parse("select 1 where a = :a and b = :b").unwrap();
        assert_eq!(statement.check(&args(&[("a", "text"), ("b", "text")]), Access::Reads), Ok(()));
        let unknown = statement.check(&args(&[("a", "text")]), Access::Reads).unwrap_err();
        assert!(unknown.to_string().contains("the parameter :b is not among `args`"), "{unknown}");
        let unused = statement.check(&args(&[("a", "text"), ("b", "text"), ("c", "text")]), Access::Reads);
        assert_eq!(unused, Err(StatementFault::Unused("c".to_owned())));
        let keyed = Statement::parse("insert into o values (:idempotency_key)").unwrap();
        assert_eq!(keyed.check(&args(&[]), Access::Writes), Ok(()));
        assert_eq!(keyed.check(&args(&[]), Access::Reads), Err(StatementFault::KeyOfRead));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_loses_nothing(text in "[a-z:'\"$;/*\\- \n表]{0,40}") {
            if let Ok(statement) = Statement::parse(&text) {
                let (numbered, names) = statement.numbered(Dialect::Sqlite, &BTreeMap::new(), |_| false);
                if names.is_empty() {
                    let whole = text.trim();
                    proptest::prop_assert!(whole.starts_with(numbered.as_str()), "{whole:?} became {numbered:?}");
                }
            }
        }
    }
}
