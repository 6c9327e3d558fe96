//! What conversations wait for: the tenant's server, providers, news, staff, an instant.

use std::time::Duration;

use ganira::cli::assemble;
use ganira::config::Config;
use ganira::domain::{Address, Conversation, Phone};
use ganira::operations::dead_letters::{self, Buried};
use ganira::operations::news::{self, News};
use ganira::operations::requests::{self, Request};
use ganira::operations::{hand_overs, people};
use serde_json::{Value, json};

use crate::world::{Wish, World, option, text, wait_for};

const ALINE: &str = "+250780000001";
const PATIENCE: Duration = Duration::from_secs(20);

async fn errands() -> World {
    World::with(Wish { flow: "errands", ..Wish::default() }).await
}

async fn changed(change: impl FnOnce(&mut Config) + Send + 'static) -> World {
    World::with(Wish { flow: "errands", change: Box::new(change), ..Wish::default() }).await
}

/// The texts a handset shows, once there are so many.
async fn shown(world: &World, count: usize) -> Vec<String> {
    world.received(ALINE, count).await.iter().map(|message| text(message).to_owned()).collect()
}

/// Chooses from the last menu that came.
async fn choose(world: &World, name: &str) {
    let inbox = world.inbox(ALINE).await;
    let menu = inbox.iter().rev().find(|message| text(message) == "What shall it be?").unwrap();
    world.tap(ALINE, &option(menu, name)).await;
}

async fn begin(world: &World) {
    world.say(ALINE, "hello").await;
    world.received(ALINE, 1).await;
}

