//! Broken flows and what is said of each: every file in `broken/` holds flows and the whole list of their mistakes.

use std::fmt::Write as _;
use std::fs;

use ganira::flows::FlowSet;
use serde_json::Value as Json;

use super::talks::read;
use super::world::{environment, reviewed};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pure/flows/broken");

fn mistakes_of(file: &Json) -> String {
    let files = file["files"].as_object().expect("files");
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str().unwrap())).collect();
    let heads = if file["as_is"] == true { Vec::new() } else { reviewed(files.iter().copied()) };
    let heads: Vec<(&str, &str)> = heads.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    let files = if heads.is_empty() { files } else { heads };
    match FlowSet::load(&files, &environment()) {
        Ok(_) => "nothing is wrong\n".to_owned(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n",
    }
}

#[test]
fn every_broken_flow_is_refused_with_its_mistakes() {
    let mut paths: Vec<_> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut wrong = String::new();
    for path in paths {
        let file = read(&path);
        let (found, wanted) = (mistakes_of(&file), file["mistakes"].as_str().unwrap_or_default());
        if found != wanted {
            let _ = writeln!(wrong, "== {}\nfound:\n{found}wanted:\n{wanted}", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_shipped_flows_have_no_mistakes() {
    for name in ganira::flows::shipped::NAMES {
        assert!(FlowSet::shipped(name).is_some(), "{name}");
    }
}
