//! The flows that come with the program as products: the tests beside them, all of what was said as golden text, and that nothing in them
//! goes untested.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ganira::flows::talk::{Coverage, Talks, Test};
use ganira::flows::{Channel, FlowSet};

const SALON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/flows/shipped/salon");

/// The tests beside the salon's flows, by the names of their files.
fn suites() -> Vec<(String, Talks)> {
    let mut paths: Vec<_> = fs::read_dir(SALON).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let stem = |path: &Path| path.file_name()?.to_str()?.strip_suffix(".test.yaml").map(str::to_owned);
    let suite = |path: &Path| {
        let stem = stem(path)?;
        let data = format!("{stem}.data.yaml");
        let rows = fs::read_to_string(Path::new(SALON).join(&data)).unwrap();
        let talks = Talks::read(&format!("{stem}.test.yaml"), &fs::read_to_string(path).unwrap(), Some((&data, &rows)));
        Some((stem, talks.unwrap_or_else(|mistakes| panic!("{mistakes:?}"))))
    };
    paths.iter().filter_map(|path| suite(path)).collect()
}

#[test]
fn the_salon_talks_as_its_tests_say_and_every_step_of_it_is_reached() {
    let salon = FlowSet::shipped("salon").unwrap();
    let (mut reached, mut failed) = (BTreeSet::new(), Vec::new());
    for (stem, talks) in suites() {
        let mut golden = String::new();
        for played in talks.play_all(&salon) {
            golden.extend(["# ", &played.test, " (", played.channel.as_str(), ")\n", &played.transcript, "\n"]);
            failed.extend(played.failure.map(|failure| failure.to_string()));
            reached.extend(played.reached);
        }
        if failed.is_empty() {
            insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("library_{stem}"), golden);
            });
        }
    }
    assert!(failed.is_empty(), "these talks went another way:\n{}", failed.join("\n"));
    let unreached = Coverage::of(&salon, &reached).unreached;
    assert!(unreached.is_empty(), "no test reaches {unreached:#?}");
}

#[test]
fn the_salon_is_tested_on_every_channel_in_every_language() {
    let suites = suites();
    let tests = || suites.iter().flat_map(|(_, talks)| talks.tests());
    for channel in [Channel::WhatsApp, Channel::Ussd, Channel::Sms] {
        for language in ["en", "fr", "rw", "sw"] {
            let books = |test: &&Test| test.channels.contains(&channel) && test.language == language;
            assert!(tests().any(|test| books(&test)), "no test in {language} on {}", channel.as_str());
        }
    }
}
