//! What English words mean in numbers, amounts, days and times.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Fortnight,
    Month,
    Year,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `a.m.`
    Am,
    /// `p.m.`
    Pm,
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// A unit of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coin {
    Dollar,
    Pound,
    Euro,
    Yuan,
    Yen,
    /// The hundredth of a dollar or a euro.
    Cent,
    /// The hundredth of a pound.
    Penny,
    /// A tenth of a yuan.
    Jiao,
    /// The hundredth of a yuan.
    Fen,
}

/// What a word means where a value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    Unknown,
    /// A sound that means nothing.
    Filler,
    /// `zero` to `nineteen`.
    Small(u8),
    /// `twenty` to `ninety`.
    Tens(u8),
    /// `first`, `third` … `nineteenth`, `twentieth`, `thirtieth`.
    Ordinal(u8),
    /// `second`: the ordinal, or the sixtieth part of a minute.
    Second,
    /// `st`, `nd`, `rd`, `th` behind figures.
    Suffix,
    Hundred,
    Thousand,
    Million,
    Billion,
    /// `k` behind figures.
    Kilo,
    /// `oh` for zero.
    Oh,
    /// A word that sounds like a number: `too`, `for`, `won`.
    Sounds(u8),
    /// `to`: sounds like two, and stands in "ten to five".
    To,
    And,
    A,
    The,
    Of,
    In,
    On,
    At,
    Half,
    Quarter,
    Dozen,
    Couple,
    Point,
    Minus,
    Month(u8),
    /// From Monday, 0.
    Weekday(u8),
    Today,
    Tonight,
    Tomorrow,
    Yesterday,
    Unit(Unit),
    Part(Part),
    Noon,
    Midnight,
    Clock,
    This,
    Next,
    Last,
    Past,
    Before,
    After,
    Ago,
    From,
    Now,
    Time,
    Coin(Coin),
    /// `fiver`, `tenner`, `grand`: a unit of money that is an amount by itself.
    Note(u16),
}

/// Looks a word up, in lower case and without apostrophes.
pub fn sense_of(word: &str) -> Sense {
    if word.len() > LONGEST { Sense::Unknown } else { TABLE.get(word).copied().unwrap_or(Sense::Unknown) }
}

/// The longest word that is known, in bytes.
const LONGEST: usize = 11;

static TABLE: LazyLock<HashMap<&'static str, Sense, BuildHasherDefault<WordHasher>>> =
    LazyLock::new(|| WORDS.iter().copied().collect());

/// FNV-1a: quick for words of a few letters, and these come from our own table.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

use Sense::*;

