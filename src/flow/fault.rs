//! What is wrong with a bundle, where, and how to mend it.

use std::path::PathBuf;

use serde::Serialize;

/// How bad a [`Fault`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The bundle cannot run: `warmline check` exits 1 and `warmline serve` refuses it.
    Error,
    /// The bundle runs, but a caller or a designer may be surprised: `warmline check` exits 0.
    Warning,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One finding of the loader or the lint. Faults sort by place, so that a list reads like the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// The file, as it was named to the loader.
    pub file: PathBuf,
    /// Line, counted from 1; 0 when the fault belongs to the bundle and no line can be named.
    pub line: u32,
    /// Column in characters, counted from 1; 0 together with `line`.
    pub column: u32,
    /// A stable name of the kind of fault, for example `unknown-key`.
    pub code: &'static str,
    /// Whether the bundle can run with it.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub what: String,
    /// How to mend it: lower case, no full stop.
    pub mend: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, line, column, code, what, mend, .. } = self;
        write!(formatter, "{}:{line}:{column}: {code}: {what}; {mend}", file.display())
    }
}

/// Why a bundle was not loaded: every fault found, errors and warnings, sorted by place.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", list(.faults))]
pub struct LoadFailure {
    /// At least one of them is an error.
    pub faults: Vec<Fault>,
}

fn list(faults: &[Fault]) -> String {
    let errors = faults.iter().filter(|fault| fault.severity == Severity::Error);
    errors.map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// The findings of a check as `warmline check --json` prints them: an object with `faults` (the list, sorted by
/// place), `errors` and `warnings` (how many of each).
pub fn check_report_json(faults: &[Fault]) -> serde_json::Value {
    let mut sorted = faults.to_vec();
    sorted.sort();
    let errors = sorted.iter().filter(|fault| fault.severity == Severity::Error).count();
    serde_json::json!({ "errors": errors, "warnings": sorted.len() - errors, "faults": sorted })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(line: u32, severity: Severity) -> Fault {
        Fault {
            file: PathBuf::from("shop/orders.yaml"),
            line,
            column: 5,
            code: "unknown-key",
            severity,
            what: "unknown key `promt`".to_owned(),
            mend: "did you mean `prompt`?".to_owned(),
        }
    }

    #[test]
    fn prints_as_editors_expect_it() {
        assert_eq!(
            fault(7, Severity::Error).to_string(),
            "shop/orders.yaml:7:5: unknown-key: unknown key `promt`; did you mean `prompt`?"
        );
    }

    #[test]
    fn the_json_report_counts_and_sorts() {
        let report = check_report_json(&[fault(9, Severity::Warning), fault(7, Severity::Error)]);
        assert_eq!(report["errors"], 1);
        assert_eq!(report["warnings"], 1);
        assert_eq!(report["faults"][0]["line"], 7);
        assert_eq!(report["faults"][0]["severity"], "error");
        assert_eq!(report["faults"][0]["file"], "shop/orders.yaml");
    }
}
