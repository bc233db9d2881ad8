//! Which bundles a server answers with, and how a new version takes the place of an old one while calls run.
//!
//! A server answers with what is published ([`Versions`]): for each number the version its alias means, for every other
//! number the usual one. Where nothing is published yet it answers with the folder of the settings; where `--bundle`
//! names a folder, or with `--dev`, with that folder alone. It looks again when an alias changes, when it gets SIGHUP,
//! and with `--dev` when a file is saved. A version that is not sound leaves the one before in its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::proof::{Unproven, performed, prove, sound};
use super::assemble;
use crate::call::Services;
use crate::config::Config;
use crate::flow::{Bundle, BundleContent};
use crate::record::versions::{Entry, Versions};

/// Editors and publishers write several files one after the other: this long after the last one it is looked again.
const SETTLED: Duration = Duration::from_millis(300);

/// Where the bundle of one alias comes from.
#[derive(Clone, Debug)]
struct Source {
    alias: String,
    /// The folder to answer with while nothing is published, or always.
    folder: Option<PathBuf>,
}

/// Where all bundles of a server come from.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    config: Arc<Config>,
    versions: Versions,
    /// The usual one first.
    sources: Vec<Source>,
    /// Whether folders go before what is published.
    pinned: bool,
    dev: bool,
}

impl Sources {
    /// Finds and loads what the server begins with. `pinned`: with the folder of the settings alone; `dev`: that too,
    /// and its files are watched.
    pub(super) fn find(config: &Arc<Config>, pinned: bool, dev: bool) -> anyhow::Result<(Self, assemble::Bundles)> {
        let pinned = pinned || dev;
        let versions = Versions::below(&config.data);
        let (usual, mut loaded) = usual(config, &versions, pinned)?;
        let mut sources = vec![usual];
        let mut numbers = Vec::new();
        for (number, answered) in config.numbers.iter().filter(|_| !pinned) {
            let alias = &answered.alias;
            let is_known = sources.iter().any(|source| source.alias == *alias);
            if !is_known {
                versions.current(alias)?.with_context(|| {
                    format!(
                        "{number} is answered by {alias:?}, and nothing is published under that alias; run `warmline flows publish DIR --alias {alias}`, or change [number.{number:?}] in {}",
                        config.path.display()
                    )
                })?;
                sources.push(Source { alias: alias.clone(), folder: None });
            }
            numbers.push((number.clone(), alias.clone()));
        }
        let found = Self { config: Arc::clone(config), versions, sources, pinned, dev };
        let mut bundles = Vec::new();
        for source in &found.sources {
            let folder = found.folder(source)?;
            let refused =
                |unproven: Unproven| anyhow::anyhow!("the bundle {} cannot be served\n{unproven}", folder.display());
            let bundle = match loaded.take().filter(|_| folder == config.bundle) {
                Some(bundle) => performed(&bundle).map(|()| bundle).map_err(refused)?,
                None => {
                    let sound = sound(&folder, config).map_err(refused)?;
                    for warning in &sound.warnings {
                        tracing::warn!("{warning}");
                    }
                    sound.bundle
                }
            };
            bundles.push((source.alias.clone(), bundle));
        }
        let usual = bundles.remove(0);
        Ok((found, assemble::Bundles { usual, others: bundles, numbers }))
    }

    /// The folder in which a change is a reason to look again.
    fn watched(&self) -> PathBuf {
        if self.dev { self.config.bundle.clone() } else { self.versions.aliases_folder() }
    }

    /// The folder that an alias is answered with now.
    fn folder(&self, source: &Source) -> anyhow::Result<PathBuf> {
        if let (true, Some(folder)) = (self.pinned, &source.folder) {
            return Ok(folder.clone());
        }
        match (self.versions.current(&source.alias)?, &source.folder) {
            (Some(published), _) => Ok(self.versions.folder(&published)),
            (None, Some(folder)) => Ok(folder.clone()),
            (None, None) => anyhow::bail!("nothing is published as {:?} any more", source.alias),
        }
    }
}