#[rustfmt::skip]
const WORDS: &[(&str, Sense)] = &[
    ("zero", Small(0)), ("nought", Small(0)), ("naught", Small(0)), ("nil", Small(0)), ("none", Small(0)), ("one", Small(1)),
    ("two", Small(2)), ("three", Small(3)), ("four", Small(4)), ("five", Small(5)), ("six", Small(6)),
    ("seven", Small(7)), ("eight", Small(8)), ("nine", Small(9)), ("niner", Small(9)), ("ten", Small(10)),
    ("eleven", Small(11)), ("twelve", Small(12)), ("thirteen", Small(13)), ("fourteen", Small(14)),
    ("fifteen", Small(15)), ("sixteen", Small(16)), ("seventeen", Small(17)), ("eighteen", Small(18)),
    ("nineteen", Small(19)), ("twenty", Tens(20)), ("thirty", Tens(30)), ("forty", Tens(40)), ("fourty", Tens(40)),
    ("fifty", Tens(50)), ("sixty", Tens(60)), ("seventy", Tens(70)), ("eighty", Tens(80)), ("ninety", Tens(90)),
    ("first", Ordinal(1)), ("fist", Ordinal(1)), ("third", Ordinal(3)), ("fourth", Ordinal(4)), ("forth", Ordinal(4)),
    ("fifth", Ordinal(5)), ("sixth", Ordinal(6)), ("seventh", Ordinal(7)), ("eighth", Ordinal(8)),
    ("ninth", Ordinal(9)), ("tenth", Ordinal(10)), ("eleventh", Ordinal(11)), ("twelfth", Ordinal(12)),
    ("twelveth", Ordinal(12)), ("thirteenth", Ordinal(13)), ("fourteenth", Ordinal(14)), ("fifteenth", Ordinal(15)),
    ("sixteenth", Ordinal(16)), ("seventeenth", Ordinal(17)), ("eighteenth", Ordinal(18)),
    ("nineteenth", Ordinal(19)), ("twentieth", Ordinal(20)), ("thirtieth", Ordinal(30)), ("second", Second),
    ("st", Suffix), ("nd", Suffix), ("rd", Suffix), ("th", Suffix), ("hundred", Hundred), ("hundreds", Hundred),
    ("thousand", Thousand), ("thousands", Thousand), ("million", Million), ("billion", Billion), ("k", Kilo),
    ("oh", Oh), ("o", Oh), ("too", Sounds(2)), ("tu", Sounds(2)), ("won", Sounds(1)), ("wun", Sounds(1)),
    ("for", Sounds(4)), ("fore", Sounds(4)), ("ate", Sounds(8)), ("free", Sounds(3)), ("tree", Sounds(3)),
    ("sex", Sounds(6)), ("to", To), ("and", And), ("a", A), ("an", A), ("the", The), ("of", Of), ("in", In),
    ("on", On), ("at", At), ("half", Half), ("quarter", Quarter), ("quarters", Quarter), ("dozen", Dozen),
    ("dozens", Dozen), ("couple", Couple), ("pair", Couple), ("point", Point), ("dot", Point), ("minus", Minus),
    ("negative", Minus), ("january", Month(1)), ("jan", Month(1)), ("february", Month(2)), ("feb", Month(2)),
    ("march", Month(3)), ("mar", Month(3)), ("april", Month(4)), ("apr", Month(4)), ("may", Month(5)),
    ("june", Month(6)), ("jun", Month(6)), ("july", Month(7)), ("jul", Month(7)), ("august", Month(8)),
    ("aug", Month(8)), ("september", Month(9)), ("sept", Month(9)), ("sep", Month(9)), ("october", Month(10)),
    ("oct", Month(10)), ("november", Month(11)), ("nov", Month(11)), ("december", Month(12)), ("dec", Month(12)),
    ("monday", Weekday(0)), ("mondays", Weekday(0)), ("mon", Weekday(0)), ("tuesday", Weekday(1)),
    ("tuesdays", Weekday(1)), ("tues", Weekday(1)), ("tue", Weekday(1)), ("wednesday", Weekday(2)),
    ("wednesdays", Weekday(2)), ("wensday", Weekday(2)), ("weds", Weekday(2)), ("wed", Weekday(2)),
    ("thursday", Weekday(3)), ("thursdays", Weekday(3)), ("thurs", Weekday(3)), ("thur", Weekday(3)),
    ("thu", Weekday(3)), ("friday", Weekday(4)), ("fridays", Weekday(4)), ("fri", Weekday(4)),
    ("saturday", Weekday(5)), ("saturdays", Weekday(5)), ("sunday", Weekday(6)), ("sundays", Weekday(6)),
    ("today", Today), ("tonight", Tonight), ("tomorrow", Tomorrow), ("tomorrows", Tomorrow), ("tommorow", Tomorrow),
    ("yesterday", Yesterday), ("seconds", Unit(self::Unit::Second)), ("sec", Unit(self::Unit::Second)),
    ("secs", Unit(self::Unit::Second)), ("minute", Unit(self::Unit::Minute)), ("minutes", Unit(self::Unit::Minute)),
    ("min", Unit(self::Unit::Minute)), ("mins", Unit(self::Unit::Minute)), ("hour", Unit(self::Unit::Hour)),
    ("hours", Unit(self::Unit::Hour)), ("hr", Unit(self::Unit::Hour)), ("hrs", Unit(self::Unit::Hour)),
    ("day", Unit(self::Unit::Day)), ("days", Unit(self::Unit::Day)), ("nights", Unit(self::Unit::Day)),
    ("week", Unit(self::Unit::Week)), ("weeks", Unit(self::Unit::Week)), ("wk", Unit(self::Unit::Week)),
    ("fortnight", Unit(self::Unit::Fortnight)), ("fortnights", Unit(self::Unit::Fortnight)),
    ("month", Unit(self::Unit::Month)), ("months", Unit(self::Unit::Month)), ("year", Unit(self::Unit::Year)),
    ("years", Unit(self::Unit::Year)), ("am", Part(self::Part::Am)), ("pm", Part(self::Part::Pm)),
    ("morning", Part(self::Part::Morning)), ("mornings", Part(self::Part::Morning)),
    ("afternoon", Part(self::Part::Afternoon)), ("evening", Part(self::Part::Evening)),
    ("night", Part(self::Part::Night)), ("noon", Noon), ("midday", Noon), ("noontime", Noon),
    ("midnight", Midnight), ("oclock", Clock), ("clock", Clock), ("this", This), ("coming", This), ("next", Next),
    ("following", Next), ("last", Last), ("previous", Last), ("past", Past), ("after", After), ("before", Before),
    ("til", Before), ("till", Before), ("ago", Ago), ("from", From), ("now", Now), ("time", Time),
    ("dollar", Coin(self::Coin::Dollar)), ("dollars", Coin(self::Coin::Dollar)), ("buck", Coin(self::Coin::Dollar)),
    ("bucks", Coin(self::Coin::Dollar)), ("usd", Coin(self::Coin::Dollar)), ("pound", Coin(self::Coin::Pound)),
    ("pounds", Coin(self::Coin::Pound)), ("quid", Coin(self::Coin::Pound)), ("gbp", Coin(self::Coin::Pound)),
    ("sterling", Coin(self::Coin::Pound)), ("euro", Coin(self::Coin::Euro)), ("euros", Coin(self::Coin::Euro)),
    ("eur", Coin(self::Coin::Euro)), ("yuan", Coin(self::Coin::Yuan)), ("kuai", Coin(self::Coin::Yuan)),
    ("rmb", Coin(self::Coin::Yuan)), ("cny", Coin(self::Coin::Yuan)), ("renminbi", Coin(self::Coin::Yuan)),
    ("yen", Coin(self::Coin::Yen)), ("jpy", Coin(self::Coin::Yen)), ("cent", Coin(self::Coin::Cent)),
    ("cents", Coin(self::Coin::Cent)), ("penny", Coin(self::Coin::Penny)), ("pennies", Coin(self::Coin::Penny)),
    ("pence", Coin(self::Coin::Penny)), ("p", Coin(self::Coin::Penny)), ("jiao", Coin(self::Coin::Jiao)),
    ("mao", Coin(self::Coin::Jiao)), ("fen", Coin(self::Coin::Fen)), ("fiver", Note(5)), ("tenner", Note(10)),
    ("grand", Note(1000)), ("uh", Filler), ("um", Filler), ("umm", Filler), ("uhm", Filler), ("uhh", Filler),
    ("er", Filler), ("err", Filler), ("erm", Filler), ("ah", Filler), ("eh", Filler), ("hmm", Filler),
    ("hm", Filler), ("mm", Filler), ("mmm", Filler), ("huh", Filler),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_once() {
        assert!(WORDS.iter().all(|(word, sense)| sense_of(word) == *sense), "a word stands in the table twice");
        assert!(WORDS.iter().all(|(word, _)| word.len() <= LONGEST));
        assert_eq!(sense_of("kettle"), Unknown);
    }
}
