//! `warmline flows`: which versions of the flows there are, and which of them answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use similar::TextDiff;

use super::proof::prove;
use super::{Common, assemble, folder, runtime};
use crate::config::Config;
use crate::flow::{BundleContent, difference, load_dir};
use crate::record::versions::{Change, Entry, Versions, Who};

/// Publishes flows, and shows, compares and takes back what was published. A running server takes calls with the new
/// version from then on; calls that run keep theirs to their end.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline flows publish prompts/shop\n  warmline flows list\n  warmline flows diff shop prompts/shop\n  warmline flows rollback shop\n\nExit code 0: done, or nothing differs; 1: refused, and the old version still answers, or something differs; 2: could not run."
)]
pub(super) struct Flows {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: FlowsCommand,
}

#[derive(Debug, Subcommand)]
enum FlowsCommand {
    /// What was published: hash, alias, when, by whom, and how many calls ran on it
    List {
        /// One JSON object a version
        #[arg(long)]
        json: bool,
    },
    /// What differs between two versions, in words and file by file: aliases, hashes or folders
    Diff {
        /// The older: an alias, the beginning of a hash, or a folder
        old: String,
        /// The newer
        new: String,
        /// In words alone
        #[arg(long)]
        words: bool,
    },
    /// Lets a bundle answer from now on, if its check and its tests pass
    Publish {
        /// The folder of the bundle
        dir: PathBuf,
        /// The alias that numbers point to; without it the bundle's own name
        #[arg(long)]
        alias: Option<String>,
    },
    /// Lets an alias mean again what it meant before
    Rollback {
        /// The alias; needed where there are several
        alias: Option<String>,
    },
}

impl Flows {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut common = self.common.clone();
        if let FlowsCommand::Publish { dir, .. } = &self.command {
            folder::at_folder(&mut common, Some(dir))?;
        } else {
            folder::at_folder(&mut common, None)?;
        }
        let config = assemble::designers_config(&common)?;
        let versions = Versions::below(&config.data);
        match self.command {
            FlowsCommand::List { json } => list(&config, &versions, json),
            FlowsCommand::Diff { old, new, words } => diff(&config, &versions, &old, &new, words),
            FlowsCommand::Publish { dir, alias } => publish(&config, &versions, &dir, alias),
            FlowsCommand::Rollback { alias } => roll_back(&config, &versions, alias),
        }
    }
}

fn publish(config: &Config, versions: &Versions, dir: &Path, alias: Option<String>) -> anyhow::Result<ExitCode> {
    let dir = std::path::absolute(dir)?;
    let proven = match prove(&dir, config) {
        Ok(proven) => proven,
        Err(unproven) => {
            println!("{unproven}");
            println!("\n{} is not published, and what was published before still answers", dir.display());
            return Ok(ExitCode::FAILURE);
        }
    };
    for warning in &proven.warnings {
        println!("{warning}");
    }
    let content = BundleContent::read(&dir)?;
    anyhow::ensure!(
        content.id == proven.bundle.id(),
        "the files in {} changed while they were tested; publish again",
        dir.display()
    );
    let alias = alias.unwrap_or_else(|| proven.bundle.name().to_owned());
    let publication = versions.publish(&content, proven.bundle.name(), &alias, &who(&dir))?;
    let tests = if proven.tests == 1 { "1 test passed".to_owned() } else { format!("{} tests passed", proven.tests) };
    match publication.before {
        Some(before) if before == publication.bundle => {
            println!("{alias} is {before} already, and stays so; {tests}");
        }
        Some(before) => println!("{alias} is {} from now on, before it was {before}; {tests}", publication.bundle),
        None => println!("{alias} is {} from now on; {tests}", publication.bundle),
    }
    if proven.tests == 0 {
        println!("note: this bundle has no tests; `warmline simulate` can write some");
    }
    Ok(ExitCode::SUCCESS)
}