async fn answers(world: &World, name: &str, answers: Value) {
    let body = json!({"name": name, "answers": answers});
    let answer = world.http.post(world.control("/provider")).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

/// The orders a provider got.
async fn orders(world: &World, name: &str) -> Vec<Value> {
    let url = world.control(&format!("/provider?name={name}"));
    world.http.get(url).send().await.unwrap().json().await.unwrap()
}

async fn aline(world: &World) -> Conversation {
    let hashes = assemble::hash_key(&world.config).unwrap();
    let address = Address::Phone(Phone::parse(ALINE).unwrap());
    let found = people::find(&world.database.pool().await, &hashes, world.tenant, &address).await.unwrap();
    Conversation { tenant: world.tenant, contact: found.unwrap() }
}

async fn open_jobs(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM ganira.job").fetch_one(&world.database.pool().await).await.unwrap()
}

/// Asks the shop; `count` messages are there when it has answered.
async fn ask_shop(world: &World, item: &str, count: usize) -> Vec<String> {
    choose(world, "stock").await;
    world.received(ALINE, count - 2).await;
    world.say(ALINE, item).await;
    shown(world, count).await
}

#[tokio::test]
async fn a_server_of_the_tenants_answers_with_typed_values() {
    let world = errands().await;
    let found = json!({"outcome": "found", "value": {"left": 3, "price": 1500, "colour": "blue"}});
    answers(&world, "shop", json!([{"status": 503}, {"status": 202, "retry_after": 0}, {"body": found}])).await;
    begin(&world).await;
    let texts = ask_shop(&world, "soap", 4).await;
    assert_eq!(texts[2], "3 are left, at 1,500 RWF.");
    let orders = orders(&world, "shop").await;
    let statuses: Vec<u64> = orders.iter().map(|order| order["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [503, 202, 200], "a failure and a \"not yet\" are tried again");
    assert!(orders.iter().all(|order| order["id"] == orders[0]["id"]), "under one id, so that it is done once");
    assert_eq!(orders[0]["order"]["arguments"], json!({"item": "soap"}));
    assert_eq!(orders[0]["order"]["type"], "ganira.request");
    assert_eq!(open_jobs(&world).await, 0, "the row goes with its result");
    world.stop().await;
}

#[tokio::test]
async fn whatever_goes_wrong_with_a_server_is_its_failed_outcome() {
    let world = changed(|config| config.outbound.request_timeout_ms = 500).await;
    begin(&world).await;
    let wrong = [
        json!({"status": 404}),
        json!({"body": {"outcome": "found", "value": {"left": "many", "price": 1500}}}),
        json!({"body": {"outcome": "found", "value": {"left": 3}}}),
        json!({"body": ["no", "object"]}),
        json!({"body": {"outcome": "exploded"}}),
        json!({"body": {"outcome": "gone", "value": "x".repeat(70_000)}}),
        // Longer than one request may take, again and again, until the deadline.
        json!({"delay_ms": 3000, "status": 504}),
    ];
    for (n, answer) in wrong.into_iter().enumerate() {
        answers(&world, "shop", json!([answer])).await;
        let texts = ask_shop(&world, "soap", 3 * n + 4).await;
        assert_eq!(texts[3 * n + 2], "The shop does not answer.", "{answer}");
    }
    assert_eq!(open_jobs(&world).await, 0);
    world.stop().await;
}

#[tokio::test]
async fn an_address_of_our_own_network_is_never_asked() {
    let world = changed(|config| {
        config.media.allow_private_hosts = false;
        let till = config.pay_providers.get_mut("till").unwrap();
        till.url = url::Url::parse("https://nobody.invalid/").unwrap();
    })
    .await;
    // The company is out of reach as well: what is said can be counted, not read.
    let said = async |count: i64| {
        wait_for("so many messages to be written", async || {
            let pool = world.database.pool().await;
            let there: i64 = sqlx::query_scalar("SELECT count(*) FROM ganira.outbox").fetch_one(&pool).await.unwrap();
            (there >= count).then_some(())
        })
        .await;
    };
    world.say(ALINE, "hello").await;
    said(1).await;
    world.say(ALINE, "Stock").await;
    said(2).await;
    let asked = std::time::Instant::now();
    world.say(ALINE, "soap").await;
    // The shop does not answer, and the menu again: at once, not when the step's five seconds are over.
    said(4).await;
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    assert_eq!(orders(&world, "shop").await, Vec::<Value>::new());
    // A name that cannot be resolved now may be there soon.
    world.say(ALINE, "Pay").await;
    said(5).await;
    wait_for("the order to be tried again", async || {
        let pool = world.database.pool().await;
        let tries: i16 = sqlx::query_scalar("SELECT tries FROM ganira.job").fetch_one(&pool).await.unwrap();
        (tries >= 2).then_some(())
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn an_order_outlives_the_engine_and_its_result_comes_once() {
    let mut world = errands().await;
    answers(&world, "till", json!([{"status": 202, "retry_after": 1}])).await;
    begin(&world).await;
    choose(&world, "pay").await;
    wait_for("the order", async || (!orders(&world, "till").await.is_empty()).then_some(())).await;
    world.stop_engine().await;
    assert_eq!(open_jobs(&world).await, 1);
    answers(&world, "till", json!([{"body": {"outcome": "paid", "value": {"reference": "MP 1"}}}])).await;
    world.start().await;
    let texts = shown(&world, 4).await;
    assert_eq!(texts[1..], ["Please confirm on your phone.", "Thank you: MP 1", "What shall it be?"]);
    let all = orders(&world, "till").await;
    assert!(all.iter().all(|order| order["id"] == all[0]["id"]));
    assert_eq!(all[0]["order"]["arguments"], json!({"amount": 500}));
    world.stop_engine().await;
    world.start().await;
    world.say(ALINE, "again").await;
    assert_eq!(shown(&world, 5).await.iter().filter(|text| text.starts_with("Thank you")).count(), 1);
    world.stop().await;
}

#[tokio::test]
async fn a_payment_nobody_can_tell_of_is_unknown_and_a_document_is_read() {
    let world = errands().await;
    answers(&world, "till", json!([{"status": 400}])).await;
    let read = json!({"outcome": "read", "value": {"number": "RW 77", "valid_until": "2027-01-31"}});
    answers(&world, "eyes", json!([{"body": read}])).await;
    begin(&world).await;
    choose(&world, "pay").await;
    assert_eq!(shown(&world, 4).await[2], "I am checking and will write to you.");
    choose(&world, "read").await;
    let texts = shown(&world, 7).await;
    assert!(texts[5].starts_with("RW 77, until Sun 31 Jan"), "{texts:?}");
    world.stop().await;
}

#[tokio::test]
async fn news_ends_a_wait_once_and_the_time_ends_it_exactly() {
    let mut world = errands().await;
    begin(&world).await;
    choose(&world, "code").await;
    assert_eq!(shown(&world, 2).await[1], "Waiting for the code.");
    let pool = world.database.pool().await;
    let who = aline(&world).await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let tell = async |id: &str| {
        let payload = json!({"code": "123456"});
        let told = News { who, name: "numbers.code_received", payload: &payload, id };
        news::tell_now(&pool, &ring, &told, PATIENCE).await.unwrap().unwrap()
    };
    assert_eq!(tell("first").await, "told");
    assert_eq!(shown(&world, 4).await[2], "Your code: 123456");
    assert_eq!(tell("first").await, "it had been told before");
    choose(&world, "code").await;
    assert_eq!(shown(&world, 7).await[5..], ["No code came.", "What shall it be?"]);
    let waited: f64 = sqlx::query_scalar(
        "SELECT extract(epoch FROM max(j.at) - (SELECT at FROM ganira.journal WHERE kind = 1 ORDER BY seq DESC LIMIT 1))::float8
         FROM ganira.journal AS j WHERE kind = 4",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(waited >= 2.0, "{waited}");
    let kept: bool =
        sqlx::query_scalar("SELECT bool_or(sealed IS NOT NULL) FROM ganira.request").fetch_one(&pool).await.unwrap();
    assert!(!kept, "what was told of a person is not kept");
    world.stop_engine().await;
    world.start().await;
    assert_eq!(tell("first").await, "it had been told before", "a new process knows it as well");
    assert_eq!(shown(&world, 7).await.len(), 7);
    world.stop().await;
}

#[tokio::test]
async fn news_begins_a_flow_over_the_open_question() {
    let world = errands().await;
    begin(&world).await;
    let pool = world.database.pool().await;
    let who = aline(&world).await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let payload = json!({"what": "A cut"});
    let promo = News { who, name: "api.promo", payload: &payload, id: "1" };
    let told = news::tell_now(&pool, &ring, &promo, PATIENCE).await.unwrap();
    assert_eq!(told.as_deref(), Some("told"));
    assert_eq!(shown(&world, 3).await[1..], ["A cut is cheaper today.", "What shall it be?"]);
    choose(&world, "stock").await;
    assert_eq!(shown(&world, 4).await[3], "What are you looking for?");
    world.stop().await;
}

#[tokio::test]
async fn staff_take_over_and_give_back() {
    let world = errands().await;
    let pool = world.database.pool().await;
    begin(&world).await;
    choose(&world, "desk").await;
    assert_eq!(shown(&world, 3).await[1..], ["Nobody is free now.", "What shall it be?"]);

    hand_overs::set_queue(&pool, world.tenant, "desk", true).await.unwrap();
    choose(&world, "desk").await;
    assert_eq!(shown(&world, 4).await[3], "One moment, a colleague takes over.");
    let listed = hand_overs::list(&pool, Some(world.tenant)).await.unwrap();
    assert_eq!((listed.len(), listed[0].queue.as_str()), (1, "desk"));
    world.say(ALINE, "my hair is green").await;
    world.say(ALINE, "menu").await;
    let who = aline(&world).await;
    let told = hand_overs::give_back(&pool, who, true, PATIENCE).await.unwrap();
    assert_eq!(told.as_deref(), Some("told"));
    assert_eq!(shown(&world, 5).await[4..], ["What shall it be?"], "what she said meanwhile was for staff");
    assert!(hand_overs::list(&pool, None).await.unwrap().is_empty());
    let journaled: i64 =
        sqlx::query_scalar("SELECT count(*) FROM ganira.journal WHERE kind = 1").fetch_one(&pool).await.unwrap();
    assert_eq!(journaled, 5, "and it is in the journal");
    world.stop().await;
}

#[tokio::test]
async fn where_staff_find_no_time_the_flow_says_that_nobody_is_there() {
    let world = errands().await;
    let pool = world.database.pool().await;
    hand_overs::set_queue(&pool, world.tenant, "desk", true).await.unwrap();
    begin(&world).await;
    choose(&world, "desk").await;
    shown(&world, 2).await;
    let told = hand_overs::give_back(&pool, aline(&world).await, false, PATIENCE).await.unwrap();
    assert_eq!(told.as_deref(), Some("told"));
    assert_eq!(shown(&world, 4).await[2..], ["Nobody is free now.", "What shall it be?"]);
    assert!(hand_overs::list(&pool, None).await.unwrap().is_empty());
    world.stop().await;
}

#[tokio::test]
async fn who_says_stop_is_taken_off_the_list_of_staff_too() {
    let world = errands().await;
    let pool = world.database.pool().await;
    hand_overs::set_queue(&pool, world.tenant, "desk", true).await.unwrap();
    begin(&world).await;
    choose(&world, "desk").await;
    assert_eq!(shown(&world, 2).await[1], "One moment, a colleague takes over.");
    assert_eq!(hand_overs::list(&pool, Some(world.tenant)).await.unwrap().len(), 1);
    world.say(ALINE, "stop").await;
    shown(&world, 3).await;
    assert!(hand_overs::list(&pool, None).await.unwrap().is_empty());
    world.stop().await;
}

#[tokio::test]
async fn a_payment_for_a_session_that_has_ended_is_kept_for_people_to_settle() {
    let world = errands().await;
    answers(&world, "till", json!([{"status": 202, "retry_after": 1}])).await;
    begin(&world).await;
    choose(&world, "pay").await;
    shown(&world, 2).await;
    world.say(ALINE, "stop").await;
    shown(&world, 3).await;
    answers(&world, "till", json!([{"body": {"outcome": "paid", "value": {"reference": "MP 9"}}}])).await;
    let pool = world.database.pool().await;
    let filter = dead_letters::Filter { reason: Some("unclaimed_payment".into()), ..Default::default() };
    let letter =
        wait_for("the dead letter", async || dead_letters::list(&pool, &filter, 10).await.unwrap().into_iter().next())
            .await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let (_, buried) = dead_letters::show(&pool, &ring, letter.id).await.unwrap();
    let Buried::Payment { order, name, ordered, outcome, value } = buried else { panic!("{buried:?}") };
    assert_eq!((name.as_str(), outcome.as_str()), ("deposit", "paid"));
    assert_eq!((ordered, value), (json!({"amount": 500}), Some(json!({"reference": "MP 9"}))));
    assert_eq!(orders(&world, "till").await[0]["id"], json!(order), "its provider knows it by this id");
    wait_for("the result's turn", async || (open_jobs(&world).await == 0).then_some(())).await;
    let journaled: i64 =
        sqlx::query_scalar("SELECT count(*) FROM ganira.journal WHERE kind = 7").fetch_one(&pool).await.unwrap();
    assert_eq!(journaled, 1);
    assert_eq!(shown(&world, 3).await.len(), 3, "she is told nothing that no flow says");
    world.stop().await;
}

#[tokio::test]
async fn news_that_waits_is_sealed_and_goes_with_an_erased_person() {
    let mut world = errands().await;
    begin(&world).await;
    let pool = world.database.pool().await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let who = aline(&world).await;
    world.stop_engine().await;
    let payload = json!({"what": "a secret of hers"});
    let promo = News { who, name: "api.promo", payload: &payload, id: "1" };
    let no_patience = Duration::ZERO;
    assert_eq!(requests::ask(&pool, &[Request::Erase(who)], no_patience).await.unwrap(), [None]);
    assert_eq!(news::tell_now(&pool, &ring, &promo, no_patience).await.unwrap(), None);
    let (arguments, sealed): (String, Vec<u8>) =
        sqlx::query_as("SELECT arguments::text, sealed FROM ganira.request WHERE kind = 'news'")
            .fetch_one(&pool)
            .await
            .unwrap();
    let in_clear = [arguments.as_bytes(), &sealed].concat();
    assert!(!in_clear.windows(6).any(|window| window == b"secret"), "{arguments}");
    world.start().await;
    wait_for("the erasure", async || {
        let rows: Vec<(String, bool)> =
            sqlx::query_as("SELECT kind, done_at IS NOT NULL FROM ganira.request").fetch_all(&pool).await.unwrap();
        (rows == [("erase".to_owned(), true)]).then_some(())
    })
    .await;
    world.stop().await;
}
