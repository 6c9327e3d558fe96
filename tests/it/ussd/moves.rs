//! From a chat to a keypad: the code of a move is dialled behind the business's own.

use std::collections::BTreeMap;

use ganira::domain::MoveCode;
use ganira::operations::flows::{self, Folder, Wanted};
use ganira::operations::registry;
use serde_json::json;

use super::handset::{ALINE, CODE, Handset, count, refresh, salon};
use crate::world::{options, text};

/// On WhatsApp nobody is told her number.
const ALINE_THERE: &str = "RW.13491208655302741918";

const FLOW: &str = r#"
flow: shop
format: 1
channels: [whatsapp, ussd]
languages: [en]
start: {otherwise: true, ussd: "*384*77#"}
scenes:
  one:
    - choose: size
      options: {small: over, large: over}
  over:
    - move: ussd
      outcomes: {moved: town, unreachable: town}
  town:
    - choose: town
      options: {huye: next, kigali: next}
    - say: done
    - end
"#;
const ENGLISH: &str = "### unreviewed
size = Which size?
    .small = Small
    .large = Large
ussd = It goes on at the keypad.
town = Which town?
    .huye = Huye
    .kigali = Kigali
done = { $size } to { $town }.
";

#[tokio::test]
async fn a_dialled_code_brings_her_to_where_she_was_and_a_guessed_one_to_nothing() {
    let world = salon().await;
    let files: Folder = BTreeMap::from([
        ("shop.flow.yaml".to_owned(), FLOW.to_owned()),
        ("shop.en.ftl".to_owned(), ENGLISH.to_owned()),
    ]);
    let wanted = Wanted { note: "a test", by: "the test", reviewed_only: false };
    let pool = world.database.pool().await;
    flows::publish(&pool, world.tenant, files, &registry::environment(), wanted).await.unwrap();
    refresh(&world).await;
    world.person("people", json!({"user_id": ALINE_THERE, "username": "aline.k"})).await;
    world.say(ALINE_THERE, "hello").await;
    let sizes = world.received(ALINE_THERE, 1).await.remove(0);
    world.tap(ALINE_THERE, &options(&sizes)[1]).await;
    let inbox = world.received(ALINE_THERE, 2).await;
    let told = text(inbox.last().unwrap()).to_owned();
    let behind = told.split("*384*77*").nth(1).and_then(|rest| rest.split('#').next());
    let behind = behind.unwrap_or_else(|| panic!("no code to dial in {told:?}"));

    let guess = MoveCode::drawn(7_000_000_001).dialled_after(CODE);
    let guess = guess.trim_start_matches("*384*77*").trim_end_matches('#').to_owned();
    let refused = Handset::new(&world, "+250780000066", "ATUid_1").dial(&guess).await;
    assert_eq!(refused, "END This code is not, or no longer, good. Please ask for a new one where you began.");

    let mut handset = Handset::new(&world, ALINE, "ATUid_2");
    let town = handset.dial(behind).await;
    assert!(town.starts_with("CON Which town?\n1 Huye\n2 Kigali"), "{town}");
    assert_eq!(handset.repeat().await, town);
    let done = handset.key("1").await;
    assert_eq!(done, "END Large to Huye.");
    assert_eq!(count(&world, "SELECT count(DISTINCT contact_id) FROM ganira.directory").await, 2, "she is one person");
    let second_hand = Handset::new(&world, "+250780000066", "ATUid_3").dial(behind).await;
    assert!(second_hand.starts_with("END This code is not"), "{second_hand}");
    world.stop().await;
}
