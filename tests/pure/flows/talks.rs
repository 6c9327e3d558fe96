//! Every talk in `talks/`, with the whole of what was said as golden text beside it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ganira::flows::FlowSet;
use ganira::flows::talk::{Flows, Talks};
use serde_json::Value as Json;

use super::world::{environment, reviewed};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pure/flows/talks");

/// The flows of a talk: a shipped set, or files in the talk itself.
fn flows_of(talks: &Talks) -> Arc<FlowSet> {
    let files = match talks.flows() {
        Flows::Shipped(name) => return FlowSet::shipped(name).expect("a shipped set"),
        Flows::Inline(files) => files,
        Flows::Beside => panic!("set or files"),
    };
    let files = reviewed(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    match FlowSet::load(&files, &environment()) {
        Ok(set) => Arc::new(set),
        Err(mistakes) => panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// The flows of the talk of this name.
pub fn of_talk(name: &str) -> Arc<FlowSet> {
    let path = format!("{FOLDER}/{name}.yaml");
    let talks = Talks::read(&path, &fs::read_to_string(&path).unwrap(), None);
    flows_of(&talks.unwrap_or_else(|mistakes| panic!("{mistakes:?}")))
}

/// A YAML file as JSON.
pub fn read(path: &Path) -> Json {
    let text = fs::read_to_string(path).unwrap();
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(&text, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_talk_goes_as_it_is_written() {
    let mut paths: Vec<_> = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    assert!(!paths.is_empty());
    let mut failed = Vec::new();
    for path in paths {
        let name = format!("tests/pure/flows/talks/{}", path.file_name().unwrap().to_string_lossy());
        let talks = match Talks::read(&name, &fs::read_to_string(&path).unwrap(), None) {
            Ok(talks) => talks,
            Err(mistakes) => {
                failed.extend(mistakes.iter().map(ToString::to_string));
                continue;
            }
        };
        let flows = flows_of(&talks);
        let mut golden = String::new();
        for test in talks.tests() {
            for channel in &test.channels {
                let played = talks.play(&flows, test, *channel);
                let on = if test.channels.len() > 1 { format!(" ({channel:?})") } else { String::new() };
                golden.extend(["# ", &test.name, &on, "\n", &played.transcript, "\n"]);
                failed.extend(played.failure.map(|failure| failure.to_string()));
            }
        }
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if failed.is_empty() {
            insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stem, golden);
            });
        }
    }
    assert!(failed.is_empty(), "these talks went another way:\n{}", failed.join("\n"));
}

#[test]
fn every_step_kind_has_a_talk_of_its_own() {
    for verb in ganira::flows::verbs() {
        let path = Path::new(FOLDER).join(format!("step_{verb}.yaml"));
        assert!(path.exists(), "the step kind {verb} has no talk: write {}", path.display());
        let file = read(&path);
        let files = file["files"].as_object().expect("its own flow");
        let used = files.values().any(|text| text.as_str().unwrap().contains(&format!("- {verb}: ")));
        assert!(used, "the flow of {} does not use {verb}", path.display());
    }
}
