//! Companies that post once: what they bring while nothing can be taken is kept on disk before its 200, and taken in order, once.

use std::fs;
use std::path::PathBuf;

use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;

use super::bench::{ALINE, KEY, salon, with};
use crate::world::{World, wait_for};

const JOURNAL: &str = "SELECT count(*) FROM ganira.journal WHERE kind = 1";

fn folder(world: &World) -> PathBuf {
    world.config.sms_spool.folder.clone()
}

fn files(world: &World, kind: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(world)).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == kind)).collect()
}

async fn post(world: &World, id: u32, text: &str) -> StatusCode {
    let today = ganira::domain::Clock::system().now().date_naive();
    let body = format!("from=%2B250780000001&to=7711&text={text}&id=m-{id}&date={today}+00%3A00%3A{id:02}");
    let request = world.http.post(world.url(&format!("/webhooks/sms/at/{KEY}")));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap().status()
}

/// Another engine owns the conversations from now on: as when the database went away and this one was fenced.
async fn lose(world: &World) {
    let pool = world.database.pool().await;
    let stranger = "SELECT ganira.register('stranger', 2::smallint, 0)";
    sqlx::query(stranger).execute(&pool).await.unwrap();
    let forever = "UPDATE ganira.node SET beat = now() + interval '1 hour' WHERE name = 'stranger'";
    sqlx::query(forever).execute(&pool).await.unwrap();
    wait_for("the engine to know it", async || {
        let ready = world.http.get(world.url("/readyz")).send().await.unwrap();
        (!ready.status().is_success()).then_some(())
    })
    .await;
}

async fn give_back(world: &World) {
    let pool = world.database.pool().await;
    sqlx::query("UPDATE ganira.node SET released = true WHERE name = 'stranger'").execute(&pool).await.unwrap();
}

#[tokio::test]
async fn what_comes_while_another_engine_owns_is_kept_and_taken_once_in_order() {
    let world = salon().await;
    lose(&world).await;
    for id in 0..5 {
        assert_eq!(post(&world, id, "hello").await, StatusCode::OK);
    }
    // It came twice: the company never heard our first 200.
    assert_eq!(post(&world, 3, "hello").await, StatusCode::OK);
    assert_eq!((files(&world, "request").len(), world.count(JOURNAL).await), (6, 0));
    give_back(&world).await;
    wait_for("the spool to be empty", async || files(&world, "request").is_empty().then_some(())).await;
    assert_eq!(world.count(JOURNAL).await, 5);
    let pool = world.database.pool().await;
    let order = "SELECT account_id, event FROM ganira.journal WHERE kind = 1 ORDER BY seq";
    let order: Vec<(i64, Vec<u8>)> = sqlx::query_as(order).fetch_all(&pool).await.unwrap();
    let hashes = ganira::cli::assemble::hash_key(&world.config).unwrap();
    let sent: Vec<Vec<u8>> = (0..5).map(|id| hashes.event(order[0].0, format!("m-{id}").as_bytes()).to_vec()).collect();
    assert_eq!(order.into_iter().map(|(_, event)| event).collect::<Vec<_>>(), sent);
    // The reports of the five answers may have gone behind what was there.
    wait_for("their reports to be taken too", async || {
        let delivered = world.count("SELECT count(*) FROM ganira.delivery WHERE rank = 50").await;
        (delivered == 5 && files(&world, "request").is_empty()).then_some(())
    })
    .await;
    assert_eq!(post(&world, 9, "hello").await, StatusCode::OK);
    assert_eq!((files(&world, "request").len(), world.count(JOURNAL).await), (0, 6), "and the next is taken at once");
    world.stop().await;
}

/// Nobody gets in to the database any more, and whoever was in is thrown out.
async fn shut(world: &World, open: bool) {
    let mut outside = world.database.options().database("postgres").connect().await.unwrap();
    let name = &world.database.name;
    let statements = [
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {open}"),
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND NOT {open}"),
    ];
    for statement in statements {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut outside).await.unwrap();
    }
}

#[tokio::test]
async fn with_the_database_away_every_message_is_kept_and_taken_once_when_it_is_back() {
    let world = with(|config| config.server.request_timeout_ms = 1_000).await;
    assert_eq!(post(&world, 0, "hello").await, StatusCode::OK);
    // On a machine that is busy it may have taken longer than a request may.
    wait_for("the first one", async || {
        (files(&world, "request").is_empty() && world.count(JOURNAL).await == 1).then_some(())
    })
    .await;
    shut(&world, false).await;
    for id in 1..5 {
        assert_eq!(post(&world, id, "hello").await, StatusCode::OK);
    }
    // The reports of our answer to the first one may lie there too.
    assert!(files(&world, "request").len() >= 4);
    shut(&world, true).await;
    wait_for("the spool to be empty", async || files(&world, "request").is_empty().then_some(())).await;
    assert_eq!(world.count(JOURNAL).await, 5);
    world.stop().await;
}

#[tokio::test]
async fn what_was_kept_survives_a_kill() {
    let mut world = salon().await;
    world.start_apart().await;
    lose(&world).await;
    assert_eq!(post(&world, 1, "hello").await, StatusCode::OK);
    // As kill -9 leaves it: a request whose writing was not over, which nobody was told is safe.
    fs::write(folder(&world).join("00000000000000000007-at.writing"), b"half").unwrap();
    world.kill();
    give_back(&world).await;
    world.start().await;
    wait_for("the spool to be empty", async || files(&world, "request").is_empty().then_some(())).await;
    assert_eq!((world.count(JOURNAL).await, files(&world, "writing").len()), (1, 0));
    world.stop().await;
}

