//! Words that a saying must hold.

/// Words that a saying must hold, case and spaces aside. A `*` stands for whatever is said between two parts.
///
/// ```
/// use warmline::flow::rehearsal::Wording;
///
/// let wording = Wording::new("your order * is late");
/// assert!(wording.fits("I am sorry, your order A B, 1 2 3 4 is late."));
/// assert!(!wording.fits("Your order is here."));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Wording {
    written: String,
    parts: Vec<String>,
}

impl Wording {
    /// Reads what a designer wrote.
    pub fn new(text: &str) -> Self {
        let parts = text.split('*').map(tidy).filter(|part| !part.is_empty()).collect();
        Self { written: text.to_owned(), parts }
    }

    /// Whether a saying holds it.
    pub fn fits(&self, said: &str) -> bool {
        let said = tidy(said);
        let mut rest = said.as_str();
        for part in &self.parts {
            match rest.split_once(part.as_str()) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
        true
    }

    /// As the designer wrote it.
    pub fn written(&self) -> &str {
        &self.written
    }
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase()
}

/// What is said may be private.
impl std::fmt::Debug for Wording {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Wording({} characters)", self.written.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_fits_without_case_and_a_star_stands_for_anything() {
        let fits = |wording: &str, said: &str| Wording::new(wording).fits(said);
        assert!(fits("your ORDER  number", "What is your order number?"));
        assert!(!fits("your order numbers", "What is your order number?"));
        assert!(fits("订单号", "请说出您的订单号。"));
        assert!(fits("what * number", "What is your order number?"));
        assert!(!fits("number * what", "What is your order number?"));
        assert!(fits("", "anything"));
    }
}
