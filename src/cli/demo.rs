//! The demo line that is built into the binary: what answers when nobody has configured anything.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

/// The flows, tables and settings of the demo line.
#[derive(RustEmbed)]
#[folder = "prompts/"]
struct Prompts;

/// Writes the demo line below `data` and gives the path of its `warmline.toml`. Files that are there already are
/// written again; an operator's own line lives elsewhere. Each content has a folder of its own, so that a flow of another
/// version of Warmline never stands among those of this one.
pub(super) fn unpack(data: &Path) -> anyhow::Result<PathBuf> {
    let folder = folder(data);
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

fn folder(data: &Path) -> PathBuf {
    let mut names: Vec<_> = Prompts::iter().collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in &names {
        hash.update(name.as_bytes());
        hash.update(Prompts::get(name).map(|file| file.metadata.sha256_hash()).unwrap_or_default());
    }
    let hash: String = hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    data.join("demo").join(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_whole_whatever_another_version_left_behind() {
        let data = tempfile::tempdir().unwrap();
        let before = data.path().join("demo/shop");
        std::fs::create_dir_all(&before).unwrap();
        std::fs::write(before.join("old.yaml"), "flow: order_status\nsteps: []\n").unwrap();
        let settings = unpack(data.path()).unwrap();
        let folder = settings.parent().unwrap();
        assert!(settings.is_file() && folder.join("shop/shop.yaml").is_file());
        assert!(!folder.join("shop/old.yaml").exists());
        std::fs::write(folder.join("shop/shop.yaml"), "broken").unwrap();
        assert_eq!(unpack(data.path()).unwrap(), settings);
        assert_ne!(std::fs::read_to_string(folder.join("shop/shop.yaml")).unwrap(), "broken");
    }
}
