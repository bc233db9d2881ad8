//! Publishing, finding and going back.

use std::path::Path;

use super::{Change, VersionError, Versions, Who};
use crate::flow::BundleContent;

fn content(greeting: &str) -> BundleContent {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.yaml"), format!("bundle: shop\n---\nflow: {greeting}\n")).unwrap();
    std::fs::create_dir(folder.path().join("recordings")).unwrap();
    std::fs::write(folder.path().join("recordings/hello.en.wav"), b"RIFF").unwrap();
    BundleContent::read(folder.path()).unwrap()
}

fn who(minute: i64) -> Who {
    let at = jiff::Timestamp::from_second(1_767_607_200 + 60 * minute).unwrap();
    Who { by: "ada".to_owned(), at, folder: Path::new("/flows/shop").to_owned() }
}

#[test]
fn an_alias_means_what_was_published_last_and_everything_is_kept() {
    let data = tempfile::tempdir().unwrap();
    let versions = Versions::below(data.path());
    assert_eq!(versions.current("shop").unwrap(), None);
    assert!(versions.history().unwrap().is_empty());
    let (one, two) = (content("one"), content("two"));
    let first = versions.publish(&one, "shop", "shop", &who(0)).unwrap();
    assert_eq!(first.before, None);
    let second = versions.publish(&two, "shop", "shop", &who(1)).unwrap();
    assert_eq!(second.before, Some(one.id.clone()));
    assert_eq!(versions.current("shop").unwrap(), Some(two.id.clone()));
    for content in [&one, &two] {
        let kept = BundleContent::read(&versions.folder(&content.id)).unwrap();
        assert_eq!(kept.id, content.id, "what is kept is what was published");
        assert_eq!(kept.files, content.files);
    }
    let history = versions.history().unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!((history[1].by.as_str(), history[1].folder.as_str()), ("ada", "/flows/shop"));
}

#[test]
fn publishing_the_same_again_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let versions = Versions::below(data.path());
    for minute in 0..3 {
        versions.publish(&content("one"), "shop", "shop", &who(minute)).unwrap();
    }
    assert_eq!(versions.history().unwrap().len(), 1);
}

#[test]
fn rolling_back_goes_one_version_back_each_time() {
    let data = tempfile::tempdir().unwrap();
    let versions = Versions::below(data.path());
    let all = [content("one"), content("two"), content("three")];
    for (minute, content) in (0..).zip(&all) {
        versions.publish(content, "shop", "shop", &who(minute)).unwrap();
    }
    assert_eq!(versions.roll_back("shop", &who(5)).unwrap().bundle, all[1].id);
    assert_eq!(versions.roll_back("shop", &who(6)).unwrap().bundle, all[0].id);
    assert!(matches!(versions.roll_back("shop", &who(7)), Err(VersionError::NothingBefore(_))));
    assert_eq!(versions.current("shop").unwrap().as_deref(), Some(all[0].id.as_str()));
    versions.publish(&all[2], "shop", "shop", &who(8)).unwrap();
    assert_eq!(versions.roll_back("shop", &who(9)).unwrap().bundle, all[0].id, "back to what it meant before");
    assert_eq!(versions.history().unwrap().last().unwrap().change, Change::RolledBack);
}

#[test]
fn a_version_is_found_by_its_alias_or_by_how_its_hash_begins() {
    let data = tempfile::tempdir().unwrap();
    let versions = Versions::below(data.path());
    let one = content("one");
    versions.publish(&one, "shop", "shop", &who(0)).unwrap();
    assert_eq!(versions.find("shop").unwrap(), one.id);
    assert_eq!(versions.find(&one.id[..5]).unwrap(), one.id);
    assert!(matches!(versions.find("zzz"), Err(VersionError::NoVersion(_))));
    let unknown = versions.roll_back("bank", &who(1)).unwrap_err().to_string();
    assert_eq!(unknown, "nothing is published as \"bank\"; known are: shop");
    assert!(matches!(versions.publish(&one, "shop", "../shop", &who(0)), Err(VersionError::BadAlias(_))));
}

#[test]
fn a_line_that_a_power_failure_cut_is_no_obstacle() {
    let data = tempfile::tempdir().unwrap();
    let versions = Versions::below(data.path());
    versions.publish(&content("one"), "shop", "shop", &who(0)).unwrap();
    let file = data.path().join("versions/history.jsonl");
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{whole}{{\"at\":\"2026-")).unwrap();
    assert_eq!(versions.history().unwrap().len(), 1);
    let two = content("two");
    assert!(versions.publish(&two, "shop", "shop", &who(1)).is_ok());
    assert_eq!(versions.current("shop").unwrap(), Some(two.id));
    assert_eq!(versions.history().unwrap().len(), 2);
}
