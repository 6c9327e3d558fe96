//! Connections: several, lost ones, refused ones, every way to bind.

use ganira::config::Bind;
use rstest::rstest;
use serde_json::json;

use super::{
    ALINE, GATEWAY, NUMBER, all_delivered, answer_to, ask, count, inbox, received, say, set_password, smsc, tell, text,
    world,
};
use crate::world::wait_for;

async fn sessions(world: &crate::world::World, many: u64) {
    wait_for(&format!("{many} sessions"), async || (ask(world, "").await["sessions"] == many).then_some(())).await;
}

#[rstest]
#[case(Bind::Transceiver, 1)]
#[case(Bind::Pair, 2)]
#[tokio::test]
async fn messages_go_and_come_however_it_is_bound(#[case] bind: Bind, #[case] connections: u64) {
    let world = world("diary", smsc(), move |gateway| gateway.bind = bind).await;
    sessions(&world, connections).await;
    assert!(answer_to(&world, ALINE, "Muraho").await.contains("Muraho"));
    all_delivered(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_receiver_alone_hears_and_what_is_to_be_sent_waits() {
    let world = world("diary", smsc(), |gateway| gateway.bind = Bind::Receiver).await;
    sessions(&world, 1).await;
    say(&world, ALINE, "Muraho").await;
    let look = ask(&world, "").await;
    assert_eq!((look["submits"].as_u64(), count(&world, "SELECT count(*) FROM ganira.outbox").await), (Some(0), 1));
    world.stop().await;
}

#[tokio::test]
async fn several_connections_of_one_account_share_its_messages() {
    let world = world("diary", smsc(), |gateway| {
        gateway.connections = 3;
        gateway.window = 1;
    })
    .await;
    sessions(&world, 3).await;
    let people: Vec<String> = (0..24).map(|n| format!("+2507800001{n:02}")).collect();
    futures::future::join_all(people.iter().map(|one| answer_to(&world, one, "Muraho"))).await;
    all_delivered(&world).await;
    let look = ask(&world, "").await;
    assert_eq!((look["submitters"].as_u64(), look["short_messages"].as_u64()), (Some(3), Some(24)), "{look}");
    world.stop().await;
}

#[tokio::test]
async fn a_connection_lost_in_mid_flight_loses_and_doubles_nothing() {
    let world = world("diary", smsc(), |_| {}).await;
    answer_to(&world, ALINE, "first").await;
    // Taken, but the answer is lost; then one that is lost before it is taken.
    for (fault, said) in [(json!({"cut_answer": true}), "again one"), (json!({"cut": true}), "again two")] {
        tell(&world, "/faults", fault).await;
        let before = inbox(&world, ALINE).await.len();
        say(&world, ALINE, said).await;
        received(&world, ALINE, before + 1).await;
    }
    all_delivered(&world).await;
    // The parts of a long one, of which one is lost on either side.
    say(&world, ALINE, &"x".repeat(400)).await;
    received(&world, ALINE, 4).await;
    tell(&world, "/faults", json!({"cut_answer": true, "after": 1})).await;
    say(&world, ALINE, "last").await;
    received(&world, ALINE, 5).await;
    all_delivered(&world).await;
    let inbox = inbox(&world, ALINE).await;
    assert_eq!(inbox.len(), 5, "{inbox:#?}");
    let last = text(&inbox[4]);
    assert_eq!((last.matches("first").count(), last.matches("again").count(), last.matches("last").count()), (1, 2, 1));
    // Every part of every message came once.
    let parts: u64 = inbox.iter().map(|message| message["parts"].as_u64().unwrap()).sum();
    assert_eq!(ask(&world, "").await["short_messages"], parts);
    world.stop().await;
}

#[tokio::test]
async fn what_people_wrote_while_we_were_away_comes_when_we_are_back_once() {
    let world = world("diary", smsc(), |_| {}).await;
    answer_to(&world, ALINE, "first").await;
    tell(&world, "/door", json!({"open": false})).await;
    tell(&world, "/cut", json!({})).await;
    let away = {
        let url = world.control("/smsc/say");
        let body = json!({"from": ALINE, "to": NUMBER, "text": "away"});
        let send = world.http.post(url).json(&body).send();
        #[expect(clippy::disallowed_methods, reason = "a phone is no part of the engine")]
        tokio::spawn(async move { send.await.unwrap().status().is_success() })
    };
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    tell(&world, "/door", json!({"open": true})).await;
    assert!(away.await.unwrap());
    let answer = received(&world, ALINE, 2).await;
    assert_eq!(text(&answer[1]).matches("away").count(), 1);
    all_delivered(&world).await;
    world.stop().await;
}

const STOPPED: &str = "SELECT count(*) FROM ganira.account WHERE channel = 'sms' AND stopped_reason IS NOT NULL";

#[tokio::test]
async fn a_wrong_password_stops_the_account_until_somebody_acts() {
    // It only hears at first, so that an answer waits.
    let mut world = world("diary", smsc(), |gateway| gateway.bind = Bind::Receiver).await;
    say(&world, ALINE, "Muraho").await;
    world.stop_engine().await;
    world.config.smpp_gateways.get_mut(GATEWAY).unwrap().bind = Bind::Transceiver;
    set_password(&world, NUMBER, "wrong").await;
    world.start().await;
    wait_for("the account to be stopped", async || (count(&world, STOPPED).await == 1).then_some(())).await;
    let look = ask(&world, "").await;
    assert_eq!((look["sessions"].as_u64(), look["submits"].as_u64()), (Some(0), Some(0)), "{look}");
    // Somebody does: what waits leaves.
    world.stop_engine().await;
    set_password(&world, NUMBER, "secret").await;
    world.start().await;
    assert!(text(&received(&world, ALINE, 1).await[0]).contains("Muraho"));
    all_delivered(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn stopping_ends_the_sessions_in_order() {
    let mut world = world("diary", smsc(), |gateway| gateway.connections = 2).await;
    sessions(&world, 2).await;
    world.stop_engine().await;
    sessions(&world, 0).await;
    world.start().await;
    sessions(&world, 2).await;
    assert!(answer_to(&world, ALINE, "Muraho").await.contains("Muraho"));
    world.stop().await;
}
