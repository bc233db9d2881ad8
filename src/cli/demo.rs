//! The demo line that is built into the binary: what answers when nobody has configured anything.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rust_embed::RustEmbed;

/// The flows, tables and settings of the demo line.
#[derive(RustEmbed)]
#[folder = "prompts/"]
struct Prompts;

/// Writes the demo line below `data` and gives the path of its `warmline.toml`. Files that are there already are
/// written again, so that a newer binary brings its newer demo; an operator's own line lives elsewhere.
pub(super) fn unpack(data: &Path) -> anyhow::Result<PathBuf> {
    let folder = data.join("demo");
    for name in Prompts::iter() {
        let Some(file) = Prompts::get(&name) else { continue };
        let path = folder.join(name.as_ref());
        if std::fs::read(&path).is_ok_and(|there| there == *file.data) {
            continue;
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
        }
        let written = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(&folder))
            .and_then(|temporary| std::fs::write(temporary.path(), &file.data).map(|()| temporary))
            .with_context(|| format!("cannot write below {}; choose another folder with --data", folder.display()))?;
        written.persist(&path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(folder.join("warmline.toml"))
}
