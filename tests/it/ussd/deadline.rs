//! The operator waits a few seconds. A database that is away longer costs no booking, no promise, and no HTTP error.

use std::time::{Duration, Instant};

use sqlx::PgConnection;

use super::handset::{ALINE, BOOKED, Handset, count, refresh, salon, to_the_confirmation, with};
use crate::world::{World, wait_for};

const PAUSE: Duration = Duration::from_secs(6);
const BUDGET: Duration = Duration::from_secs(5);
const DIAL_AGAIN: &str = "END This takes longer than it should. Please dial *384*77# again to go on.";

/// Nobody gets at these tables for a while, as if the database had stopped.
async fn paused(world: &World, tables: &str) -> PgConnection {
    let mut connection = world.database.connection().await;
    sqlx::query("SET idle_in_transaction_session_timeout = 0").execute(&mut connection).await.unwrap();
    sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
    let lock = format!("LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE");
    sqlx::query(sqlx::AssertSqlSafe(lock)).execute(&mut connection).await.unwrap();
    connection
}

async fn go_on(mut connection: PgConnection) {
    sqlx::query("ROLLBACK").execute(&mut connection).await.unwrap();
}

const ALL: &str = "ganira.writer, ganira.node, ganira.conversation, ganira.directory, ganira.journal, ganira.occupancy, ganira.service, ganira.visit";

#[tokio::test]
async fn with_the_database_paused_for_six_seconds_she_gets_an_end_in_time_and_nothing_is_booked_behind_her_back() {
    let world = salon().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut handset).await;
    let turns = count(&world, "SELECT count(*) FROM ganira.journal").await;
    let pause = paused(&world, ALL).await;
    let began = Instant::now();
    let screen = handset.key("1").await;
    assert!(began.elapsed() < BUDGET, "{:?}", began.elapsed());
    assert_eq!(screen, DIAL_AGAIN);
    assert_eq!(handset.repeat().await, screen, "whoever sends it again is told the same");
    tokio::time::sleep(PAUSE.saturating_sub(began.elapsed())).await;
    go_on(pause).await;
    // Not begun: withdrawn. She dials again, goes on, and books once.
    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    let choice = again.dial("").await;
    assert!(choice.starts_with("CON You are not done here yet."), "{choice}");
    assert_eq!(count(&world, BOOKED).await, 0);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, turns + 1);
    let booked = again.keys(&["1", "1"]).await;
    assert!(booked.starts_with("END Booked:"), "{booked}");
    assert_eq!(count(&world, BOOKED).await, 1);
    world.stop().await;
}

#[tokio::test]
async fn a_stranger_is_answered_in_time_too() {
    let world = salon().await;
    let pause = paused(&world, ALL).await;
    let began = Instant::now();
    let screen = Handset::new(&world, "+250780000077", "ATUid_1").dial("").await;
    assert!(began.elapsed() < BUDGET, "{:?}", began.elapsed());
    assert_eq!(screen, DIAL_AGAIN);
    go_on(pause).await;
    world.stop().await;
}

/// What left by SMS, or would have: nobody sends here.
const BY_SMS: &str = "SELECT count(*) FROM ganira.outbox JOIN ganira.account ON id = account_id WHERE channel = 'sms'";

/// The business has a number for SMS too.
async fn add_sms(world: &World) {
    let pool = world.database.pool().await;
    sqlx::query("INSERT INTO ganira.account (tenant_id, channel, external_id, parent_id, app) VALUES ($1, 'sms', 'at 7711', '', 'at')")
        .bind(world.tenant.0)
        .execute(&pool)
        .await
        .unwrap();
    refresh(world).await;
}

/// Her booking was committed late, and the engine was killed before it could hear of it.
async fn killed_in_the_commit() -> World {
    let mut world = salon().await;
    add_sms(&world).await;
    world.start_apart().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut handset).await;
    let pause = paused(&world, "ganira.writer").await;
    assert_eq!(handset.key("1").await, DIAL_AGAIN);
    world.kill();
    go_on(pause).await;
    wait_for("the commit", async || (count(&world, BOOKED).await == 1).then_some(())).await;
    world
}

#[tokio::test]
async fn a_booking_that_is_committed_while_the_engine_is_killed_is_told_by_sms_once() {
    let mut world = killed_in_the_commit().await;
    assert_eq!(count(&world, BY_SMS).await, 0);
    world.start().await;
    wait_for("what she should have read to leave by SMS", async || (count(&world, BY_SMS).await == 1).then_some(()))
        .await;
    let again = Handset::new(&world, ALINE, "ATUid_2").dial("").await;
    assert!(again.starts_with("CON Welcome back!"), "{again}");
    assert_eq!(count(&world, BY_SMS).await, 1, "once");
    assert_eq!(count(&world, BOOKED).await, 1);
    world.stop().await;
}

