//! The designer's guide is true: its files are made in an empty folder, its commands are run, and what they answer is
//! what the guide shows. `UPDATE_DOCS=1 cargo test --test guide` writes the answers anew.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One fenced block of the page.
struct Block {
    /// `yaml`, `toml`, `csv`, `console`, …
    language: String,
    /// What stands behind the language.
    about: String,
    text: String,
    /// Its lines in the page, without the fences, from 0.
    lines: std::ops::Range<usize>,
}

fn guide() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/flows.md")
}

fn blocks(page: &str) -> Vec<Block> {
    let lines: Vec<&str> = page.lines().collect();
    let mut blocks = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for (number, line) in lines.iter().enumerate() {
        let Some(info) = line.strip_prefix("```") else { continue };
        match open.take() {
            None => open = Some((number + 1, info)),
            Some((first, info)) => {
                let (language, about) = info.split_once(' ').unwrap_or((info, ""));
                let text = lines[first..number].iter().map(|line| format!("{line}\n")).collect();
                let lines = first..number;
                blocks.push(Block { language: language.to_owned(), about: about.trim().to_owned(), text, lines });
            }
        }
    }
    assert!(open.is_none(), "a block of the guide is not closed");
    blocks
}

/// Files that the blocks of the guide make, in a folder of their own.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A file: whole, `append`ed, put `after: LINE`, or put `instead of: LINE` and all that follows it.
    fn file(&self, block: &Block) {
        let (name, how) = block.about.split_once(' ').unwrap_or((&block.about, ""));
        let before = fs::read_to_string(self.path(name)).unwrap_or_default();
        let find = |wanted: &str| {
            let line = before.lines().position(|line| line.trim() == wanted);
            line.unwrap_or_else(|| panic!("{name} has no line {wanted:?}"))
        };
        let head = |count: usize| before.lines().take(count).map(|line| format!("{line}\n")).collect::<String>();
        let text = match how.split_once(": ") {
            None if how.is_empty() => block.text.clone(),
            None if how == "append" => before.clone() + &block.text,
            Some(("after", line)) => {
                let line = find(line);
                let behind: String = before.lines().skip(line + 1).map(|line| format!("{line}\n")).collect();
                head(line + 1) + &block.text + &behind
            }
            Some(("instead of", line)) => head(find(line)) + &block.text,
            _ => panic!("{how:?} is not what can be done with a file"),
        };
        self.write(name, &text);
    }

    /// A flow that stands alone, in a bundle made around it; `name` is its folder.
    fn around(&self, name: &str, block: &Block) {
        let flow =
            if block.text.starts_with("flow:") { block.text.clone() } else { format!("flow: sample\n{}", block.text) };
        let start = flow.lines().next().unwrap().trim_start_matches("flow: ").to_owned();
        let person =
            "flow: person\nsteps:\n  - queue: desk\n    if_no_agent:\n      - say: { en: \"Nobody is free.\" }\n";
        let bundle = format!("bundle: sample\nstart: {start}\nlanguages: [en]\nhandover: person\n---\n{person}");
        let settings =
            "bundle = \".\"\n[queue.desk]\nagents = [\"mei\"]\n[agent.mei]\nsip = \"sip:mei@127.0.0.1:5070\"\n";
        self.write(&format!("{name}/bundle.yaml"), &bundle);
        self.write(&format!("{name}/warmline.toml"), settings);
        self.write(&format!("{name}/{name}.yaml"), &flow);
    }

    /// The answer to a command line that begins with `warmline`; lines that begin with `you> ` are typed.
    fn run(&self, command: &str, typed: &[&str]) -> (bool, String) {
        let mut words = command.split(' ');
        assert_eq!(words.next(), Some("warmline"), "the guide runs nothing else");
        let mut process = Command::new(env!("CARGO_BIN_EXE_warmline"));
        process.args(words).current_dir(self.folder.path()).env("WARMLINE_DATA", self.path("data"));
        process.env_remove("WARMLINE_CONFIG").env_remove("WARMLINE_BUNDLE").env("NO_COLOR", "1");
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = process.spawn().unwrap();
        let mut keyboard = process.stdin.take().unwrap();
        for line in typed {
            writeln!(keyboard, "{line}").unwrap();
        }
        drop(keyboard);
        let output = process.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let folder = self.folder.path().to_str().unwrap();
        let text = text.replace(&format!("{folder}/"), "").replace(folder, ".");
        let text: Vec<&str> = text.lines().map(without_time).map(str::trim_end).collect();
        (output.status.success(), text.join("\n").trim_end().to_owned() + "\n")
    }
}

