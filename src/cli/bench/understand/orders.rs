//! Orders of drinks, spoken: what is wanted, and of what kind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use serde::Deserialize;

use super::sentences::rows;
use crate::audio::wav;
use crate::cli::bench::line::telephone_band;
use crate::hear::{LanguageChoice, Priority, Recogniser, RecogniserSettings, Request};
use crate::words::{ACCEPT, ChoiceOption, Expected, Heard, Language, Named, Template, TemplateIndex, WordList};

const MENU: &str = include_str!("../../../../benches/understand/drinks.tsv");
const TEMPLATES: &str = include_str!("../../../../benches/understand/drinks.templates.tsv");
/// What the recordings are labelled with.
const WANTED: &str = "order";
/// The list of the templates: every drink of the menu.
const DRINKS: &str = "drink";
const DRINK_SLOT: &str = "coffeeDrink";
/// From this score on a name counts as heard.
const NAMED: f32 = 0.55;
/// How much of something: the labels have it before the thing itself.
const AMOUNTS: [&str; 7] = ["a little bit of ", "a bit of ", "a lot of ", "lots of ", "a little ", "some ", "a "];

/// What came of the orders.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrdersReport {
    /// Recordings.
    pub recordings: usize,
    /// Known for an order.
    pub intents: usize,
    /// Slots the labels have.
    pub slots: usize,
    /// Of those, filled with the value labelled.
    pub slots_right: usize,
    /// Filled with another value, or filled though the label has none.
    pub slots_wrong: usize,
    /// Recordings with every slot right and none too many.
    pub orders_right: usize,
}

#[derive(Deserialize)]
struct Line {
    audio: String,
    kind: String,
    #[serde(default)]
    slots: BTreeMap<String, String>,
}

/// The menu: a list of names a slot, and what a caller may want.
struct Shop {
    lists: Vec<(String, Arc<WordList>)>,
    index: TemplateIndex<String>,
}

impl Shop {
    fn open() -> anyhow::Result<Self> {
        let mut options: Vec<(String, Vec<ChoiceOption>)> = Vec::new();
        for row in rows(MENU) {
            let [slot, value, ways] = row[..] else { anyhow::bail!("{row:?} is nothing on the menu") };
            let said = ways.split(';').map(Template::parse).collect::<Result<Vec<Template>, _>>()?;
            let option = ChoiceOption { value: value.to_owned(), said: BTreeMap::from([(Language::EN, said)]) };
            match options.iter_mut().find(|(known, _)| known == slot) {
                Some((_, options)) => options.push(option),
                None => options.push((slot.to_owned(), vec![option])),
            }
        }
        let lists: Vec<(String, Arc<WordList>)> =
            options.into_iter().map(|(slot, options)| (slot.clone(), Arc::new(WordList::new(slot, options)))).collect();
        let drinks = lists.iter().find(|(slot, _)| slot == DRINK_SLOT).map(|(_, list)| list.options().to_vec());
        let drinks = Arc::new(WordList::new(DRINKS, drinks.unwrap_or_default()));
        let named = BTreeMap::from([(DRINKS.to_owned(), drinks)]);
        let mut templates = Vec::new();
        for row in rows(TEMPLATES) {
            let [intent, text] = row[..] else { anyhow::bail!("{row:?} is no intent and template") };
            templates.push((intent.to_owned(), Template::parse_with(text, &named)?));
        }
        Ok(Self { lists, index: TemplateIndex::new(templates) })
    }

    fn wants(&self, heard: &Heard) -> Option<String> {
        self.index.rank(heard).into_iter().next().filter(|best| best.found.score >= ACCEPT).map(|best| best.id)
    }

    /// The slots that an utterance fills: the longest names win, so that "medium roast" is no size.
    fn slots(&self, heard: &Heard) -> BTreeMap<&str, String> {
        let mut named: Vec<(&str, Named)> = Vec::new();
        for (slot, list) in &self.lists {
            named.extend(
                list.named(heard).into_iter().filter(|name| name.score >= NAMED).map(|name| (slot.as_str(), name)),
            );
        }
        named.sort_by(|(_, left), (_, right)| {
            right.words.len().cmp(&left.words.len()).then(right.score.total_cmp(&left.score))
        });
        let mut taken: Vec<(&str, Named)> = Vec::new();
        for (slot, name) in named {
            let overlaps =
                |(_, other): &(&str, Named)| name.words.start < other.words.end && other.words.start < name.words.end;
            if !taken.iter().any(overlaps) && !taken.iter().any(|(other, _)| *other == slot) {
                taken.push((slot, name));
            }
        }
        taken.into_iter().map(|(slot, name)| (slot, name.value)).collect()
    }
}

