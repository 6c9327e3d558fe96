//! The worked example of docs/ussd.md, run as it stands there.

use ganira::channels::ussd::{Gateway, Screen, kinds};

use super::{configured, read};

const PAGE: &str = include_str!("../../../docs/ussd.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    PAGE.split(&fence).skip(1).map(|block| block.split_once("\n```").unwrap().0).collect()
}

#[test]
fn the_invented_gateway_of_the_guide_reads_and_answers_as_the_guide_says() {
    let bwiza = blocks("toml").into_iter().find(|block| block.contains("bwiza")).unwrap();
    let gateway = Gateway::new("bwiza", &configured(bwiza)["bwiza"]).unwrap();
    let blocks = blocks("json");
    let [requests @ .., readings, answer] = blocks.as_slice() else { panic!("the guide has blocks of JSON") };
    assert_eq!(requests.len(), 3);
    let asked: Vec<_> = requests.iter().map(|body| read(&gateway, "POST", "", body).unwrap()).collect();
    let read: Vec<String> = asked.iter().map(|asked| serde_json::to_string(asked).unwrap()).collect();
    assert_eq!(read.join("\n"), *readings);
    let screen = Screen { text: "Which day?".to_owned(), ended: false };
    assert_eq!(gateway.answer(&asked[0], &screen).body(), answer.as_bytes());
}

#[test]
fn the_guide_knows_every_preset_and_its_first_example_can_be_used() {
    for kind in kinds() {
        assert!(
            PAGE.contains(&format!("`{kind}`")) || PAGE.contains(&format!("\"{kind}\"")),
            "{kind} is not in docs/ussd.md"
        );
    }
    let at = blocks("toml")[0];
    Gateway::new("at", &configured(at)["at"]).unwrap();
}
