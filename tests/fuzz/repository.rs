//! What the repository has of each kind already: flows, talks, phrases.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ganira::flows::shipped;
use serde_json::Value as Json;

/// Begins a file in a text of several files.
const MARK: &str = "=== ";

/// Files in one text, each behind a line with its name.
pub fn joined<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut text = String::new();
    for (name, content) in files {
        writeln!(text, "{MARK}{name}\n{content}").unwrap();
    }
    text.into_bytes()
}

/// The files of such a text. Without names it is one flow.
pub fn parted(text: &str) -> Vec<(&str, &str)> {
    if !text.starts_with(MARK) {
        return vec![("f.flow.yaml", text)];
    }
    let files = text[MARK.len()..].split("\n=== ");
    files.map(|file| file.split_once('\n').unwrap_or((file, ""))).collect()
}

/// The shipped sets, and every folder of flows that a test is written with.
pub fn flows() -> Vec<Vec<u8>> {
    let shipped = shipped::NAMES.iter().filter_map(|name| shipped::files(name));
    let mut all: Vec<Vec<u8>> =
        shipped.map(|files| joined(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))).collect();
    for path in yaml("tests/pure/flows/talks").into_iter().chain(yaml("tests/pure/flows/broken")) {
        let file: Json = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        if let Some(files) = file["files"].as_object() {
            all.push(joined(files.iter().filter_map(|(name, text)| Some((name.as_str(), text.as_str()?)))));
        }
    }
    all
}

/// Every talk, as its file is.
pub fn talks() -> Vec<Vec<u8>> {
    yaml("tests/pure/flows/talks").iter().map(|path| fs::read(path).unwrap()).collect()
}

/// What people say: language, what is wanted, the words.
pub fn phrases() -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for path in yaml("tests/pure/flows/phrases") {
        let language = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file: Json = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for phrase in file["phrases"].as_array().unwrap() {
            let text = |key: &str| phrase[key].as_str().unwrap_or_default().to_owned();
            all.push((language.clone(), text("wanted"), text("said")));
        }
    }
    all
}

fn yaml(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}
