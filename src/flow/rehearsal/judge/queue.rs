//! What a person who is waited for is to be told, and how urgently.

use super::super::documents::Expectation;
use super::super::happening::What;
use super::{Course, Difference, listed};

impl Course {
    pub(super) fn of_queue(&self, expectation: &Expectation) -> Result<(), Difference> {
        let Some(queue) = &self.queue else {
            let expected = format!("a {} of the queue", expectation.key());
            return Err(Difference { expected, got: "no queue was joined".to_owned() });
        };
        let class = self.happened.iter().rev().find_map(|one| match one.what {
            What::ClassChanged { class } => Some(class),
            What::Queued(_) => Some(queue.class),
            _ => None,
        });
        let (holds, expected, got) = match expectation {
            Expectation::Class(wanted) => {
                (class == Some(*wanted), format!("class {wanted}"), format!("class {}", class.unwrap_or(queue.class)))
            }
            Expectation::Skill(wanted) => {
                (queue.skills.contains(wanted), format!("skill {wanted}"), listed(&queue.skills, "no skills"))
            }
            Expectation::Reason(wanted) => {
                (queue.reason == *wanted, format!("reason {wanted}"), format!("reason {}", queue.reason))
            }
            _ => (true, String::new(), String::new()),
        };
        if holds { Ok(()) } else { Err(Difference { expected, got }) }
    }

    /// A fact of the brief of whatever the caller was handed to last, by its name in the flow or as it is spoken.
    pub(super) fn fact(&self, label: &str) -> Option<(String, String)> {
        let spoken = label.replace(['_', '.'], " ");
        let brief = self.happened.iter().rev().find_map(|one| match &one.what {
            What::Queued(queue) => Some(&queue.brief),
            What::Transferring(transfer) => Some(&transfer.brief),
            What::Callback(callback) => Some(&callback.brief),
            _ => None,
        })?;
        let fact = brief.iter().find(|fact| fact.label == label || fact.label == spoken)?;
        Some((fact.label.clone(), fact.value.clone()))
    }

    pub(super) fn brief_has(&self, label: &str, wanted: Option<&str>) -> Result<(), Difference> {
        let fact = self.fact(label);
        let expected = match wanted {
            None => format!("the brief has {label}"),
            Some(wanted) => format!("the brief has {label} = {wanted}"),
        };
        match (fact, wanted) {
            (Some(_), None) => Ok(()),
            (Some((_, value)), Some(wanted)) if value == wanted => Ok(()),
            (Some((_, value)), Some(_)) => Err(Difference { expected, got: format!("{label} = {value}") }),
            (None, _) => {
                let labels = self
                    .queue
                    .as_ref()
                    .map(|queue| queue.brief.iter().map(|fact| fact.label.as_str()).collect::<Vec<&str>>());
                let got =
                    labels.map_or_else(|| "there is no brief".to_owned(), |labels| listed(&labels, "it is empty"));
                Err(Difference { expected, got })
            }
        }
    }
}
