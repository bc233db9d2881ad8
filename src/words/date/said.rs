//! What is said of a day.

use jiff::civil::Date;

/// Which week a weekday is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Week {
    /// Nothing is said: the next such day.
    #[default]
    Unsaid,
    /// "this Friday".
    This,
    /// "next Friday", which some mean by this week's.
    Next,
    /// "last Monday".
    Last,
    /// So many calendar weeks from now, without a doubt: 下周, "Tuesday next week".
    Exactly(i8),
    /// So many weeks behind the next such day: "Friday week".
    Later(i8),
}

/// The parts of a day, as far as they were said.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Said {
    /// The day itself: tomorrow, in two weeks, 2026-01-05.
    pub fixed: Option<Date>,
    /// The year.
    pub year: Option<i16>,
    /// So many years from this.
    pub year_shift: Option<i8>,
    /// The month, 1–12.
    pub month: Option<i8>,
    /// So many months from this.
    pub month_shift: Option<i8>,
    /// The day of the month.
    pub day: Option<i8>,
    /// The last day of the month.
    pub last_day: bool,
    /// The day of the week, from Monday, 0.
    pub weekday: Option<i8>,
    /// Its week.
    pub week: Week,
    /// Whether the day behind it may be meant as well: Saturday of "the weekend".
    pub weekend: bool,
    /// Whether day and month may be the other way round: 3/4.
    pub either_order: bool,
}

/// A part of what is said of a day, and the place behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    pub end: usize,
    pub said: Said,
    pub cost: f32,
}

impl Piece {
    pub fn sure(end: usize, said: Said) -> Self {
        Self { end, said, cost: 0.0 }
    }
}

impl Said {
    pub fn fixed(date: Date) -> Self {
        Self { fixed: Some(date), ..Self::default() }
    }

    pub fn day(day: u64) -> Option<Self> {
        let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
        Some(Self { day: Some(day), ..Self::default() })
    }

    pub fn month(month: u64) -> Option<Self> {
        let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        Some(Self { month: Some(month), ..Self::default() })
    }

    pub fn year(year: u64) -> Option<Self> {
        let year = i16::try_from(year).ok().filter(|year| (1900..2200).contains(year))?;
        Some(Self { year: Some(year), ..Self::default() })
    }

    /// A year of two figures: within the next twenty years or the last eighty.
    pub fn short_year(value: u64, today: Date) -> Option<Self> {
        let value = i16::try_from(value).ok().filter(|value| (0..100).contains(value))?;
        let century = today.year() / 100 * 100;
        let year = if century + value > today.year() + 20 { century - 100 + value } else { century + value };
        Some(Self { year: Some(year), ..Self::default() })
    }

    /// Both together; `None` when they say different things of the same.
    pub fn with(&self, other: &Self) -> Option<Self> {
        let has_day = |said: &Self| said.day.is_some() || said.last_day;
        let has_month = |said: &Self| said.month.is_some() || said.month_shift.is_some();
        let has_year = |said: &Self| said.year.is_some() || said.year_shift.is_some();
        let clash = self.fixed.is_some()
            || other.fixed.is_some()
            || has_day(self) && has_day(other)
            || has_month(self) && has_month(other)
            || has_year(self) && has_year(other)
            || self.weekday.is_some() && other.weekday.is_some()
            || self.week != Week::Unsaid && other.week != Week::Unsaid;
        if clash {
            return None;
        }
        Some(Self {
            fixed: None,
            year: self.year.or(other.year),
            year_shift: self.year_shift.or(other.year_shift),
            month: self.month.or(other.month),
            month_shift: self.month_shift.or(other.month_shift),
            day: self.day.or(other.day),
            last_day: self.last_day || other.last_day,
            weekday: self.weekday.or(other.weekday),
            week: if self.week == Week::Unsaid { other.week } else { self.week },
            weekend: self.weekend || other.weekend,
            either_order: self.either_order || other.either_order,
        })
    }

    /// Whether it names a day, rather than a month, a year or a week.
    pub fn is_day(&self) -> bool {
        let has_month = self.month.is_some() || self.month_shift.is_some();
        self.fixed.is_some() || self.day.is_some() || self.weekday.is_some() || self.last_day && has_month
    }

    /// Whether nothing is said but the day of the month.
    pub fn is_only_a_day(&self) -> bool {
        *self == Self { day: self.day, ..Self::default() }
    }

    /// With what is missing taken from what was said before, so far as people leave it out in a correction.
    pub fn completed_by(&self, before: &Self) -> Self {
        if self.fixed.is_some() || before.fixed.is_some() {
            return *self;
        }
        let mut whole = *self;
        let has_month = self.month.is_some() || self.month_shift.is_some();
        if self.day.is_some() && !has_month && self.weekday.is_none() {
            (whole.month, whole.month_shift) = (before.month, before.month_shift);
        }
        if has_month && self.day.is_none() && self.weekday.is_none() {
            (whole.day, whole.last_day) = (before.day, self.last_day || before.last_day);
        }
        let is_year_alone = *self == Self { year: self.year, year_shift: self.year_shift, ..Self::default() };
        if is_year_alone {
            (whole.day, whole.month) = (before.day, before.month);
        }
        if self.year.is_none() && self.year_shift.is_none() && self.weekday.is_none() {
            (whole.year, whole.year_shift) = (before.year, before.year_shift);
        }
        if self.weekday.is_some() && self.week == Week::Unsaid && self.day.is_none() {
            whole.week = before.week;
        }
        whole
    }
}