/// What answers calls, for `warmline doctor`.
pub(in crate::cli) struct Answer {
    /// The alias.
    pub(in crate::cli) alias: String,
    /// What it means now.
    pub(in crate::cli) bundle: Arc<Bundle>,
    /// Where that lies.
    pub(in crate::cli) folder: PathBuf,
    /// When and by whom it was published; `None` where the folder of the settings answers itself.
    pub(in crate::cli) published: Option<Entry>,
    /// The numbers that are answered so; none for the usual one, which answers every other number.
    pub(in crate::cli) numbers: Vec<String>,
}

/// What a server started now would answer with, the usual one first; `pinned` as for [`Sources::find`].
///
/// # Errors
/// Why such a server would not start.
pub(in crate::cli) fn answers(config: &Arc<Config>, pinned: bool) -> anyhow::Result<Vec<Answer>> {
    let (sources, bundles) = Sources::find(config, pinned, false)?;
    let history = sources.versions.history()?;
    let mut answers = Vec::new();
    for (source, (alias, bundle)) in sources.sources.iter().zip(std::iter::once(bundles.usual).chain(bundles.others)) {
        let folder = sources.folder(source)?;
        let is_published = folder == sources.versions.folder(bundle.id());
        let published = history.iter().rev().find(|entry| entry.bundle == bundle.id() && entry.alias == alias);
        let numbers = bundles.numbers.iter().filter(|(_, means)| *means == alias).map(|(number, _)| number.clone());
        let (published, numbers) = (published.filter(|_| is_published).cloned(), numbers.collect());
        answers.push(Answer { alias, bundle, folder, published, numbers });
    }
    Ok(answers)
}

/// Where calls to numbers without an alias are answered from, and the bundle of the folder, where it had to be loaded to
/// know. What is published does not depend on the folder that a
/// designer works in: that may be gone, or broken just now.
fn usual(config: &Config, versions: &Versions, pinned: bool) -> anyhow::Result<(Source, Option<Arc<Bundle>>)> {
    let folder = Some(config.bundle.clone());
    let named = config.bundle.file_name().map(|name| name.to_string_lossy().into_owned());
    if let Some(alias) = named.filter(|name| !pinned && matches!(versions.current(name), Ok(Some(_)))) {
        return Ok((Source { alias, folder }, None));
    }
    match assemble::bundle(config) {
        Ok(bundle) => Ok((Source { alias: bundle.name().to_owned(), folder }, Some(bundle))),
        Err(fault) if pinned => Err(fault),
        Err(fault) => match versions.aliases()?.as_slice() {
            [(only, _)] => Ok((Source { alias: only.clone(), folder: None }, None)),
            _ => Err(fault),
        },
    }
}

/// What came of looking again, for figures and pages.
#[derive(Debug, Default)]
pub(super) struct Renewals {
    taken: AtomicU64,
    refused: AtomicU64,
    /// By alias, the content that was refused last and why, as long as the server answers with an older one.
    obstacles: Mutex<BTreeMap<String, Refused>>,
}

#[derive(Clone, Debug)]
struct Refused {
    /// The content, where it could be read.
    bundle: Option<String>,
    why: String,
    /// Whether the reasons have been shown to whoever writes the flows.
    is_shown: bool,
}

impl Renewals {
    /// Versions that took the place of an older one.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Versions that were refused.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Why newer versions are not answered with, a line each.
    pub(super) fn obstacles(&self) -> Vec<String> {
        let obstacles = self.obstacles.lock().unwrap_or_else(PoisonError::into_inner);
        obstacles.iter().map(|(alias, refused)| format!("a newer {alias} is not taken: {}", refused.why)).collect()
    }