fn roll_back(config: &Config, versions: &Versions, alias: Option<String>) -> anyhow::Result<ExitCode> {
    let alias = match alias {
        Some(alias) => alias,
        None => match versions.aliases()?.as_slice() {
            [(only, _)] => only.clone(),
            [] => anyhow::bail!("nothing is published; `warmline flows publish DIR` does that"),
            several => {
                let names: Vec<&str> = several.iter().map(|(alias, _)| alias.as_str()).collect();
                anyhow::bail!("there are several aliases; say which of {} to roll back", names.join(", "));
            }
        },
    };
    // The settings may have changed since that version was published.
    let earlier = versions.earlier(&alias)?;
    if let Err(unproven) = prove(&versions.folder(&earlier), config) {
        println!("{unproven}");
        println!("\n{alias} is not rolled back: {earlier} does not fit the settings of today");
        return Ok(ExitCode::FAILURE);
    }
    let publication = versions.roll_back(&alias, &who(Path::new("")))?;
    println!("{alias} is {} again, before it was {}", publication.bundle, publication.before.unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

fn list(config: &Config, versions: &Versions, json: bool) -> anyhow::Result<ExitCode> {
    let calls = runtime()?.block_on(async {
        if !config.data.join("calls.sqlite").is_file() {
            return anyhow::Ok(BTreeMap::new());
        }
        let store = assemble::open_store(config).await?;
        Ok(store.calls_by_bundle().await?)
    })?;
    let lines = versions_of(&versions.history()?, &versions.aliases()?, &calls);
    if json {
        for line in &lines {
            println!("{}", line.to_json());
        }
        return Ok(ExitCode::SUCCESS);
    }
    if lines.is_empty() {
        println!("nothing is published: calls are answered by {}", config.bundle.display());
        println!("`warmline flows publish DIR` lets another bundle answer");
        return Ok(ExitCode::SUCCESS);
    }
    print!("{}", table(&lines));
    Ok(ExitCode::SUCCESS)
}

/// One version, as it is listed.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    bundle: String,
    name: String,
    /// The aliases that mean it now.
    aliases: Vec<String>,
    /// Its last publication.
    entry: Entry,
    calls: u64,
}

/// The versions, the one published last first.
fn versions_of(history: &[Entry], aliases: &[(String, String)], calls: &BTreeMap<String, u64>) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::new();
    for entry in history.iter().rev().filter(|entry| entry.change == Change::Published) {
        if versions.iter().any(|known| known.bundle == entry.bundle) {
            continue;
        }
        let means = aliases.iter().filter(|(_, bundle)| *bundle == entry.bundle);
        versions.push(Version {
            bundle: entry.bundle.clone(),
            name: entry.name.clone(),
            aliases: means.map(|(alias, _)| alias.clone()).collect(),
            entry: entry.clone(),
            calls: calls.get(&entry.bundle).copied().unwrap_or(0),
        });
    }
    versions
}

impl Version {
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "bundle": self.bundle, "name": self.name, "aliases": self.aliases, "published": self.entry.at,
            "by": self.entry.by, "folder": self.entry.folder, "calls": self.calls,
        })
    }
}

fn table(versions: &[Version]) -> String {
    let zone = jiff::tz::TimeZone::system();
    let mut rows = vec![["bundle", "answers as", "published", "by", "calls", "from"].map(str::to_owned)];
    for version in versions {
        let aliases = if version.aliases.is_empty() { "-".to_owned() } else { version.aliases.join(", ") };
        rows.push([
            version.bundle.clone(),
            aliases,
            version.entry.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
            version.entry.by.clone(),
            version.calls.to_string(),
            version.entry.folder.clone(),
        ]);
    }
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; 6]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn diff(config: &Config, versions: &Versions, old: &str, new: &str, words: bool) -> anyhow::Result<ExitCode> {
    let (old_folder, new_folder) = (folder_of(versions, old)?, folder_of(versions, new)?);
    let (before, after) = (BundleContent::read(&old_folder)?, BundleContent::read(&new_folder)?);
    println!("{old} is {}, {new} is {}", before.id, after.id);
    let changed = files(&before, &after);
    if changed.is_empty() {
        println!("nothing differs");
        return Ok(ExitCode::SUCCESS);
    }
    let operators = config.operators();
    match (load_dir(&old_folder, &operators), load_dir(&new_folder, &operators)) {
        (Ok(before), Ok(after)) => {
            let told = difference(&before.bundle, &after.bundle);
            println!();
            for line in &told {
                println!("- {line}");
            }
            if told.is_empty() {
                println!("- no flow, step, exit or sentence changed: options, comments or tests did");
            }
        }
        (Err(_), _) => println!("\n{old} does not fit the settings of today, so it is compared by its files alone"),
        (_, Err(_)) => {
            println!("\n{new} has faults, so it is compared by its files alone; `warmline check` shows them")
        }
    }
    if !words {
        println!("\n{}", changed.join("\n"));
    }
    Ok(ExitCode::FAILURE)
}

/// A folder that is there, else a published version.
fn folder_of(versions: &Versions, wanted: &str) -> anyhow::Result<PathBuf> {
    if wanted.contains(['/', '.']) {
        let folder = PathBuf::from(wanted);
        anyhow::ensure!(folder.is_dir(), "{wanted} is not a folder");
        return Ok(folder);
    }
    match versions.find(wanted) {
        Ok(bundle) => Ok(versions.folder(&bundle)),
        Err(_) if Path::new(wanted).is_dir() => Ok(PathBuf::from(wanted)),
        Err(fault) => Err(fault.into()),
    }
}

/// What differs in each file, as `diff -u` writes it.
fn files(before: &BundleContent, after: &BundleContent) -> Vec<String> {
    let of = |content: &BundleContent| -> BTreeMap<PathBuf, Vec<u8>> { content.files.iter().cloned().collect() };
    let (before, after) = (of(before), of(after));
    let mut paths: Vec<&PathBuf> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    let mut changed = Vec::new();
    for path in paths {
        let (old, new) = (before.get(path), after.get(path));
        if old == new {
            continue;
        }
        let text = |bytes: Option<&Vec<u8>>| String::from_utf8(bytes.cloned().unwrap_or_default());
        let shown = path.display();
        changed.push(match (text(old), text(new)) {
            (Ok(old), Ok(new)) => {
                let diff = TextDiff::from_lines(&old, &new);
                diff.unified_diff().header(&format!("a/{shown}"), &format!("b/{shown}")).to_string()
            }
            _ => format!("{shown} differs: it is no text"),
        });
    }
    changed
}

