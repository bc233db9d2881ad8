//! A command that is given the folder of a bundle finds the settings that belong to it.

use std::path::{Path, PathBuf};

use super::Common;

/// Takes `dir`, where it is given, as the folder of the bundle; a bundle named without settings takes those that lie in
/// its folder or beside it.
pub(super) fn at_folder(common: &mut Common, dir: Option<&Path>) -> anyhow::Result<()> {
    if let Some(dir) = dir {
        anyhow::ensure!(
            dir.is_dir(),
            "{} is not a folder; give the folder that holds the bundle's files",
            dir.display()
        );
        common.bundle = Some(dir.to_owned());
    }
    if let (Some(bundle), None) = (&common.bundle, &common.config) {
        common.config = settings_beside(bundle);
    }
    Ok(())
}

/// The settings that belong to a bundle: in its folder, or beside it.
fn settings_beside(dir: &Path) -> Option<PathBuf> {
    let dir = std::path::absolute(dir).ok()?;
    let inside = dir.join("warmline.toml");
    let beside = dir.parent()?.join("warmline.toml");
    [inside, beside].into_iter().find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_in_the_folder_or_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("shop");
        std::fs::create_dir(&dir).unwrap();
        let found = |dir: &Path| {
            let mut common = Common::default();
            at_folder(&mut common, Some(dir)).unwrap();
            common.config
        };
        assert_eq!(found(&dir), None);
        std::fs::write(root.path().join("warmline.toml"), "").unwrap();
        assert_eq!(found(&dir), Some(root.path().join("warmline.toml")));
        std::fs::write(dir.join("warmline.toml"), "").unwrap();
        assert_eq!(found(&dir), Some(dir.join("warmline.toml")));
        assert!(at_folder(&mut Common::default(), Some(&dir.join("nowhere"))).is_err());
    }
}
