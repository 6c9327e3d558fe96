//! `ganira flow`: the commands on files, as a consultant runs them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the command in a folder with these lines typed.
fn flow(folder: &Path, arguments: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ganira"))
        .arg("flow")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments does not wait for what is typed.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A folder with the flow that `flow new` writes.
fn table() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = flow(folder.path(), &["new", "table"], "");
    assert!(made.status.success(), "{}", said(&made));
    folder
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_new_flow_passes_its_check_and_its_tests_which_reach_every_step() {
    let folder = table();
    let checked = flow(folder.path(), &["check", "table"], "");
    assert!(checked.status.success(), "{}", said(&checked));
    let tested = flow(folder.path(), &["test", "table", "--coverage"], "");
    assert!(tested.status.success() && said(&tested).contains("17 of 17 steps were reached"), "{}", said(&tested));
    let again = flow(folder.path(), &["new", "table"], "");
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("exists already"), "{}", said(&again));
    assert!(flow(folder.path(), &["new", "second", "--dir", "table"], "").status.success());
    let both = flow(folder.path(), &["test", "table"], "");
    assert!(both.status.success(), "two flows in one folder: {}", said(&both));
}

#[test]
fn check_names_every_mistake_with_its_place_and_a_file_only_its_own() {
    let folder = table();
    assert!(flow(folder.path(), &["new", "second", "--dir", "table"], "").status.success());
    replace(
        &folder.path().join("table/table.flow.yaml"),
        "empty: [say: full, go: menu]",
        "empty: [say: full, go: menuu]",
    );
    replace(&folder.path().join("table/table.test.yaml"), "{pick: table, bot: table}", "{pikc: table, bot: table}");
    let checked = flow(folder.path(), &["check", "table"], "");
    assert_eq!(checked.status.code(), Some(1));
    let text = said(&checked);
    assert!(text.contains("table/table.flow.yaml:") && text.contains("did you mean \"menu\"?"), "{text}");
    let json = flow(folder.path(), &["check", "table", "--json"], "");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(json["mistakes"][0]["line"].as_u64().unwrap() > 1, "{json}");
    let other = flow(folder.path(), &["check", "table/second.flow.yaml"], "");
    assert!(!said(&other).contains("menuu"), "{}", said(&other));
    replace(&folder.path().join("table/table.flow.yaml"), "menuu", "menu");
    let checked = said(&flow(folder.path(), &["check", "table"], ""));
    assert!(checked.contains("an exchange has no key \"pikc\""), "{checked}");
}

