//! The floors of ARCHITECTURE.md, held to the code: a folder names only those it stands on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which floors each floor may name. What is missing here may not exist.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("crypto", &["domain"]),
    ("resilience", &["domain"]),
    ("config", &["domain"]),
    ("flows", &["domain"]),
    ("store", &["domain", "crypto", "resilience", "config", "flows"]),
    ("operations", &["domain", "crypto", "resilience", "config", "flows", "store"]),
    // Channels and store are strangers to each other.
    ("channels", &["domain", "crypto", "resilience", "config", "flows"]),
    ("actors", &["domain", "crypto", "resilience", "config", "flows", "store", "operations", "channels"]),
    ("api", &["domain", "crypto", "resilience", "config", "flows", "store", "operations", "channels", "actors"]),
    // The companies' side knows wire formats only, never our channels' code.
    ("sandbox", &["domain", "crypto", "resilience", "config"]),
    (
        "cli",
        &[
            "domain",
            "crypto",
            "resilience",
            "config",
            "flows",
            "store",
            "operations",
            "channels",
            "actors",
            "api",
            "sandbox",
        ],
    ),
];

/// Words that have no business on a floor: what is absent there is an invariant.
const ABSENT: &[(&str, &[&str])] = &[
    ("domain", &["tokio::", "sqlx::", "reqwest::", "std::fs", "std::net", "axum::"]),
    (
        "flows",
        &[
            "tokio::",
            "sqlx::",
            "reqwest::",
            "std::fs",
            "std::net",
            "std::time::Instant",
            "SystemTime",
            "Utc::now",
            "rand::",
        ],
    ),
    ("channels", &["sqlx::"]),
    ("api", &["sqlx::"]),
    ("actors", &["SELECT ", "INSERT INTO", "messaging_product"]),
    ("sandbox", &["sqlx::"]),
];

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The floors a text names: what follows `crate::` (alone or first in a group).
fn named(text: &str) -> BTreeSet<String> {
    let mut floors = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        floors.insert(first_segment(&item));
                        item.clear();
                        continue;
                    }
                    _ => {}
                }
                item.push(c);
            }
            floors.insert(first_segment(&item));
        } else {
            floors.insert(first_segment(rest));
        }
    }
    floors.remove("");
    floors
}

fn first_segment(path: &str) -> String {
    path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_floor_names_only_those_it_stands_on() {
    let mut wrong = Vec::new();
    for (floor, below) in FLOORS {
        for file in source_files(&src().join(floor)) {
            for name in named(&without_comments(&fs::read_to_string(&file).unwrap())) {
                let known = FLOORS.iter().any(|(known, _)| *known == name);
                if known && name != *floor && !below.contains(&name.as_str()) {
                    wrong.push(format!("{} names {name}, which is not below {floor}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_known_floor() {
    let folders: BTreeSet<String> = fs::read_dir(src())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let known: BTreeSet<String> = FLOORS.iter().map(|(floor, _)| (*floor).to_owned()).collect();
    assert_eq!(folders, known);
}

#[test]
fn what_is_to_be_absent_from_a_floor_is_absent() {
    let mut wrong = Vec::new();
    for (floor, words) in ABSENT {
        for file in source_files(&src().join(floor)) {
            let text = without_comments(&fs::read_to_string(&file).unwrap());
            for word in words.iter().filter(|word| text.contains(**word)) {
                // The one place that asks the clock.
                if file.ends_with("domain/clock.rs") {
                    continue;
                }
                wrong.push(format!("{} has {word}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_use_lines_sees_groups_and_paths() {
    let text = "use crate::{store::{self, Store}, flows}; fn f() { crate::cli::run() }";
    let names: Vec<String> = named(text).into_iter().collect();
    assert_eq!(names, ["cli", "flows", "store"]);
}
