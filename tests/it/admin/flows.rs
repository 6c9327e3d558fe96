//! A tenant's flows from the command line: checked for it, published, listed, rolled back, written out, counted.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::commands::{complaint, folder, json, out, run};
use crate::world::{World, text};

const ALINE: &str = "+250780000001";
const HERE: [&str; 3] = ["--tenant", "Salon Inzozi", "--dev"];

/// A folder with a flow that asks two things and says `word` on the way.
fn write(folder: &Path, word: &str) {
    fs::create_dir_all(folder.join("greet")).unwrap();
    let flow = "flow: greet\nformat: 1\nlanguages: [en]\nstart: {otherwise: true}\nscenes:\n  hello:\n    - choose: part\n      options: [morning, evening]\n    - ask: name\n      type: text\n    - say: bye\n    - end\n";
    let texts = format!(
        "### unreviewed\npart = {word}: when?\n    .morning = Morning\n    .evening = Evening\nname = Your name?\nbye = Bye, {{ $name }}.\n"
    );
    fs::write(folder.join("greet/greet.flow.yaml"), flow).unwrap();
    fs::write(folder.join("greet/greet.en.ftl"), texts).unwrap();
}

async fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, &[arguments, &HERE].concat()).await;
    assert!(output.status.success(), "{arguments:?}: {}{}", out(&output), complaint(&output));
    out(&output)
}

async fn answer(world: &World, words: &str) -> String {
    let before = world.inbox(ALINE).await.len();
    world.say(ALINE, words).await;
    text(world.received(ALINE, before + 1).await.last().unwrap()).to_owned()
}

#[tokio::test]
async fn flows_are_published_listed_rolled_back_written_out_and_counted() {
    let mut world = World::diary().await;
    let folder = folder(&world.database.options(), "http://127.0.0.1:1");
    let path = folder.path();
    assert!(done(path, &["flow", "revisions"]).await.starts_with("None yet"));
    write(path, "one");
    let first = json(path, &[&["flow", "publish", "greet", "--json", "--note", "the first"][..], &HERE].concat()).await;
    assert_eq!((&first["revision"], &first["before"]), (&json!(1), &Value::Null));
    assert!(first["warnings"][0].as_str().unwrap().contains("unreviewed"), "{first}");
    assert_eq!(answer(&world, "hi").await, "one: when?", "a running engine speaks it at once");

    write(path, "two");
    let reviewed = run(path, &[&["flow", "publish", "greet", "--reviewed-only"][..], &HERE].concat()).await;
    assert_eq!(reviewed.status.code(), Some(1));
    assert!(done(path, &["flow", "publish", "greet"]).await.contains("Revision 2 is live; before it revision 1"));
    fs::write(path.join("greet/greet.flow.yaml"), "flow: greet\nformat: 1\nscenes: {hello: [{sya: bye}]}\n").unwrap();
    let wrong = run(path, &[&["flow", "publish", "greet"][..], &HERE].concat()).await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(out(&wrong).contains("greet.flow.yaml:3:") && complaint(&wrong).contains("nothing was published"));

    let back = done(path, &["flow", "rollback", "--to", "1"]).await;
    assert!(back.contains("Revision 1 is live again"), "{back}");
    let listed = json(path, &[&["flow", "revisions", "--json"][..], &HERE].concat()).await;
    let live: Vec<&Value> = listed.as_array().unwrap().iter().filter(|one| one["live"] == true).collect();
    assert_eq!((listed.as_array().unwrap().len(), live.len()), (2, 1), "{listed}");
    assert_eq!((&live[0]["revision"], &live[0]["note"]), (&json!(1), &json!("the first")));

    done(path, &["flow", "export", "out"]).await;
    write(path, "one");
    for name in ["greet.flow.yaml", "greet.en.ftl"] {
        let [kept, own] = ["out", "greet"].map(|place| fs::read_to_string(path.join(place).join(name)).unwrap());
        assert_eq!(kept, own, "{name}");
    }
    let again = run(path, &[&["flow", "export", "out"][..], &HERE].concat()).await;
    assert_eq!(again.status.code(), Some(1));
    assert!(complaint(&again).contains("not empty"), "{}", complaint(&again));

    assert_eq!(answer(&world, "1").await, "Your name?");
    // What is not yet written is written when the engine stops.
    world.stop_engine().await;
    let funnel = json(path, &[&["flow", "funnel", "--json", "--revision", "1"][..], &HERE].concat()).await;
    let part = funnel.as_array().unwrap().iter().find(|row| row["step"] == "hello.part").unwrap();
    assert_eq!((&part["entered"], &part["answered"], &part["channel"]), (&json!(1), &json!(1), &json!("whatsapp")));
    assert!(done(path, &["flow", "funnel", "--flow", "other"]).await.starts_with("Nobody has walked"));
    world.sandbox.stop().await;
}

#[tokio::test]
async fn a_folder_is_checked_against_the_servers_of_a_tenant() {
    let world = World::diary().await;
    let folder = folder(&world.database.options(), "http://127.0.0.1:1");
    let path = folder.path();
    write(path, "one");
    let flow = fs::read_to_string(path.join("greet/greet.flow.yaml")).unwrap();
    let asks =
        "    - request: bye\n      to: stock\n      with: {name: name}\n      outcomes: {failed: next}\n    - end\n";
    let flow = flow.replace("    - say: bye\n    - end\n", asks);
    fs::write(path.join("greet/greet.flow.yaml"), flow.replace("flow: greet\n", "flow: greet\nchannels: [whatsapp]\n"))
        .unwrap();
    fs::write(path.join("greet/operations.yaml"), "servers: [stock]\n").unwrap();
    let alone = run(path, &["flow", "check", "greet"]).await;
    assert!(alone.status.success(), "what the folder declares counts by itself: {}", out(&alone));
    let unknown = run(path, &[&["flow", "check", "greet"][..], &HERE].concat()).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(out(&unknown).contains("stock"), "{}", out(&unknown));
    done(path, &["tenant", "server", "add", "stock", "--url", "https://shop.example/stock"]).await;
    let checked = done(path, &["flow", "check", "greet", "--sizes"]).await;
    assert!(checked.contains("greet/hello.part") && checked.contains("No mistakes"), "{checked}");
    world.stop().await;
}
