//! The README says who has read which language of the shipped flows.

use std::fmt::Write as _;

use ganira::flows::{FlowSet, own_reviews, shipped};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const BEGIN: &str = "<!-- reviews: begin -->\n";
const END: &str = "<!-- reviews: end -->";

fn table() -> String {
    let mut table = "| texts | language | |\n|---|---|---|\n".to_owned();
    for (language, review) in own_reviews() {
        let _ = writeln!(table, "| the engine's own | {language} | {review} |");
    }
    for name in shipped::OFFERED {
        let set = FlowSet::shipped(name).unwrap();
        for reviewed in set.reviews() {
            let _ = writeln!(table, "| {name}/{} | {} | {} |", reviewed.flow, reviewed.language, reviewed.review);
        }
    }
    table
}

#[test]
fn the_readme_names_the_reviewer_of_every_language() {
    let readme = std::fs::read_to_string(README).unwrap();
    let stands = readme.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(stands, _)| stands);
    let table = table();
    assert!(stands == Some(&table), "write into README.md:\n\n{BEGIN}{table}{END}\n");
}
