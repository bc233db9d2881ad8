//! From what is said of a day to the day.

use jiff::civil::Date;

use super::said::{Said, Week};

/// The days that `said` may be, each with how unlikely it is; none where the calendar has no such day.
pub fn dates(said: &Said, today: Date, is_past: bool) -> Vec<(Date, f32)> {
    if let Some(date) = said.fixed {
        return vec![(date, 0.0)];
    }
    if said.day.is_none() && !said.last_day {
        return match said.weekday {
            Some(weekday) => {
                let mut found = of_weekday(weekday, said.week, today, is_past);
                if let (true, Some((saturday, cost))) = (said.weekend, found.first().copied()) {
                    found.extend(days_from(saturday, 1).map(|sunday| (sunday, cost)));
                }
                found
            }
            None => Vec::new(),
        };
    }
    let mut found = of_month(said, today, is_past);
    if let (true, Some(day), Some(month)) = (said.either_order, said.day, said.month)
        && day != month
    {
        let turned = Said { day: Some(month), month: Some(day), either_order: false, ..*said };
        found.extend(of_month(&turned, today, is_past).into_iter().map(|(date, cost)| (date, cost + 0.02)));
    }
    if let Some(weekday) = said.weekday {
        found = on_weekday(said, found, weekday, today, is_past);
    }
    found
}

fn weekday_of(date: Date) -> i8 {
    date.weekday().to_monday_zero_offset()
}

/// `days` behind a date; `None` beyond the calendar.
pub fn days_from(date: Date, days: i64) -> Option<Date> {
    date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn of_weekday(weekday: i8, week: Week, today: Date, is_past: bool) -> Vec<(Date, f32)> {
    let here = weekday_of(today);
    let ahead = i64::from((weekday - here).rem_euclid(7));
    let in_week = |weeks: i64| i64::from(weekday - here) + 7 * weeks;
    let offsets: Vec<(i64, f32)> = match week {
        Week::Exactly(weeks) => vec![(in_week(weeks.into()), 0.0)],
        Week::Later(weeks) if weeks < 0 => {
            let latest = if ahead == 0 { 0 } else { ahead - 7 };
            vec![(latest + 7 * (i64::from(weeks) + i64::from(ahead != 0)), 0.0)]
        }
        Week::Later(weeks) => vec![(if ahead == 0 { 7 } else { ahead } + 7 * i64::from(weeks), 0.0)],
        Week::Unsaid if is_past => vec![(if ahead == 0 { -7 } else { ahead - 7 }, 0.0)],
        // "Monday", on a Monday.
        Week::Unsaid if ahead == 0 => vec![(7, 0.0), (0, 0.08)],
        Week::Unsaid => vec![(ahead, 0.0)],
        Week::This if ahead == 0 => vec![(0, 0.0), (7, 0.1)],
        // "This Monday" on a Friday: the coming one, or the one that has been.
        Week::This if in_week(0) < 0 => vec![(ahead, 0.0), (in_week(0), 0.1)],
        Week::This => vec![(ahead, 0.0)],
        Week::Next => {
            let next = in_week(1);
            let coming = if ahead == 0 { 7 } else { ahead };
            // On a Monday, "next Friday" is this week's for some; on a Sunday, "next Tuesday" is not tomorrow's week.
            if next != coming {
                vec![(next, 0.0), (coming, 0.08)]
            } else if next <= 2 {
                vec![(next, 0.0), (next + 7, 0.1)]
            } else {
                vec![(next, 0.0)]
            }
        }
        Week::Last => {
            let latest = if ahead == 0 { -7 } else { ahead - 7 };
            // "Last Monday" on a Friday: this week's, or the one of last week.
            if in_week(0) == latest { vec![(latest, 0.0), (latest - 7, 0.1)] } else { vec![(latest, 0.0)] }
        }
    };
    offsets.into_iter().filter_map(|(days, cost)| Some((days_from(today, days)?, cost))).collect()
}

/// The day in `month` of `year`; the last one for `None`.
fn day_in(year: i16, month: i8, day: Option<i8>) -> Option<Date> {
    let first = Date::new(year, month, 1).ok()?;
    match day {
        Some(day) => Date::new(year, month, day).ok(),
        None => Some(first.last_of_month()),
    }
}

fn of_month(said: &Said, today: Date, is_past: bool) -> Vec<(Date, f32)> {
    let shifted = |shift: i8| today.year().checked_add(i16::from(shift));
    let year = said.year.or_else(|| said.year_shift.and_then(shifted));
    if let Some(shift) = said.month_shift {
        let month = today.first_of_month().checked_add(jiff::Span::new().months(shift));
        let date = month.ok().and_then(|month| day_in(month.year(), month.month(), said.day));
        return date.map(|date| (date, 0.0)).into_iter().collect();
    }
    match (year, said.month) {
        (Some(year), Some(month)) => day_in(year, month, said.day).map(|date| (date, 0.0)).into_iter().collect(),
        (Some(_), None) => Vec::new(),
        (None, Some(month)) => {
            // Within eight years there is a 29th of February.
            let years: Vec<i16> = if is_past { (-8..=0).rev().collect() } else { (0..=8).collect() };
            let dates = years.iter().filter_map(|years| day_in(today.year() + years, month, said.day));
            let fits = |date: &Date| if is_past { *date <= today } else { *date >= today };
            let mut found: Vec<(Date, f32)> = dates.filter(fits).take(1).map(|date| (date, 0.0)).collect();
            if is_past {
                found.extend(
                    (0..=8)
                        .filter_map(|years| day_in(today.year() + years, month, said.day))
                        .find(|date| *date > today)
                        .map(|date| (date, 0.6)),
                );
            }
            found
        }
        (None, None) => {
            let months: Vec<i8> = if is_past { (-3..=0).rev().collect() } else { (0..=3).collect() };
            let first = today.first_of_month();
            let dates = months.iter().filter_map(|months| {
                let month = first.checked_add(jiff::Span::new().months(*months)).ok()?;
                day_in(month.year(), month.month(), said.day)
            });
            let fits = |date: &Date| if is_past { *date <= today } else { *date >= today };
            dates.filter(fits).take(1).map(|date| (date, 0.0)).collect()
        }
    }
}

/// "Tuesday the third": the next third that is a Tuesday. A weekday that does not fit a whole date leaves doubt.
fn on_weekday(said: &Said, found: Vec<(Date, f32)>, weekday: i8, today: Date, is_past: bool) -> Vec<(Date, f32)> {
    let fitting: Vec<(Date, f32)> = found.iter().copied().filter(|(date, _)| weekday_of(*date) == weekday).collect();
    if !fitting.is_empty() {
        return fitting;
    }
    if said.month.is_none() && said.month_shift.is_none() && said.year.is_none() && !said.last_day {
        let first = today.first_of_month();
        let months = if is_past { -12..=0 } else { 0..=12 };
        let mut dates: Vec<Date> = months
            .filter_map(|months: i8| {
                let month = first.checked_add(jiff::Span::new().months(months)).ok()?;
                day_in(month.year(), month.month(), said.day)
            })
            .filter(|date| weekday_of(*date) == weekday && if is_past { *date <= today } else { *date >= today })
            .collect();
        if is_past {
            dates.reverse();
        }
        if let Some(date) = dates.first() {
            return vec![(*date, 0.05)];
        }
    }
    found.into_iter().map(|(date, cost)| (date, cost + 0.5)).collect()
}
