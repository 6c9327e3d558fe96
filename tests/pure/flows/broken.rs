//! Broken flows and what is said of each: every file in `broken/` holds flows and the whole list of their mistakes. Every rule of the
//! loader and of `check` is broken by one of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ganira::flows::{FlowSet, Mistake};
use serde_json::Value as Json;

use super::talks::read;
use super::world::{environment, reviewed};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn set_of(file: &Json, files: &str) -> Result<FlowSet, Vec<Mistake>> {
    let files = file[files].as_object().expect("files");
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text_of(text))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    if file["as_is"] == true {
        return FlowSet::load(&files, &environment());
    }
    let files = reviewed(files.iter().copied());
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    FlowSet::load(&files, &environment())
}

/// A file as it stands, or `{repeated: text, times: n}`.
fn text_of(file: &Json) -> String {
    let repeated = || Some(file.get("repeated")?.as_str()?.repeat(file.get("times")?.as_u64()? as usize));
    file.as_str().map(str::to_owned).or_else(repeated).expect("a text")
}

/// All that is said of a file's flows; against an earlier revision where there is one.
fn mistakes_of(file: &Json) -> Vec<Mistake> {
    match set_of(file, "files") {
        Err(mistakes) => mistakes,
        Ok(set) if file.get("earlier").is_some() => {
            let earlier = set_of(file, "earlier").expect("an earlier revision without mistakes");
            if file["moves"] == true {
                return FlowSet::heirs(&earlier, &set).expect_err("places without heirs");
            }
            FlowSet::check_against(&set, &earlier, file["revision"].as_u64().expect("revision") as u32)
        }
        Ok(set) => set.warnings().to_vec(),
    }
}

fn cases() -> Vec<(PathBuf, Json, Vec<Mistake>)> {
    let folder = Path::new(ROOT).join("tests/pure/flows/broken");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
        .into_iter()
        .map(|path| {
            let file = read(&path);
            let found = mistakes_of(&file);
            (path, file, found)
        })
        .collect()
}

#[test]
fn every_broken_flow_is_refused_with_its_mistakes() {
    let mut wrong = String::new();
    for (path, file, found) in cases() {
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        let found = if lines.is_empty() { "nothing is wrong\n".to_owned() } else { lines.join("\n") + "\n" };
        let wanted = file["mistakes"].as_str().unwrap_or_default();
        if found != wanted {
            let _ = writeln!(wrong, "== {}\nfound:\n{found}wanted:\n{wanted}", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The lines of a source file on which a mistake is named, each a rule. A helper that names what its caller found is none.
fn rules_of(source: &str) -> Vec<u32> {
    const CALLS: [&str; 5] = [".add(", ".warn(", ".add_to(", ".wrong_expression(", "Mistake::new("];
    let mut rules = Vec::new();
    let mut helper: Option<usize> = None;
    for (n, line) in source.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        match helper {
            _ if line.trim() == "#[track_caller]" => helper = Some(indent),
            Some(outer) if indent == outer && line.trim() == "}" => helper = None,
            None if CALLS.iter().any(|call| line.contains(call)) => rules.push(n as u32 + 1),
            _ => {}
        }
    }
    rules
}

/// A source file's name from `src/flows` on.
fn from_flows(file: &str) -> Option<String> {
    file.find("src/flows/").map(|at| file[at..].to_owned())
}

/// Files without rules for flows: the mistakes' own, those that read what people say, talks and the operations declared for them.
fn elsewhere(source: &Path) -> bool {
    let name = source.to_str().unwrap();
    name.ends_with("flows/mistake.rs")
        || name.contains("flows/talk/")
        || name.contains("flows/understand/")
        || name.ends_with("operation/declared.rs")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") && !elsewhere(&entry) {
            found.push(entry);
        }
    }
}

#[test]
fn every_rule_is_broken_by_a_flow() {
    let broken: BTreeSet<(String, u32)> = cases()
        .iter()
        .flat_map(|(_, _, found)| found)
        .filter_map(|mistake| Some((from_flows(mistake.rule.file())?, mistake.rule.line())))
        .collect();
    let mut paths = Vec::new();
    sources(&Path::new(ROOT).join("src/flows"), &mut paths);
    let mut unbroken = Vec::new();
    for path in paths {
        let name = from_flows(path.to_str().unwrap()).unwrap();
        let rules = rules_of(&fs::read_to_string(&path).unwrap());
        unbroken.extend(
            rules
                .into_iter()
                .filter(|rule| !broken.contains(&(name.clone(), *rule)))
                .map(|rule| format!("{name}:{rule}")),
        );
    }
    unbroken.sort();
    assert!(unbroken.is_empty(), "no flow in tests/pure/flows/broken breaks the rules at\n{}", unbroken.join("\n"));
}

#[test]
fn the_shipped_flows_have_no_mistakes() {
    for name in ganira::flows::shipped::NAMES {
        let set = FlowSet::shipped(name).unwrap();
        assert!(set.warnings().is_empty(), "{name}: {:#?}", set.warnings());
    }
}
