//! Work that flows order outside, killed with -9 at every point between an order and its result: each order takes effect once, by its
//! `webhook-id`, and each conversation gets one result.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ganira::sandbox::Handle;
use rand::RngExt as _;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::database::Database;
use crate::engine::Node;
use crate::town::{STALE, Wish, alone, sandbox};

const WITHIN: Duration = Duration::from_mins(1);

/// Where in an order's life the engine is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// Its turn is committed; nothing has been posted.
    Ordered,
    /// It was posted; the provider is at work on it.
    InFlight,
    /// The provider said "not yet"; it is to be posted again.
    BetweenTries,
    /// The provider has answered; the turn of the result is not committed.
    Answered,
}

struct Town {
    database: Database,
    sandbox: Handle,
    http: reqwest::Client,
}

impl Town {
    fn control(&self, path: &str) -> String {
        format!("http://{}/control{path}", self.sandbox.addr())
    }

    async fn post(&self, path: &str, body: Value) {
        let answer = self.http.post(self.control(path)).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path} {body}: {}", answer.text().await.unwrap());
    }

    /// The messages on a handset; one that was sent again after an unknown outcome counts once.
    async fn inbox(&self, of: &str) -> Vec<Value> {
        let url = self.control(&format!("/whatsapp/inbox?of={}", of.replace('+', "%2B")));
        let all: Vec<Value> = self.http.get(url).send().await.unwrap().json().await.unwrap();
        let mut seen = BTreeSet::new();
        all.into_iter().filter(|message| seen.insert(message["biz_opaque_callback_data"].to_string())).collect()
    }

    async fn received(&self, of: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} messages for {of}"), async || {
            let inbox = self.inbox(of).await;
            (inbox.len() >= count).then_some(inbox)
        })
        .await
    }

    /// The ids of all orders posted so far, and how often each was.
    async fn orders(&self) -> BTreeMap<String, usize> {
        let all: Vec<Value> =
            self.http.get(self.control("/provider?name=till")).send().await.unwrap().json().await.unwrap();
        let mut orders = BTreeMap::new();
        for order in all {
            *orders.entry(order["id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        orders
    }

    async fn answers(&self, answers: Value) {
        self.post("/provider", json!({ "name": "till", "answers": answers })).await;
    }

    /// Says hello and chooses to pay; returns once the order is committed.
    async fn pay(&self, person: &str) {
        self.post("/whatsapp/say?wait=1", json!({ "from": person, "text": "hello" })).await;
        self.order(person).await;
    }

    async fn order(&self, person: &str) {
        let menu = self.received(person, 1).await.remove(0);
        let rows = menu["interactive"]["action"]["sections"][0]["rows"].as_array().unwrap().clone();
        let pay = rows.iter().filter_map(|row| row["id"].as_str()).find(|id| id.ends_with(":pay")).unwrap().to_owned();
        self.post("/whatsapp/tap?wait=1", json!({ "from": person, "id": pay })).await;
    }

    async fn count(&self, what: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM ganira.{what}")))
            .fetch_one(&self.database.pool)
            .await
            .unwrap()
    }

    /// What the conversation was told of its payment.
    async fn thanks(&self, person: &str) -> Vec<String> {
        let text = |message: &Value| message["text"]["body"].as_str().unwrap_or_default().to_owned();
        self.inbox(person).await.iter().map(text).filter(|text| text.starts_with("Thank you")).collect()
    }
}

async fn eventually<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < WITHIN, "waited in vain for {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

async fn run_sql(connection: &mut PgConnection, sql: &'static str) {
    sqlx::query(sql).execute(connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_outlives_a_kill_at_every_point_takes_effect_once_and_has_one_result() {
    let _alone = alone().await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let town = Town {
        database: Database::start(folder.path(), "errands").await,
        sandbox: sandbox(&Wish::default()).await,
        http: reqwest::Client::new(),
    };
    let mut engine = Node::new("one", folder.path(), (&town.database, &town.sandbox), (STALE, "")).await;
    town.sandbox.point_webhooks_at(Url::parse(&engine.url("/webhooks/whatsapp")).unwrap());
    engine.start();
    engine.ready().await;

    let begun = Instant::now();
    let points = [Point::Ordered, Point::InFlight, Point::BetweenTries, Point::Answered];
    for (n, point) in points.into_iter().enumerate() {
        let person = format!("+25078100000{n}");
        town.answers(match point {
            Point::Ordered => json!([{ "body": { "outcome": "paid", "value": { "reference": "MP" } } }]),
            Point::BetweenTries => json!([
                { "status": 202, "retry_after": 1 }, { "body": { "outcome": "paid", "value": { "reference": "MP" } } },
            ]),
            Point::InFlight | Point::Answered => {
                json!([{ "delay_ms": 700, "body": { "outcome": "paid", "value": { "reference": "MP" } } }])
            }
        })
        .await;
        let before = town.orders().await.len();
        town.post("/whatsapp/say?wait=1", json!({ "from": person, "text": "hello" })).await;
        town.received(&person, 1).await;
        let mut held = town.database.pool.begin().await.unwrap();
        if point == Point::Ordered {
            // The workers read a job together with its contact's key.
            run_sql(&mut held, "LOCK TABLE ganira.contact_key IN ACCESS EXCLUSIVE MODE").await;
        }
        town.order(&person).await;
        let posted = async || (town.orders().await.len() > before).then_some(());
        match point {
            Point::Ordered => sleep(Duration::from_millis(200)).await,
            Point::InFlight => eventually("the order", posted).await,
            Point::BetweenTries => {
                eventually("the order", posted).await;
                sleep(Duration::from_millis(100)).await;
            }
            Point::Answered => {
                // Nothing of her conversation can be committed now.
                run_sql(&mut held, "SELECT 1 FROM ganira.conversation FOR UPDATE").await;
                eventually("the order", posted).await;
                sleep(Duration::from_secs(1)).await;
            }
        }
        engine.kill();
        let expected = before + usize::from(point != Point::Ordered);
        assert_eq!(town.orders().await.len(), expected, "{point:?}: orders posted at the kill");
        assert_eq!(town.count("job").await, 1, "{point:?}: the order is committed, its result is not");
        held.rollback().await.unwrap();
        engine.start();
        engine.ready().await;
        town.received(&person, 4).await;
        assert_eq!(town.thanks(&person).await, ["Thank you: MP"], "{point:?}");
        assert_eq!(town.orders().await.len(), before + 1, "{point:?}: one order, under one id");
        assert_eq!(town.count("job").await, 0, "{point:?}");
    }

    // Many at once, killed wherever they are.
    town.answers(json!([])).await;
    let before = town.orders().await.len();
    let people: Vec<String> = (0..10).map(|n| format!("+25078200000{n}")).collect();
    futures::future::join_all(people.iter().map(|person| town.pay(person))).await;
    for _ in 0..3 {
        sleep(Duration::from_millis(rand::rng().random_range(0..120))).await;
        engine.kill();
        engine.start();
        engine.ready().await;
    }
    let mut references = BTreeSet::new();
    for person in &people {
        town.received(person, 4).await;
        let thanks = town.thanks(person).await;
        assert_eq!(thanks.len(), 1, "{thanks:?}");
        references.extend(thanks);
    }
    assert_eq!(references.len(), people.len(), "each of her own payment");
    let orders = town.orders().await;
    assert_eq!(orders.len() - before, people.len(), "one id for each: {orders:?}");
    assert_eq!(town.count("journal WHERE kind = 7").await, (points.len() + people.len()) as i64);
    assert_eq!(town.count("dead_letter").await, 0, "{}", engine.log());
    println!(
        "{} orders, {} of them posted again, in {:?}",
        orders.len(),
        orders.values().filter(|n| **n > 1).count(),
        begun.elapsed()
    );
    engine.kill();
    town.sandbox.stop().await;
}