    fn refuse(&self, alias: &str, refused: Refused) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        self.obstacles.lock().unwrap_or_else(PoisonError::into_inner).insert(alias.to_owned(), refused);
    }

    /// Whether there was an obstacle.
    fn settle(&self, alias: &str) -> bool {
        self.obstacles.lock().unwrap_or_else(PoisonError::into_inner).remove(alias).is_some()
    }

    /// Whether this very content was refused before.
    fn knows(&self, alias: &str, bundle: &str) -> bool {
        let obstacles = self.obstacles.lock().unwrap_or_else(PoisonError::into_inner);
        obstacles.get(alias).is_some_and(|refused| refused.bundle.as_deref() == Some(bundle))
    }
}

/// Looks again whenever there is a reason to, until `stop`.
pub(super) async fn keep_up(
    sources: Sources,
    services: Arc<Services>,
    renewals: Arc<Renewals>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut hangups = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    // One wish to look again is as good as many.
    let (changed, mut changes) = mpsc::channel(1);
    let mut watcher = match watch(&sources, changed.clone()) {
        Ok(watcher) => Some(watcher),
        Err(fault) => {
            tracing::warn!("files cannot be watched ({fault}): after `warmline flows publish`, send SIGHUP");
            None
        }
    };
    loop {
        let asked = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = hangups.recv() => true,
            _ = changes.recv() => {
                while let Ok(Some(())) = tokio::time::timeout(SETTLED, changes.recv()).await {}
                false
            }
        };
        if let Some(watcher) = &mut watcher {
            watch_anew(watcher, &sources);
        }
        for source in &sources.sources {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = renew(&sources, source, &services, &renewals, asked) => {}
            }
        }
    }
}

/// Watches aliases, and with `--dev` the files of the bundle. It is watched for as long as the result is held.
fn watch(sources: &Sources, changed: mpsc::Sender<()>) -> anyhow::Result<RecommendedWatcher> {
    let watched = sources.watched();
    let inside = watched.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is no change, and what lies beside the folder is none of ours; a full channel holds the same
        // wish already.
        let is_change =
            |event: notify::Event| !event.kind.is_access() && event.paths.iter().any(|path| path.starts_with(&inside));
        if event.is_ok_and(is_change) {
            let _ = changed.try_send(());
        }
    })?;
    if !sources.dev {
        sources.versions.make_folders()?;
    }
    watcher.watch(&watched, RecursiveMode::Recursive)?;
    // A folder that is put in the place of another is seen from above alone.
    if let Some(above) = watched.parent() {
        // Not everybody may look there; then the next SIGHUP finds it.
        watcher.watch(above, RecursiveMode::NonRecursive).ok();
    }
    Ok(watcher)
}

/// Watches the folder that is there now, which may be another than before: moved, checked out, unpacked anew.
fn watch_anew(watcher: &mut RecommendedWatcher, sources: &Sources) {
    let watched = sources.watched();
    // The watch on a folder that is gone went with it, and one that is not back yet is seen from above.
    watcher.unwatch(&watched).ok();
    watcher.watch(&watched, RecursiveMode::Recursive).ok();
}