/// Who runs this command.
fn who(folder: &Path) -> Who {
    let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    let by = named.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned());
    Who { by, at: jiff::Timestamp::now(), folder: folder.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Listen;

    const GREETING: &str = "bundle: line\nstart: hello\nlanguages: [en]\nhandover: hello\n---\nflow: hello\nsteps:\n  - say: { en: \"Hello.\" }\n  - end: call\n";
    const TEST: &str = "test: greeting\nturns: [ { bot: \"Hello.\" }, { expect: { end: call } } ]\n";

    struct Desk {
        root: tempfile::TempDir,
        config: Config,
        versions: Versions,
    }

    impl Desk {
        fn open() -> Self {
            let root = tempfile::tempdir().unwrap();
            std::fs::write(root.path().join("warmline.toml"), "").unwrap();
            let common = Common {
                config: Some(root.path().join("warmline.toml")),
                bundle: Some(root.path().join("line")),
                data: Some(root.path().join("data")),
            };
            let config = assemble::config(&common, &Listen::default()).unwrap();
            let versions = Versions::below(&config.data);
            Self { root, config, versions }
        }

        fn publish(&self, flows: &str, tests: &str) -> ExitCode {
            let dir = self.root.path().join("line");
            std::fs::create_dir_all(&dir).unwrap();
            std::fs::write(dir.join("line.yaml"), flows).unwrap();
            std::fs::write(dir.join("line.tests.yaml"), tests).unwrap();
            publish(&self.config, &self.versions, &dir, None).unwrap()
        }

        fn current(&self) -> Option<String> {
            self.versions.current("line").unwrap()
        }
    }

    #[test]
    fn a_bundle_that_is_sound_is_published_under_its_name() {
        let desk = Desk::open();
        assert_eq!(desk.publish(GREETING, TEST), ExitCode::SUCCESS);
        let first = desk.current().unwrap();
        let lines = versions_of(&desk.versions.history().unwrap(), &desk.versions.aliases().unwrap(), &BTreeMap::new());
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].aliases, ["line"]);
        assert!(table(&lines).contains(&first));
        let kept = prove(&desk.versions.folder(&first), &desk.config).unwrap();
        assert_eq!((kept.bundle.id(), kept.tests), (first.as_str(), 1), "its tests are kept with it");
    }

    #[test]
    fn a_bundle_with_a_fault_or_a_failing_test_leaves_the_old_one() {
        let desk = Desk::open();
        desk.publish(GREETING, TEST);
        let first = desk.current();
        let broken = GREETING.replace("start: hello", "start: hullo");
        assert_eq!(desk.publish(&broken, TEST), ExitCode::FAILURE);
        assert_eq!(desk.current(), first);
        let otherwise = GREETING.replace("Hello.", "Good day.");
        assert_eq!(desk.publish(&otherwise, TEST), ExitCode::FAILURE, "its test expects a hello");
        assert_eq!(desk.current(), first);
        let voicemail = GREETING.replace("  - end: call\n", "  - voicemail: box\n  - end: call\n");
        assert_eq!(desk.publish(&voicemail, TEST), ExitCode::FAILURE, "nothing performs voicemail");
        assert_eq!(desk.current(), first);
    }

    #[test]
    fn an_older_version_answers_again_after_a_rollback() {
        let desk = Desk::open();
        desk.publish(GREETING, TEST);
        let first = desk.current();
        let otherwise = GREETING.replace("Hello.", "Hello. Good day.");
        assert_eq!(desk.publish(&otherwise, TEST), ExitCode::SUCCESS);
        assert_ne!(desk.current(), first);
        assert_eq!(roll_back(&desk.config, &desk.versions, None).unwrap(), ExitCode::SUCCESS);
        assert_eq!(desk.current(), first);
        assert!(roll_back(&desk.config, &desk.versions, None).is_err(), "there is nothing before the first");
    }

    #[test]
    fn files_are_compared_line_by_line() {
        let content = |text: &str| BundleContent {
            id: String::new(),
            files: vec![
                ("line.yaml".into(), text.as_bytes().to_vec()),
                ("hello.wav".into(), vec![0xff, text.len() as u8]),
            ],
        };
        let changed = files(&content("flow: a\nsteps: []\n"), &content("flow: b\nsteps: [ ]\n"));
        assert!(changed[0].contains("hello.wav differs"), "{changed:?}");
        for part in ["--- a/line.yaml", "+++ b/line.yaml", "-flow: a", "+flow: b"] {
            assert!(changed[1].contains(part), "{part}: {}", changed[1]);
        }
        assert!(files(&content("x"), &content("x")).is_empty());
    }
}
