//! A customer books in WhatsApp, end to end: signed webhooks in, exact Graph requests out, a visit in the database.

use serde_json::{Value, json};

use crate::world::{World, monday_morning, option, options, text, wait_for};

const ALINE: &str = "+250780000001";
/// A person whose phone number nobody knows.
const NAMELESS: &str = "RW.13491208655302741918";

/// Taps an option of the last message, and returns the answer to it.
async fn tap(world: &World, of: &str, choose: impl Fn(&Value) -> String) -> Value {
    let inbox = world.inbox(of).await;
    world.tap(of, &choose(inbox.last().unwrap())).await;
    world.received(of, inbox.len() + 1).await.pop().unwrap()
}

fn named(name: &'static str) -> impl Fn(&Value) -> String {
    move |message| option(message, name)
}

fn first(message: &Value) -> String {
    options(message)[0].clone()
}

/// Says something, and returns the answer to it.
async fn say(world: &World, of: &str, said: &str) -> Value {
    let before = world.inbox(of).await.len();
    world.say(of, said).await;
    world.received(of, before + 1).await.pop().unwrap()
}

/// From the menu to the confirmation; the messages on the way.
async fn book(world: &World, of: &str) -> Vec<Value> {
    let mut on_the_way = vec![
        tap(world, of, named("book")).await,
        tap(world, of, first).await,
        tap(world, of, first).await,
        say(world, of, &monday_morning()).await,
        tap(world, of, first).await,
    ];
    // The first booking is answered twice: it stands, and what may be kept of it?
    tap(world, of, named("confirm")).await;
    let so_far = world.received(of, 8).await;
    on_the_way.extend_from_slice(&so_far[6..]);
    on_the_way
}

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.database.pool().await).await.unwrap()
}

const UNREAD: &str = "SELECT count(*) FROM ganira.outbox LEFT JOIN ganira.delivery USING (tenant_id, contact_id, seq, n) WHERE rank IS DISTINCT FROM 60";

#[tokio::test]
async fn a_customer_books_a_visit_and_every_request_to_graph_is_exactly_right() {
    let world = World::salon().await;
    world.person("say", json!({"from": ALINE, "text": "hello", "name": "Aline"})).await;
    let menu = world.received(ALINE, 1).await.remove(0);
    let on_the_way = book(&world, ALINE).await;
    let [services, staff, day, slots, summary, booked, consent] = &on_the_way[..] else { panic!("{on_the_way:?}") };

    // Three options are buttons, more are a list; ids carry the number of their prompt.
    assert_eq!(summary["interactive"]["type"], "button");
    assert_eq!(day["type"], "text", "a day may be said as she likes");
    for list in [&menu, services, staff, slots] {
        assert_eq!(list["interactive"]["type"], "list", "{list}");
    }
    assert_eq!(options(staff)[0].rsplit(':').next(), Some("=0"), "anyone comes first");
    let time = slots["interactive"]["action"]["sections"][0]["rows"][0]["title"].as_str().unwrap();
    assert!(text(summary).contains(time) && text(booked).contains(time), "the time is echoed in 24-hour form");

    option(consent, "later");

    assert_eq!(count(&world, "SELECT count(*) FROM ganira.visit WHERE state = 'booked'").await, 1);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.occupancy WHERE kind = 'booking'").await, 1);
    wait_for("every message to be read", async || (count(&world, UNREAD).await == 0).then_some(())).await;

    let url = world.control("/requests?path=messages");
    let requests: Vec<Value> = world.http.get(url).send().await.unwrap().json().await.unwrap();
    let bodies: Vec<&Value> = requests.iter().map(|request| &request["body"]).collect();
    let sends: Vec<&&Value> = bodies.iter().filter(|body| body.get("status").is_none()).collect();
    assert_eq!(sends.len(), 8);
    let inbox = world.inbox(ALINE).await;
    let names: Vec<&str> = inbox.iter().map(|send| send["biz_opaque_callback_data"].as_str().unwrap()).collect();
    let one_a_turn = (1..=7).map(|seq| format!("g1.1.1.{seq}.0.0"));
    assert_eq!(names, one_a_turn.chain(["g1.1.1.7.1.0".to_owned()]).collect::<Vec<_>>());
    for send in sends {
        assert_eq!(send["messaging_product"], "whatsapp");
        assert_eq!(send["recipient_type"], "individual");
        assert_eq!(send["to"], ALINE);
    }
    // Each of her seven messages was marked as read, with typing shown, before or beside its answer.
    let courtesies =
        bodies.iter().filter(|body| body["status"] == "read" && body["typing_indicator"]["type"] == "text");
    assert!(courtesies.count() <= 7);
    world.stop().await;
}

#[tokio::test]
async fn a_person_without_a_phone_number_books_sees_her_visits_and_cancels() {
    let world = World::salon().await;
    world.person("people", json!({"user_id": NAMELESS, "username": "aline.k"})).await;
    world.person("say", json!({"from": NAMELESS, "text": "hello", "name": "Aline"})).await;
    world.received(NAMELESS, 1).await;
    book(&world, NAMELESS).await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.visit WHERE state = 'booked'").await, 1);
    assert!(
        world
            .inbox(NAMELESS)
            .await
            .iter()
            .all(|message| message["recipient"] == NAMELESS && message.get("to").is_none())
    );

    world.say(NAMELESS, "menu").await;
    wait_for("the menu again", async || {
        let last = world.inbox(NAMELESS).await.pop()?;
        options(&last).iter().any(|id| id.ends_with(":mine")).then_some(())
    })
    .await;
    let mut shown = tap(&world, NAMELESS, named("mine")).await;
    // With one visit it is taken without asking which; the menu of the visit follows.
    if !options(&shown).iter().any(|id| id.ends_with(":cancel")) {
        shown = tap(&world, NAMELESS, first).await;
    }
    option(&shown, "cancel");
    let sure = tap(&world, NAMELESS, named("cancel")).await;
    let yes = options(&sure).into_iter().next().unwrap();
    world.tap(NAMELESS, &yes).await;
    wait_for("the cancellation", async || {
        (count(&world, "SELECT count(*) FROM ganira.visit WHERE state = 'cancelled'").await == 1).then_some(())
    })
    .await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.occupancy").await, 0, "the time is free again");
    world.stop().await;
}

#[tokio::test]
async fn two_customers_want_the_same_time_and_one_of_them_is_told() {
    let world = World::salon().await;
    let others = ["+250780000002", "+250780000003"];
    for of in others {
        world.say(of, "hello").await;
        world.received(of, 1).await;
        // The same service, the same member of staff, the same day for both.
        tap(&world, of, named("book")).await;
        tap(&world, of, |message| options(message)[2].clone()).await;
        tap(&world, of, |message| options(message)[1].clone()).await;
        say(&world, of, &monday_morning()).await;
    }
    let slot = first(&world.inbox(others[0]).await.pop().unwrap());
    let same = first(&world.inbox(others[1]).await.pop().unwrap());
    assert_eq!(slot.rsplit(':').next(), same.rsplit(':').next(), "both are offered the same time");
    let (one, two) = tokio::join!(tap(&world, others[0], first), tap(&world, others[1], first));
    let summaries =
        [&one, &two].iter().filter(|answer| options(answer).iter().any(|id| id.ends_with(":confirm"))).count();
    assert_eq!(summaries, 1, "{one} {two}");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.occupancy").await, 1);
    world.stop().await;
}
