//! `warmline graph`: a flow or the whole bundle as a picture.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::{Common, assemble, folder};
use crate::flow::Picture;
use crate::words::Language;

/// Draws a flow, or the whole bundle: who runs, starts and hands over to whom.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  warmline graph --bundle prompts/shop                        the bundle, as Mermaid\n  warmline graph order_status --bundle prompts/shop --svg > order.svg\n  warmline graph --all --svg --out pictures --bundle prompts/shop   every flow, a file each\n\nMermaid is drawn by most pages that show Markdown; an SVG opens in any browser."
)]
pub(super) struct Graph {
    #[command(flatten)]
    common: Common,
    /// The flow to draw; without it the bundle
    flow: Option<String>,
    /// The folder of the bundle, as --bundle
    dir: Option<PathBuf>,
    /// An SVG instead of Mermaid
    #[arg(long)]
    svg: bool,
    /// Show what is said in this language
    #[arg(long, value_name = "L")]
    lang: Option<Language>,
    /// The bundle and every flow, each into a file of its own
    #[arg(long, requires = "out", conflicts_with = "flow")]
    all: bool,
    /// Write here instead: a file, or with --all a folder
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

impl Graph {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut common = self.common.clone();
        // `warmline graph prompts/shop` means the folder: no flow is named like one that is there.
        let (flow, dir) = match (&self.flow, &self.dir) {
            (Some(only), None) if only.contains(['/', '.']) || std::path::Path::new(only).is_dir() => {
                (None, Some(PathBuf::from(only)))
            }
            (flow, dir) => (flow.clone(), dir.clone()),
        };
        folder::at_folder(&mut common, dir.as_deref())?;
        let config = assemble::designers_config(&common)?;
        let bundle = assemble::bundle(&config)?;
        let language = self.lang.or_else(|| bundle.languages().first().copied()).unwrap_or(Language::EN);
        if let (true, Some(folder)) = (self.all, &self.out) {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            let ending = if self.svg { "svg" } else { "mmd" };
            let whole = [(format!("bundle.{ending}"), Picture::of_bundle(&bundle, language))];
            let flows = bundle
                .flow_names()
                .filter_map(|name| Some((format!("{name}.{ending}"), Picture::of_flow(&bundle, name, language)?)));
            for (name, picture) in whole.into_iter().chain(flows) {
                let file = folder.join(name);
                std::fs::write(&file, self.drawn(&picture))
                    .with_context(|| format!("cannot write {}", file.display()))?;
                println!("{}", file.display());
            }
            return Ok(ExitCode::SUCCESS);
        }
        let picture = match &flow {
            None => Picture::of_bundle(&bundle, language),
            Some(name) => match Picture::of_flow(&bundle, name, language) {
                Some(picture) => picture,
                None => {
                    let known: Vec<&str> = bundle.flow_names().collect();
                    anyhow::bail!(
                        "there is no flow {name:?} in {}; its flows are {}",
                        config.bundle.display(),
                        known.join(", ")
                    );
                }
            },
        };
        let drawn = self.drawn(&picture);
        match &self.out {
            Some(file) => std::fs::write(file, drawn).with_context(|| format!("cannot write {}", file.display()))?,
            // A reader who has seen enough is no fault.
            None => drop(std::io::stdout().write_all(drawn.as_bytes())),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn drawn(&self, picture: &Picture) -> String {
        if self.svg { picture.svg() } else { picture.mermaid() }
    }
}
