//! Which bundle answers which number. A new version takes the place of an old one for calls that begin after it; a
//! call that has begun holds its bundle to its end.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::flow::Bundle;
use crate::words::Language;

/// What answers a call.
#[derive(Debug)]
pub struct Answering {
    /// The flows.
    pub bundle: Arc<Bundle>,
    /// The bundle's languages that there are voices for, in the bundle's order; never empty.
    pub languages: Vec<Language>,
}

/// The bundles that calls begin with.
#[derive(Debug)]
pub struct Shelf {
    /// The alias of calls to every number that has none of its own.
    usual: String,
    /// The alias of each number, in its normal form.
    numbers: BTreeMap<String, String>,
    bundles: RwLock<Bundles>,
}

#[derive(Debug)]
struct Bundles {
    usual: Arc<Answering>,
    /// By alias.
    others: BTreeMap<String, Arc<Answering>>,
}

impl Shelf {
    /// One bundle for every call.
    pub fn of_one(answering: Answering) -> Self {
        Self::new((answering.bundle.name().to_owned(), answering), [], [])
    }

    /// `usual` and `others` by alias; `numbers` as they are dialled, each with its alias. A number whose alias has no
    /// bundle is answered as every other number.
    pub fn new(
        usual: (String, Answering),
        others: impl IntoIterator<Item = (String, Answering)>,
        numbers: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let numbers = numbers.into_iter().map(|(number, alias)| (normal(&number), alias)).collect();
        let others = others.into_iter().map(|(alias, answering)| (alias, Arc::new(answering)));
        let bundles = Bundles { usual: Arc::new(usual.1), others: others.collect() };
        Self { usual: usual.0, numbers, bundles: RwLock::new(bundles) }
    }

    /// The bundle that answers a call to `dialled`.
    pub fn answering(&self, dialled: Option<&str>) -> Arc<Answering> {
        let alias = dialled.and_then(|dialled| self.numbers.get(&normal(dialled)));
        let bundles = self.bundles.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(alias.and_then(|alias| bundles.others.get(alias)).unwrap_or(&bundles.usual))
    }

    /// The bundle that answers every number without an alias of its own.
    pub fn usual(&self) -> Arc<Answering> {
        self.answering(None)
    }

    /// Every alias with its bundle, the usual one first.
    pub fn bundles(&self) -> Vec<(String, Arc<Answering>)> {
        let bundles = self.bundles.read().unwrap_or_else(PoisonError::into_inner);
        let usual = (self.usual.clone(), Arc::clone(&bundles.usual));
        let others = bundles.others.iter().map(|(alias, bundle)| (alias.clone(), Arc::clone(bundle)));
        std::iter::once(usual).chain(others).collect()
    }

    /// Calls that begin from now on by way of `alias` begin with this.
    pub fn replace(&self, alias: &str, answering: Answering) {
        let answering = Arc::new(answering);
        let mut bundles = self.bundles.write().unwrap_or_else(PoisonError::into_inner);
        if alias == self.usual {
            bundles.usual = answering;
        } else {
            bundles.others.insert(alias.to_owned(), answering);
        }
    }
}

/// A number without the spaces, dots and brackets people write, `00` as `+`; an address such as `sip:shop@host` by its
/// user.
fn normal(dialled: &str) -> String {
    let user = dialled.trim().trim_start_matches("sip:").trim_start_matches("sips:").trim_start_matches("tel:");
    let user = user.split(['@', ';']).next().unwrap_or(user);
    let is_number = user.chars().all(|one| one.is_ascii_digit() || matches!(one, '+' | ' ' | '-' | '.' | '(' | ')'));
    if !is_number {
        return user.to_lowercase();
    }
    let digits: String = user.chars().filter(|one| one.is_ascii_digit() || *one == '+').collect();
    match digits.strip_prefix("00") {
        Some(international) => format!("+{international}"),
        None => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Operators, SourceFile, load_files};

    fn bundle(name: &str, greeting: &str) -> Answering {
        let text = format!(
            "bundle: {name}\nstart: hello\nlanguages: [en]\nhandover: hello\n---\nflow: hello\nsteps:\n  - say: {{ en: \"{greeting}\" }}\n  - end: call\n"
        );
        let file = SourceFile { path: "line.yaml".into(), text };
        let bundle = load_files(vec![file], &Operators::default()).unwrap().bundle;
        Answering { bundle, languages: vec![Language::EN] }
    }

    fn shelf() -> Shelf {
        Shelf::new(
            ("shop".to_owned(), bundle("shop", "The shop.")),
            [("bank".to_owned(), bundle("bank", "The bank."))],
            [("+44 20 1234 5678".to_owned(), "bank".to_owned()), ("help".to_owned(), "bank".to_owned())],
        )
    }

    #[test]
    fn a_number_is_answered_by_the_bundle_of_its_alias() {
        let shelf = shelf();
        for dialled in ["+442012345678", "00442012345678", "sip:+442012345678@example.org", "HELP"] {
            assert_eq!(shelf.answering(Some(dialled)).bundle.name(), "bank", "{dialled}");
        }
        for dialled in [None, Some("+441"), Some("warmline")] {
            assert_eq!(shelf.answering(dialled).bundle.name(), "shop", "{dialled:?}");
        }
    }

    #[test]
    fn a_call_keeps_the_bundle_it_began_with() {
        let shelf = shelf();
        let of_call = shelf.answering(None);
        let id = of_call.bundle.id().to_owned();
        shelf.replace("shop", bundle("shop", "The new shop."));
        assert_eq!(of_call.bundle.id(), id);
        assert_ne!(shelf.answering(None).bundle.id(), id);
        assert_eq!(shelf.answering(Some("help")).bundle.name(), "bank", "other aliases are left alone");
    }
}
