//! What the loader takes and what it refuses, with place and mend.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::super::{Connection, FieldKind, FieldShape, LoadFailure, Operators, QueryShape, Severity, SourceFile};
use super::{Loaded, load_files};

/// The operators' side that the tests and the shop of the demo need.
pub fn shop_operators() -> Operators {
    let field = |text: &str| FieldShape::parse(text).unwrap();
    let returns = [("status", "text"), ("item", "text"), ("sent", "date?"), ("due", "date?"), ("total", "money?")];
    let find_order = QueryShape {
        args: BTreeMap::from([("number".to_owned(), FieldKind::Text)]),
        returns: returns.iter().map(|(name, shape)| ((*name).to_owned(), field(shape))).collect(),
    };
    let shop = Connection { queries: BTreeMap::from([("find_order".to_owned(), find_order)]) };
    Operators {
        connections: BTreeMap::from([("shop".to_owned(), shop)]),
        queues: BTreeSet::from(["service".to_owned(), "orders".to_owned()]),
        destinations: BTreeSet::new(),
    }
}

pub fn load(text: &str) -> Result<Loaded, LoadFailure> {
    load_files(vec![SourceFile { path: PathBuf::from("t.yaml"), text: text.to_owned() }], &shop_operators())
}

#[test]
fn the_demo_shop_loads_without_a_warning() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/prompts/shop");
    match super::load_dir(folder.as_ref(), &shop_operators()) {
        Ok(loaded) => {
            let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
            assert!(warnings.is_empty(), "{}", warnings.join("\n"));
        }
        Err(failure) => panic!("{failure}"),
    }
}