/// Nobody becomes known for a while: what comes stays under way.
async fn stalled(world: &World) -> sqlx::PgConnection {
    let mut connection = world.database.connection().await;
    sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
    sqlx::query("LOCK TABLE ganira.directory IN ACCESS EXCLUSIVE MODE").execute(&mut connection).await.unwrap();
    connection
}

#[tokio::test]
async fn what_is_under_way_when_the_engine_is_killed_is_taken_by_the_next() {
    let mut world = salon().await;
    world.start_apart().await;
    let stalled = stalled(&world).await;
    let posts: Vec<_> = (0..5)
        .map(|id| {
            let today = ganira::domain::Clock::system().now().date_naive();
            let body = format!("from=%2B250780000001&to=7711&text=hello&id=m-{id}&date={today}+00%3A00%3A{id:02}");
            let request = world.http.post(world.url(&format!("/webhooks/sms/at/{KEY}")));
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            #[expect(clippy::disallowed_methods, reason = "a company is no part of the engine")]
            tokio::spawn(request.send())
        })
        .collect();
    wait_for("all five to be noted", async || {
        let noted: usize = files(&world, "diary")
            .iter()
            .filter_map(|path| fs::read(path).ok())
            .map(|bytes| bytes.windows(10).filter(|window| window == b"\0\0\0\0\0\0\0\x02at").count())
            .sum();
        (noted == 5).then_some(())
    })
    .await;
    world.kill();
    for post in posts {
        assert!(post.await.unwrap().is_err(), "nobody was told that it is safe");
    }
    drop(stalled);
    assert_eq!(world.count(JOURNAL).await, 0);
    world.start().await;
    wait_for("the spool to be empty", async || files(&world, "request").is_empty().then_some(())).await;
    assert_eq!((world.count(JOURNAL).await, files(&world, "diary").len()), (5, 0));
    world.stop().await;
}

#[tokio::test]
async fn what_was_noted_is_forgotten_once_it_is_taken_also_where_the_company_hangs_up() {
    let world = salon().await;
    let stalled = stalled(&world).await;
    let impatient = tokio::time::timeout(std::time::Duration::from_millis(500), post(&world, 1, "hello"));
    assert!(impatient.await.is_err());
    assert_eq!(files(&world, "diary").len(), 1);
    drop(stalled);
    wait_for("it to be taken", async || (world.count(JOURNAL).await == 1).then_some(())).await;
    wait_for("its note to be gone", async || files(&world, "diary").is_empty().then_some(())).await;
    assert_eq!(files(&world, "request").len(), 0);
    world.stop().await;
}

#[tokio::test]
async fn a_torn_file_is_put_aside_and_holds_nobody_up() {
    let mut world = salon().await;
    lose(&world).await;
    for id in 0..3 {
        assert_eq!(post(&world, id, "hello").await, StatusCode::OK);
    }
    let mut kept = files(&world, "request");
    kept.sort();
    let whole = fs::read(&kept[1]).unwrap();
    fs::write(&kept[1], &whole[..whole.len() / 2]).unwrap();
    world.stop_engine().await;
    give_back(&world).await;
    world.start().await;
    wait_for("the spool to be empty", async || files(&world, "request").is_empty().then_some(())).await;
    assert_eq!((world.count(JOURNAL).await, files(&world, "torn").len()), (2, 1));
    world.stop().await;
}

#[tokio::test]
async fn a_full_spool_says_so() {
    let world = with(|config| config.sms_spool.requests_max = 2).await;
    lose(&world).await;
    assert_eq!(post(&world, 1, "hello").await, StatusCode::OK);
    assert_eq!(post(&world, 2, "hello").await, StatusCode::OK);
    assert_eq!(post(&world, 3, "hello").await, StatusCode::SERVICE_UNAVAILABLE);
    world.stop().await;
}

#[tokio::test]
async fn a_company_that_comes_again_is_told_to_do_so() {
    let world = salon().await;
    lose(&world).await;
    let infobip =
        world.http.post(world.control("/sms/say")).json(&json!({ "gateway": "ib", "from": ALINE, "text": "hello" }));
    let said: Value = infobip.send().await.unwrap().json().await.unwrap();
    assert_eq!(said["gateway"], "ib");
    wait_for("two attempts", async || {
        let counts: Value = world.http.get(world.control("/sms/webhooks")).send().await.unwrap().json().await.unwrap();
        (counts["attempts"].as_u64() >= Some(2)).then_some(())
    })
    .await;
    assert_eq!(files(&world, "request").len(), 0);
    give_back(&world).await;
    wait_for("it to be taken", async || (world.count(JOURNAL).await == 1).then_some(())).await;
    world.stop().await;
}

#[tokio::test]
async fn nothing_of_a_person_lies_in_the_clear() {
    let world = salon().await;
    lose(&world).await;
    assert_eq!(post(&world, 1, "murahosecret").await, StatusCode::OK);
    let kept = fs::read(&files(&world, "request")[0]).unwrap();
    let has = |needle: &[u8]| kept.windows(needle.len()).any(|window| window == needle);
    assert!(!has(b"murahosecret") && !has(b"250780000001"));
    world.stop().await;
}