/// The thing itself: "a lot of skim milk" is skim milk. How much is not measured.
fn thing(label: &str) -> &str {
    let label = label.trim();
    AMOUNTS.iter().find_map(|amount| label.strip_prefix(amount)).unwrap_or(label)
}

/// Recognises every labelled request below `folder` and tells of each that was not understood.
///
/// # Errors
/// When the manifest, a recording or the model cannot be read.
pub async fn bench_orders(folder: &Path, model: PathBuf, tell: &mut dyn FnMut(&str)) -> anyhow::Result<OrdersReport> {
    let shop = Shop::open()?;
    let recogniser = Recogniser::start(&RecogniserSettings { workers: 1, ..RecogniserSettings::new(model) })?;
    let manifest = folder.join("manifest.jsonl");
    let lines = std::fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut report = OrdersReport::default();
    for (index, line) in lines.lines().enumerate() {
        let place = || format!("{}:{}", manifest.display(), index + 1);
        let line: Line = serde_json::from_str(line).with_context(place)?;
        if line.kind != "request" {
            continue;
        }
        let sound = telephone_band(&wav::read(folder.join(&line.audio))?.sound)?;
        let language = LanguageChoice::Fixed(Language::EN);
        let request = Request { sound, language, expected: Expected::anything(), class: Priority::Bot };
        let text = recogniser.recognise(request).await?.text;
        report.count(&shop, &text, &line, tell);
    }
    Ok(report)
}

impl OrdersReport {
    fn count(&mut self, shop: &Shop, text: &str, line: &Line, tell: &mut dyn FnMut(&str)) {
        let heard = Heard::new(text);
        let wants = shop.wants(&heard);
        let slots = shop.slots(&heard);
        self.recordings += 1;
        self.intents += usize::from(wants.as_deref() == Some(WANTED));
        let mut is_right = true;
        for (slot, label) in &line.slots {
            self.slots += 1;
            match slots.get(slot.as_str()) {
                Some(value) if value == thing(label) => self.slots_right += 1,
                found => {
                    self.slots_wrong += usize::from(found.is_some());
                    is_right = false;
                }
            }
        }
        let too_many = slots.keys().filter(|slot| !line.slots.contains_key(**slot)).count();
        self.slots_wrong += too_many;
        is_right &= too_many == 0;
        self.orders_right += usize::from(is_right);
        if !is_right || wants.as_deref() != Some(WANTED) {
            tell(&format!("  {} {wants:?} {slots:?} for {:?}: {text:?}", line.audio, line.slots));
        }
    }

    /// The figures as a table.
    pub fn markdown(&self) -> String {
        let share = |count: usize, of: usize| format!("{:.1} %", 100.0 * count as f64 / of.max(1) as f64);
        format!(
            "| recordings | known for an order | slots right | slots wrong or too many | orders right in every slot |\n\
             |---|---|---|---|---|\n| {} | {} | {} of {} | {} | {} |",
            self.recordings,
            share(self.intents, self.recordings),
            share(self.slots_right, self.slots),
            self.slots,
            share(self.slots_wrong, self.slots),
            share(self.orders_right, self.recordings),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_fills_its_slots_and_longer_names_win() {
        let shop = Shop::open().unwrap();
        let heard =
            Heard::new("Can I get a large iced coffee, medium roast with two shots and a little bit of skim milk?");
        assert_eq!(shop.wants(&heard).as_deref(), Some("order"));
        let slots = shop.slots(&heard);
        let expected = [
            ("coffeeDrink", "iced coffee"),
            ("milkAmount", "skim milk"),
            ("numberOfShots", "double shot"),
            ("roast", "medium roast"),
            ("size", "large"),
        ];
        assert_eq!(slots, expected.map(|(slot, value)| (slot, value.to_owned())).into());
        assert_eq!(shop.wants(&Heard::new("when do you open")).as_deref(), Some("hours"));
        assert_eq!(thing("a little bit of brown sugar"), "brown sugar");
    }
}