#[tokio::test]
async fn who_dials_anew_before_it_is_known_that_she_missed_her_last_screen_is_told_by_sms_all_the_same() {
    let mut world = killed_in_the_commit().await;
    // By a clock that stood still meanwhile the alarm is not due yet.
    world.start_at(chrono::TimeDelta::seconds(-60)).await;
    let menu = Handset::new(&world, ALINE, "ATUid_2").dial("").await;
    assert!(menu.starts_with("CON Welcome back!"), "{menu}");
    wait_for("what she should have read to leave by SMS", async || (count(&world, BY_SMS).await == 1).then_some(()))
        .await;
    world.stop().await;
}

#[tokio::test]
async fn a_last_screen_that_left_in_time_is_not_told_again() {
    let world = with(&[("budget_ms", "1000")], |_| {}).await;
    add_sms(&world).await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut handset).await;
    let booked = handset.key("1").await;
    assert!(booked.starts_with("END Booked:"), "{booked}");
    let alarms = "SELECT count(*) FROM ganira.journal WHERE kind = 4";
    wait_for("it to be known that she saw it", async || (count(&world, alarms).await == 1).then_some(())).await;
    assert_eq!(count(&world, BY_SMS).await, 0);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.timer").await, 0, "and nothing else will come of it");
    world.stop().await;
}

#[tokio::test]
async fn a_booking_that_is_committed_too_late_is_told_by_sms_and_its_hop_is_answered_as_before() {
    let world = salon().await;
    add_sms(&world).await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut handset).await;
    // Only the commit is held up: it has begun, and nobody can take it back.
    let pause = paused(&world, "ganira.writer").await;
    let began = Instant::now();
    let screen = handset.key("1").await;
    assert!(began.elapsed() < BUDGET, "{:?}", began.elapsed());
    assert_eq!(screen, DIAL_AGAIN);
    tokio::time::sleep(PAUSE.saturating_sub(began.elapsed())).await;
    go_on(pause).await;
    wait_for("the conversation to hear of it", async || {
        (count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 14").await == 1).then_some(())
    })
    .await;
    assert_eq!(count(&world, BOOKED).await, 1);
    assert_eq!(count(&world, BY_SMS).await, 1, "what she should have read leaves by SMS");
    assert_eq!(handset.repeat().await, screen);
    let menu = Handset::new(&world, ALINE, "ATUid_2").dial("").await;
    assert!(menu.starts_with("CON Welcome back!"), "{menu}");
    assert_eq!(count(&world, BOOKED).await, 1);
    world.stop().await;
}

#[tokio::test]
async fn a_hop_that_waits_behind_another_until_its_time_is_up_never_happens() {
    let world = salon().await;
    let mut first = Handset::new(&world, ALINE, "ATUid_1");
    first.dial("").await;
    let mut second = Handset::new(&world, ALINE, "ATUid_2");
    let pause = paused(&world, "ganira.writer").await;
    let (late, behind) = tokio::join!(first.key("1"), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        second.dial("9").await
    });
    assert_eq!([late.as_str(), behind.as_str()], [DIAL_AGAIN; 2]);
    go_on(pause).await;
    wait_for("the conversation to hear of the late one", async || {
        (count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 14").await == 1).then_some(())
    })
    .await;
    assert_eq!(
        count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 12").await,
        2,
        "the second was taken back"
    );
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.hand_over").await, 0, "nobody is to call her");
    assert_eq!(second.repeat().await, behind, "and it stays so when it comes again");
    world.stop().await;
}

#[tokio::test]
async fn a_question_that_came_too_late_is_asked_again_on_redial() {
    let mut world = salon().await;
    world.start_apart().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    handset.dial("").await;
    let pause = paused(&world, "ganira.writer").await;
    let screen = handset.key("1").await;
    assert_eq!(screen, DIAL_AGAIN);
    go_on(pause).await;
    wait_for("the conversation to hear of it", async || {
        (count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 14").await == 1).then_some(())
    })
    .await;
    // Also an engine that was killed meanwhile tells the repeated hop the same.
    world.kill();
    world.start().await;
    let mut same = Handset::new(&world, ALINE, "ATUid_1");
    assert_eq!(same.dial("1").await, screen);
    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    again.dial("").await;
    let service = again.key("1").await;
    assert!(service.contains("What would you like?"), "{service}");
    world.stop().await;
}
