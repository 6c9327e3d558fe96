//! The JSON Schemas: published as files, whole, and true of every file that we have.

use std::fs;
use std::path::{Path, PathBuf};

use ganira::flows::schema;
use serde_json::Value as Json;

use super::talks::read;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_published_schemas_are_those_of_this_program() {
    for (name, schema) in schema::all() {
        let path = root().join("docs/schema").join(name);
        if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
            fs::write(&path, &schema).unwrap();
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(published == schema, "{} is another: run this test with INSTA_UPDATE=always", path.display());
    }
}

#[test]
fn every_key_a_reader_looks_for_has_its_place_in_the_schema() {
    assert_eq!(schema::unknown_keys(), [""; 0], "add them to KEYS in src/flows/schema.rs");
}

/// What a schema has against a file.
fn against(schema: &Json, file: &Json) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    validator.iter_errors(file).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn yaml(text: &str) -> Json {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).expect("YAML")
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

#[test]
fn every_shipped_file_and_every_talk_is_true_to_its_schema() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (ending, schema) in [
        (".flow.yaml", schema::flow()),
        (".test.yaml", schema::test()),
        (".data.yaml", schema::data()),
        ("operations.yaml", schema::operations()),
    ] {
        let mut found = Vec::new();
        for folder in ["src/flows/shipped", "src/cli/flow/new"] {
            let folder = root().join(folder);
            if folder.is_dir() {
                files(&folder, ending, &mut found);
            }
        }
        for path in found {
            seen += 1;
            let text = fs::read_to_string(&path).unwrap().replace("NAME", "name");
            wrong
                .extend(against(&schema, &yaml(&text)).into_iter().map(|error| format!("{}: {error}", path.display())));
        }
    }
    let (flow, test) = (schema::flow(), schema::test());
    let mut found = Vec::new();
    files(&root().join("tests/pure/flows/talks"), ".yaml", &mut found);
    for path in found {
        seen += 1;
        let talk = read(&path);
        let inline = talk["files"].as_object().into_iter().flatten();
        for (name, text) in inline.filter(|(name, _)| name.ends_with(".flow.yaml")) {
            let errors = against(&flow, &yaml(text.as_str().expect("text")));
            wrong.extend(errors.into_iter().map(|error| format!("{}, {name}: {error}", path.display())));
        }
        wrong.extend(against(&test, &talk).into_iter().map(|error| format!("{}: {error}", path.display())));
    }
    assert!(seen > 10, "{seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let good = "flow: f\nformat: 1\nscenes: {one: [{say: x, when: a > 1}, end]}\n";
    assert_eq!(against(&schema::flow(), &yaml(good)), [""; 0]);
    for (bad, why) in [
        ("flow: f\nformat: 1\nsceens: {one: [end]}\n", "an unknown key of the head"),
        ("flow: f\nformat: 2\nscenes: {one: [end]}\n", "another format"),
        ("flow: f\nformat: 1\nscenes: {one: [{sya: x}]}\n", "an unknown verb"),
        ("flow: f\nformat: 1\nscenes: {one: [{say: x, empyt: y}]}\n", "an unknown key of a step"),
        ("flow: f\nformat: 1\nscenes: {one: []}\n", "a scene without steps"),
        ("flow: f\nformat: 1\nsilence: {ten: [end]}\nscenes: {one: [end]}\n", "no duration"),
    ] {
        assert!(!against(&schema::flow(), &yaml(bad)).is_empty(), "{why}");
    }
    assert_eq!(against(&schema::defaults(), &yaml("channels: [whatsapp]\ntries: 2\n")), [""; 0]);
    assert!(!against(&schema::defaults(), &yaml("scenes: {one: [end]}\n")).is_empty());
    let bad = "tests: [{test: t, talk: [{sya: x}]}]\n";
    assert!(!against(&schema::test(), &yaml(bad)).is_empty());
}