/// A line without how long something took.
fn without_time(line: &str) -> &str {
    match line.rsplit_once("  (") {
        Some((before, took)) if took.ends_with(" s)") => before,
        _ => line,
    }
}

/// What a console block shows: command, what is typed, and what is answered.
fn dialogue(block: &Block) -> (&str, Vec<&str>) {
    let mut lines = block.text.lines();
    let command = lines.next().and_then(|line| line.strip_prefix("$ ")).expect("a console block begins with `$ `");
    let typed = lines.filter_map(|line| line.strip_prefix("you> ")).collect();
    (command, typed)
}

/// The page as it is being compared, or written anew.
struct Page {
    lines: Vec<String>,
    /// By how many lines what comes next has moved.
    moved: isize,
    writes: bool,
}

impl Page {
    fn read() -> Self {
        let lines = fs::read_to_string(guide()).unwrap().lines().map(str::to_owned).collect();
        Self { lines, moved: 0, writes: std::env::var_os("UPDATE_DOCS").is_some() }
    }

    fn compare(&mut self, block: &Block, command: &str, shown: &str) {
        if !self.writes {
            let why = "UPDATE_DOCS=1 cargo test --test guide writes it anew";
            assert_eq!(shown, block.text, "`{command}` answers something else than the guide shows; {why}");
            return;
        }
        let new: Vec<String> = shown.lines().map(str::to_owned).collect();
        let change = new.len() as isize - block.lines.len() as isize;
        let at = |line: usize| usize::try_from(line as isize + self.moved).unwrap();
        self.lines.splice(at(block.lines.start)..at(block.lines.end), new);
        self.moved += change;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if self.writes {
            fs::write(guide(), self.lines.join("\n") + "\n").unwrap();
        }
    }
}

#[test]
fn what_the_guide_shows_is_what_happens() {
    let mut page = Page::read();
    let desk = Desk { folder: tempfile::tempdir().unwrap() };
    let mut samples = 0;
    for block in blocks(&(page.lines.join("\n") + "\n")) {
        match (block.language.as_str(), block.about.as_str()) {
            ("yaml", "sample") => {
                samples += 1;
                let name = format!("sample{samples}");
                desk.around(&name, &block);
                let (good, answer) = desk.run(&format!("warmline check {name}"), &[]);
                assert!(good, "a sample of the guide has faults:\n{}\n{answer}", block.text);
            }
            ("yaml", "wrong") => desk.around("wrong", &block),
            ("yaml" | "toml" | "csv", name) if !name.is_empty() => desk.file(&block),
            ("console", _) => {
                let (command, typed) = dialogue(&block);
                let answer = desk.run(command, &typed).1;
                page.compare(&block, command, &format!("$ {command}\n{answer}"));
            }
            ("mermaid", command) => page.compare(&block, command, &desk.run(command, &[]).1),
            _ => {}
        }
    }
}

#[test]
fn what_the_guide_links_to_exists() {
    let page = fs::read_to_string(guide()).unwrap();
    let docs = guide().parent().unwrap().to_owned();
    for link in page.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(link, _)| link)) {
        if !link.contains("://") && !link.starts_with('#') {
            let file = link.split('#').next().unwrap();
            assert!(Path::new(&docs).join(file).exists(), "the guide links to {link}, which is not there");
        }
    }
}
