//! Opening hours of a queue.

use jiff::Zoned;
use jiff::civil::{Date, Time, Weekday};

/// When a queue is open, in the bundle's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The days it opens.
    pub days: Vec<Weekday>,
    /// When it opens.
    pub from: Time,
    /// When it closes; it is closed at this very time. Midnight means the end of the day.
    pub to: Time,
    /// Days on which it stays closed all the same.
    pub closed: Vec<Date>,
}

/// Opening hours that cannot be understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not a day of the week.
    #[error("{0:?} is not a day; write mon, tue, wed, thu, fri, sat or sun")]
    Day(String),
    /// Not a time of day.
    #[error("{0:?} is not a time of day; write it as 09:00")]
    Time(String),
    /// Not a date.
    #[error("{0:?} is not a date; write it as 2026-12-25")]
    Date(String),
    /// It would close before it opens.
    #[error(
        "it closes at {to} before it opens at {from}; for hours over midnight write two entries, or 00:00 for the end of the day"
    )]
    Backwards {
        /// When it opens.
        from: Time,
        /// When it closes.
        to: Time,
    },
}

impl Hours {
    /// Monday to Friday, 09:00 to 18:00: what `hours = "weekdays"` means unless the operator defines it.
    pub fn weekdays() -> Self {
        let days = vec![Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        Self { days, from: Time::constant(9, 0, 0, 0), to: Time::constant(18, 0, 0, 0), closed: Vec::new() }
    }

    /// Every day, all day: what `hours = "always"` means.
    pub fn always() -> Self {
        let days = vec![
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        Self { days, from: Time::midnight(), to: Time::midnight(), closed: Vec::new() }
    }

    /// Reads the operator's words.
    pub fn parse(days: &[String], from: &str, to: &str, closed: &[String]) -> Result<Self, HoursError> {
        let days = days.iter().map(|day| parse_day(day)).collect::<Result<_, _>>()?;
        let closed = closed
            .iter()
            .map(|date| date.parse::<Date>().map_err(|_| HoursError::Date(date.clone())))
            .collect::<Result<_, _>>()?;
        let time = |text: &str| text.parse::<Time>().map_err(|_| HoursError::Time(text.to_owned()));
        let (from, to) = (time(from)?, time(to)?);
        if to <= from && to != Time::midnight() {
            return Err(HoursError::Backwards { from, to });
        }
        Ok(Self { days, from, to, closed })
    }

    /// Whether it is open at `now`, which must be in the time zone the hours are meant in.
    pub fn open_at(&self, now: &Zoned) -> bool {
        let time = now.time();
        let before_close = self.to == Time::midnight() || time < self.to;
        self.days.contains(&now.weekday()) && !self.closed.contains(&now.date()) && time >= self.from && before_close
    }
}

fn parse_day(text: &str) -> Result<Weekday, HoursError> {
    match text.to_ascii_lowercase().as_str() {
        "mon" | "monday" => Ok(Weekday::Monday),
        "tue" | "tuesday" => Ok(Weekday::Tuesday),
        "wed" | "wednesday" => Ok(Weekday::Wednesday),
        "thu" | "thursday" => Ok(Weekday::Thursday),
        "fri" | "friday" => Ok(Weekday::Friday),
        "sat" | "saturday" => Ok(Weekday::Saturday),
        "sun" | "sunday" => Ok(Weekday::Sunday),
        _ => Err(HoursError::Day(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    #[test]
    fn opens_and_closes_on_the_minute() {
        let hours = Hours::weekdays();
        assert!(hours.open_at(&at("2026-11-20T09:00:00[Europe/London]")));
        assert!(!hours.open_at(&at("2026-11-20T08:59:59[Europe/London]")));
        assert!(!hours.open_at(&at("2026-11-20T18:00:00[Europe/London]")));
        assert!(!hours.open_at(&at("2026-11-21T12:00:00[Europe/London]")), "a Saturday");
        assert!(Hours::always().open_at(&at("2026-11-22T23:59:59[Europe/London]")));
    }

    #[test]
    fn a_holiday_is_closed() {
        let days = ["fri".to_owned()];
        let hours = Hours::parse(&days, "00:00", "00:00", &["2026-12-25".to_owned()]).unwrap();
        assert!(hours.open_at(&at("2026-12-18T12:00:00[Europe/London]")));
        assert!(!hours.open_at(&at("2026-12-25T12:00:00[Europe/London]")));
    }

    #[test]
    fn wrong_words_are_explained() {
        let days = ["fryday".to_owned()];
        assert_eq!(Hours::parse(&days, "09:00", "18:00", &[]), Err(HoursError::Day("fryday".to_owned())));
        let backwards = Hours::parse(&[], "18:00", "09:00", &[]).unwrap_err();
        assert!(backwards.to_string().contains("closes at"));
    }
}