/// Looks whether an alias means something new, and takes it if it is sound. `asked`: somebody wants to know, so that
/// what was told before is told again.
async fn renew(sources: &Sources, source: &Source, services: &Services, renewals: &Renewals, asked: bool) {
    let alias = source.alias.as_str();
    let answers = services.shelf.bundles().into_iter().find(|(known, _)| known == alias);
    let current = answers.map(|(_, answering)| answering.bundle.id().to_owned()).unwrap_or_default();
    let looked = {
        let (sources, source, current) = (sources.clone(), source.clone(), current.clone());
        let known = move |bundle: &str| !asked && bundle == current;
        tokio::task::spawn_blocking(move || look(&sources, &source, &known)).await
    };
    let found = match looked {
        Ok(found) => found,
        Err(_) => return tracing::error!(alias, "looking for a newer version was abandoned"),
    };
    match found {
        Ok(Found::Same) => {
            // Whoever has taken a fault back wants to know that it is gone.
            if renewals.settle(alias) || asked {
                tracing::info!(alias, bundle = current, "no newer version; calls are answered as before");
            }
        }
        Ok(Found::New(bundle)) if bundle.id() == current => {
            renewals.settle(alias);
            tracing::info!(alias, bundle = current, "no newer version; calls are answered as before");
        }
        Ok(Found::New(bundle)) => take(sources, alias, bundle, services, renewals).await,
        Err(refused) => {
            let told_before = refused.bundle.as_deref().is_some_and(|bundle| renewals.knows(alias, bundle));
            if asked || !told_before {
                // With `--dev` the faults stand on the screen already, as `warmline check` shows them.
                let why = if refused.is_shown { String::new() } else { format!("\n{}", refused.why) };
                tracing::error!(
                    alias,
                    bundle = current,
                    "the newer version is refused, the old one still answers{why}"
                );
                let why = refused.why.lines().next().unwrap_or_default().to_owned();
                renewals.refuse(alias, Refused { why, ..refused });
            }
        }
    }
}

/// Makes the prompts of a new version, and then lets it answer.
async fn take(sources: &Sources, alias: &str, bundle: Arc<Bundle>, services: &Services, renewals: &Renewals) {
    let id = bundle.id().to_owned();
    match assemble::answering(&sources.config, bundle, &services.speaker, true).await {
        Ok(answering) => {
            services.shelf.replace(alias, answering);
            renewals.settle(alias);
            renewals.taken.fetch_add(1, Ordering::Relaxed);
            tracing::info!(alias, bundle = id, "new calls are answered by this version");
        }
        Err(fault) => {
            tracing::error!(alias, bundle = id, "the newer version is refused, the old one still answers: {fault:#}");
            renewals.refuse(alias, Refused { bundle: Some(id), why: fault.to_string(), is_shown: false });
        }
    }
}

/// What an alias means now.
enum Found {
    /// The same as before.
    Same,
    /// Another, which is sound.
    New(Arc<Bundle>),
}

/// Reads, checks and tests what an alias means now. Blocks.
fn look(sources: &Sources, source: &Source, is_current: &dyn Fn(&str) -> bool) -> Result<Found, Refused> {
    let unknown = |why: String| Refused { bundle: None, why, is_shown: false };
    let folder = sources.folder(source).map_err(|fault| unknown(fault.to_string()))?;
    let content = BundleContent::read(&folder).map_err(|failure| unknown(failure.to_string()))?;
    if is_current(&content.id) {
        return Ok(Found::Same);
    }
    let refused =
        |why: Unproven| Refused { bundle: Some(content.id.clone()), why: why.to_string(), is_shown: sources.dev };
    if !sources.dev {
        return prove(&folder, &sources.config).map(|proven| Found::New(proven.bundle)).map_err(refused);
    }
    // Whoever writes flows sees faults as `warmline check` shows them; a test that fails is told and is no obstacle.
    let checked = sound(&folder, &sources.config);
    report(&folder, &checked.as_ref().map(|sound| sound.warnings.as_slice()));
    let sound = checked.map_err(refused)?;
    if let Err(failing) = prove(&folder, &sources.config) {
        println!("{failing}");
    }
    Ok(Found::New(sound.bundle))
}

fn report(folder: &Path, checked: &Result<&[crate::flow::Fault], &Unproven>) {
    match checked {
        Ok([]) => println!("{}: clean", folder.display()),
        Ok(warnings) => {
            for warning in *warnings {
                println!("{warning}");
            }
            println!("{}: {} warnings", folder.display(), warnings.len());
        }
        Err(unproven) => {
            println!("{unproven}");
            println!("{}: not taken; calls are answered as before", folder.display());
        }
    }
}
