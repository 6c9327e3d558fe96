//! Servers, hand-overs and news from the command line.

use serde_json::json;

use super::commands::{complaint, folder, json, out, run};
use crate::harness;
use crate::world::{Wish, World, option, text};

const ALINE: &str = "+250780000001";
const TENANT: [&str; 3] = ["--tenant", "Salon Inzozi", "--dev"];
const WHO: [&str; 5] = ["--tenant", "Salon Inzozi", "--phone", ALINE, "--dev"];

async fn errands() -> World {
    World::with(Wish { flow: "errands", ..Wish::default() }).await
}

async fn done(folder: &std::path::Path, arguments: &[&str], of: &[&str]) -> String {
    let output = run(folder, &[arguments, of].concat()).await;
    assert!(output.status.success(), "{arguments:?}: {}{}", out(&output), complaint(&output));
    out(&output)
}

/// The newest of so many messages.
async fn newest(world: &World, count: usize) -> String {
    text(world.received(ALINE, count).await.last().unwrap()).to_owned()
}

#[tokio::test]
async fn a_tenants_servers_are_added_listed_and_removed() {
    let database = harness::database().await;
    let folder = folder(&database.options(), "http://127.0.0.1:1");
    let path = folder.path();
    json(path, &["tenant", "create", "Salon Inzozi", "--zone", "Africa/Kigali", "--json", "--dev"]).await;
    let listed = ["tenant", "server", "list", "--json"];
    assert_eq!(json(path, &[&listed[..], &TENANT].concat()).await, json!([]));
    let add = ["tenant", "server", "add", "shop", "--url"];
    let made = done(path, &[&add[..], &["https://shop.example/orders"]].concat(), &TENANT).await;
    assert!(made.contains("Requests are signed with whsec_"), "{made}");
    std::fs::write(path.join("secret"), "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n").unwrap();
    let own = [&add[..], &["https://shop.example/v2", "--secret-file", "secret"]].concat();
    let own = done(path, &own, &TENANT).await;
    assert!(!own.contains("whsec_"), "a secret that was given is not shown: {own}");
    let all = json(path, &[&listed[..], &TENANT].concat()).await;
    assert_eq!((all.as_array().unwrap().len(), &all[0]["url"]), (1, &json!("https://shop.example/v2")));
    for (url, name, says) in [("ftp://shop.example", "shop", "https://"), ("https://shop.example", "Shop!", "a-z")] {
        let wrong = run(path, &[&["tenant", "server", "add", name, "--url", url][..], &TENANT].concat()).await;
        assert_eq!(wrong.status.code(), Some(1));
        assert!(complaint(&wrong).contains(says), "{}", complaint(&wrong));
    }
    done(path, &["tenant", "server", "remove", "shop"], &TENANT).await;
    let gone = run(path, &[&["tenant", "server", "remove", "shop"][..], &TENANT].concat()).await;
    assert_eq!(gone.status.code(), Some(1));
    assert!(complaint(&gone).contains("tenant server list"), "{}", complaint(&gone));
}

#[tokio::test]
async fn staff_open_a_queue_see_who_waits_and_give_her_back() {
    let world = errands().await;
    let folder = folder(&world.database.options(), "http://127.0.0.1:1");
    let path = folder.path();
    assert!(done(path, &["handover", "queues"], &TENANT).await.contains("No queue was ever opened"));
    done(path, &["handover", "open", "desk"], &TENANT).await;
    world.say(ALINE, "hello").await;
    let inbox = world.received(ALINE, 1).await;
    world.tap(ALINE, &option(&inbox[0], "desk")).await;
    assert_eq!(newest(&world, 2).await, "One moment, a colleague takes over.");
    let waiting = json(path, &[&["handover", "list", "--json"][..], &TENANT].concat()).await;
    assert_eq!((waiting.as_array().unwrap().len(), &waiting[0]["queue"]), (1, &json!("desk")), "{waiting}");
    let returned = done(path, &["handover", "return"], &WHO).await;
    assert!(returned.contains("told"), "{returned}");
    assert_eq!(newest(&world, 3).await, "What shall it be?");
    assert!(done(path, &["handover", "list"], &TENANT).await.contains("Staff have no conversation now."));

    done(path, &["handover", "shut", "desk"], &TENANT).await;
    let queues = json(path, &[&["handover", "queues", "--json"][..], &TENANT].concat()).await;
    assert_eq!((&queues[0]["queue"], &queues[0]["open"]), (&json!("desk"), &json!(false)));
    let inbox = world.inbox(ALINE).await;
    world.tap(ALINE, &option(inbox.last().unwrap(), "desk")).await;
    let inbox = world.received(ALINE, 5).await;
    assert_eq!(text(&inbox[3]), "Nobody is free now.");
    world.stop().await;
}

#[tokio::test]
async fn a_person_is_told_news_once() {
    let world = errands().await;
    let folder = folder(&world.database.options(), "http://127.0.0.1:1");
    let path = folder.path();
    world.say(ALINE, "hello").await;
    world.received(ALINE, 1).await;
    let tell = ["person", "tell", "--event", "api.promo", "--id", "spring", "--payload"];
    let payload = r#"{"what": "A cut"}"#;
    let told = done(path, &[&tell[..], &[payload]].concat(), &WHO).await;
    assert!(told.contains("told"), "{told}");
    let inbox = world.received(ALINE, 3).await;
    assert_eq!(text(&inbox[1]), "A cut is cheaper today.");
    let again = done(path, &[&tell[..], &[payload]].concat(), &WHO).await;
    assert!(again.contains("it had been told before"), "{again}");
    let wrong = run(path, &[&tell[..], &["[1]"], &WHO].concat()).await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(complaint(&wrong).contains("no JSON object"), "{}", complaint(&wrong));
    assert_eq!(world.inbox(ALINE).await.len(), 3);
    world.stop().await;
}