#[test]
fn sizes_are_printed_by_channel_and_language() {
    let folder = table();
    let text = said(&flow(folder.path(), &["check", "table", "--sizes"], ""));
    let row = |channel: &str| {
        let found = text.lines().find(|line| line.starts_with("table/menu.menu ") && line.contains(channel));
        let cells = found.unwrap_or_else(|| panic!("{channel}: {text}")).split_whitespace();
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    // "What can we do for you?" has 23 characters; the options stand on buttons, or as "1 Reserve a table" and "2 Opening hours". A screen may
    // have "0 Back" as well.
    assert_eq!(row("whatsapp")[1..], ["whatsapp", "en", "23", "1", "-"]);
    assert_eq!(row("ussd")[1..], ["ussd", "en", "64", "1", "-"]);
    assert_eq!(row(" sms")[1..], ["sms", "en", "57", "1", "1"]);
    let json = flow(folder.path(), &["check", "table", "--sizes", "--json"], "");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let rows = json["sizes"].as_array().unwrap().iter().filter(|size| size["step"] == "table/table.table");
    assert!(rows.clone().count() == 3 && rows.clone().all(|size| size["line"].as_u64().unwrap() > 1), "{json}");
}

#[test]
fn what_a_folder_says_for_all_its_flows_counts_and_is_checked() {
    let folder = table();
    let defaults = folder.path().join("table/defaults.yaml");
    fs::write(&defaults, "channels: [whatsapp]\n").unwrap();
    let text = said(&flow(folder.path(), &["check", "table", "--sizes"], ""));
    assert!(text.contains("whatsapp") && !text.contains("ussd"), "{text}");
    fs::write(&defaults, "tries: 0\n").unwrap();
    let checked = flow(folder.path(), &["check", "table/table.flow.yaml"], "");
    assert!(checked.status.code() == Some(1) && said(&checked).contains("defaults.yaml:1:8"), "{}", said(&checked));
}

#[test]
fn with_a_configuration_only_its_providers_count() {
    let folder = table();
    let path = folder.path().join("table");
    let head = "flow: licence\nformat: 1\nchannels: [whatsapp]\nstart: {otherwise: true}\n";
    let scene = "scenes:\n  one:\n    - ask: photo\n      type: image\n    - read: licence\n      by: eyes\n      from: photo\n      outcomes: {read: next, unclear: next, failed: next}\n    - end\n";
    fs::write(path.join("licence.flow.yaml"), format!("{head}{scene}")).unwrap();
    fs::write(path.join("licence.en.ftl"), "### unreviewed\nphoto = Your licence?\n").unwrap();
    let alone = flow(folder.path(), &["check", "table"], "");
    assert!(alone.status.code() == Some(1) && said(&alone).contains("eyes"), "{}", said(&alone));
    // `dev` has providers of these names in its sandbox.
    let configured = flow(folder.path(), &["check", "table", "--dev"], "");
    assert!(configured.status.success(), "{}", said(&configured));
    replace(&path.join("licence.flow.yaml"), "by: eyes", "by: ears");
    fs::write(path.join("licence.operations.yaml"), "providers: {read: [ears]}\n").unwrap();
    let declared = flow(folder.path(), &["check", "table"], "");
    assert!(declared.status.success(), "{}", said(&declared));
    let configured = flow(folder.path(), &["check", "table", "--dev"], "");
    assert!(configured.status.code() == Some(1) && said(&configured).contains("ears"), "{}", said(&configured));
}

#[test]
fn a_failing_test_is_told_and_bless_rewrites_what_it_expects() {
    let folder = table();
    let tests = folder.path().join("table/table.test.yaml");
    let right = fs::read_to_string(&tests).unwrap();
    replace(&tests, "{pick: table, bot: table}", "{pick: table, bot: menu}");
    let failed = flow(folder.path(), &["test", "table"], "");
    assert_eq!(failed.status.code(), Some(1));
    let text = said(&failed);
    assert!(text.contains("table/table.test.yaml:9:28") && text.contains("expected: menu"), "{text}");
    let filtered = flow(folder.path(), &["test", "table", "--filter", "three times", "--channel", "sms"], "");
    assert!(said(&filtered).contains("1 conversations went as they are written"), "{}", said(&filtered));
    let blessed = flow(folder.path(), &["test", "table", "--bless"], "");
    assert!(blessed.status.success(), "{}", said(&blessed));
    assert_eq!(fs::read_to_string(&tests).unwrap(), right, "only what was wrong changed");
}

#[test]
fn a_played_talk_is_kept_as_a_test_that_passes() {
    let folder = table();
    let typed = "1\n1\n:undo\n2\n40\n4\n:values\n:quit\n";
    let played = flow(folder.path(), &["play", "table", "--save", "table.test.yaml", "--name", "by hand"], typed);
    let text = said(&played);
    assert!(played.status.success() && text.contains("[1] By the window"), "{text}");
    assert!(text.contains("We seat 12 at most."), "{text}");
    let kept = fs::read_to_string(folder.path().join("table/table.test.yaml")).unwrap();
    assert!(
        kept.contains("- {pick: garden, bot: guests}")
            && !kept.contains("- {pick: window, bot: guests}\n      - {pick: garden"),
        "{kept}"
    );
    let tested = flow(folder.path(), &["test", "table", "--filter", "by hand"], "");
    assert!(said(&tested).contains("1 conversations went as they are written"), "{}", said(&tested));
}

#[test]
fn the_player_answers_for_operations_and_time_passes_on_a_phone_screen() {
    let folder = table();
    fs::remove_file(folder.path().join("table/table.data.yaml")).unwrap();
    let typed = "1\nfound 2\n1\n3\ntaken\n:later 1d\n:event x\nnonsense\n";
    let played = flow(folder.path(), &["play", "table", "--channel", "ussd", "--save", "played.test.yaml"], typed);
    let text = said(&played);
    assert!(text.contains("? table_tables is asked") && text.contains("? table_reserve is to be done"), "{text}");
    assert!(text.contains("│ 1 n1") && text.contains("characters"), "{text}");
    let kept = fs::read_to_string(folder.path().join("table/played.test.yaml")).unwrap_or_else(|_| panic!("{text}"));
    assert!(kept.contains("answer: {table_reserve: taken}") && kept.contains("later: 1d"), "{kept}");
    let tested = flow(folder.path(), &["test", "table/played.test.yaml"], "");
    assert!(tested.status.success(), "{}", said(&tested));
}

#[test]
fn a_flow_is_read_aloud_with_its_texts() {
    let folder = table();
    let read = flow(folder.path(), &["read", "table"], "");
    let text = said(&read);
    for part in [
        "Begins with: table",
        "“What can we do for you?”\n  Reserve a table → table\n  Opening hours:\n    “We are open every day",
        "outcome taken:",
        "“‹table.label› is yours tonight",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let refused = flow(folder.path(), &["read", "table", "--language", "tl"], "");
    assert!(said(&refused).contains("expected one of en"), "{}", said(&refused));
}

#[test]
fn a_flow_is_drawn() {
    let folder = table();
    let drawn = flow(folder.path(), &["graph", "table"], "");
    assert!(said(&drawn).starts_with("flowchart") || said(&drawn).contains("flowchart"), "{}", said(&drawn));
    assert_eq!(said(&flow(folder.path(), &["graph", "table", "--mermaid"], "")), said(&drawn));
    let drawn = flow(folder.path(), &["graph", "table", "--flow", "table", "--svg"], "");
    assert!(said(&drawn).starts_with("<svg"), "{}", said(&drawn));
    let refused = flow(folder.path(), &["graph", "table", "--flow", "tabel"], "");
    assert!(said(&refused).contains("expected one of table"), "{}", said(&refused));
}

#[test]
fn wrong_calls_name_the_argument_and_what_was_expected() {
    let folder = table();
    for (arguments, code, expected) in [
        (&["check"][..], 2, "DIR|FILE"),
        (&["check", "nowhere"], 2, "expected a folder of flows"),
        (&["new", "Table!"], 2, "expected up to 20 of a-z"),
        (&["test", "table", "--channel", "smoke"], 2, "whatsapp, ussd, sms"),
        (&["play", "table", "--flow", "tabel"], 1, "expected one of table"),
        (&["play", "table", "--save", "here.yaml"], 1, "ends in .test.yaml"),
        (&["test", "table", "--filter", "no such test"], 1, "no test was played"),
        (&["check", "."], 1, ".flow.yaml"),
    ] {
        let refused = flow(folder.path(), arguments, "");
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {}", said(&refused));
        assert!(said(&refused).contains(expected), "{arguments:?}: {}", said(&refused));
    }
}
