//! Sessions that break off: the redial, the held time, and what the flow hears of an end.

use super::handset::{ALINE, BOOKED, HELD, Handset, count, salon, to_the_confirmation, with};
use crate::world::wait_for;

#[tokio::test]
async fn a_dropped_session_is_gone_on_with_by_choice_and_the_time_is_still_held() {
    let world = salon().await;
    let mut lost = Handset::new(&world, ALINE, "ATUid_1");
    let confirm = to_the_confirmation(&mut lost).await;
    assert_eq!(count(&world, HELD).await, 1);
    lost.ends("Incomplete").await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 13").await, 1, "the end is an event");
    lost.ends("Incomplete").await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 13").await, 1);

    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    let choice = again.dial("").await;
    assert_eq!(choice, "CON You are not done here yet. Shall we go on?\n1 Go on\n2 Start over");
    assert_eq!(count(&world, HELD).await, 1, "her time stays hers");
    let back = again.key("1").await;
    assert_eq!(back, confirm, "she stands where she stood");
    let booked = again.key("1").await;
    assert!(booked.starts_with("END Booked:"), "{booked}");
    assert_eq!((count(&world, BOOKED).await, count(&world, HELD).await), (1, 0));
    world.stop().await;
}

#[tokio::test]
async fn whoever_starts_over_begins_at_the_menu() {
    let world = salon().await;
    let mut lost = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut lost).await;
    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    again.dial("").await;
    let menu = again.key("2").await;
    assert!(menu.starts_with("CON Welcome!"), "{menu}");
    world.stop().await;
}

#[tokio::test]
async fn the_hold_lasts_as_long_as_its_question_can_be_gone_on_with() {
    let world = salon().await;
    let mut lost = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut lost).await;
    // The question about the held time ends itself when the hold does.
    let held_s: f64 = sqlx::query_scalar(
        "SELECT extract(epoch FROM expires_at - now())::float8 FROM ganira.occupancy WHERE kind = 'hold'",
    )
    .fetch_one(&world.database.pool().await)
    .await
    .unwrap();
    assert!((595.0..=600.0).contains(&held_s), "{held_s}");
    world.stop().await;
}

#[tokio::test]
async fn a_redial_when_the_hold_has_lapsed_never_offers_the_lost_time() {
    let mut world = salon().await;
    let mut lost = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut lost).await;
    world.stop_engine().await;
    sqlx::query("UPDATE ganira.occupancy SET expires_at = now() - interval '2 minutes' WHERE kind = 'hold'")
        .execute(&world.database.pool().await)
        .await
        .unwrap();
    world.start_at(chrono::TimeDelta::minutes(11)).await;
    wait_for("the alarms", async || {
        (count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 4").await >= 2).then_some(())
    })
    .await;
    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    again.dial("").await;
    let screen = again.key("1").await;
    assert!(screen.contains("These days"), "{screen}");
    world.stop().await;
}

#[tokio::test]
async fn a_session_that_idles_is_hung_up_by_the_engine_and_its_next_key_begins_a_new_one() {
    let world = with(&[("idle_ms", "300")], |_| {}).await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    handset.dial("").await;
    wait_for("the alarm to hang up", async || {
        (count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 4").await == 1).then_some(())
    })
    .await;
    // Its end event comes too late to change anything.
    handset.ends("Incomplete").await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 13").await, 0);
    let choice = handset.key("1").await;
    assert!(choice.starts_with("CON You are not done here yet."), "{choice}");
    world.stop().await;
}

#[tokio::test]
async fn a_session_whose_time_is_nearly_over_is_ended_with_the_answer_kept() {
    let world = with(&[("idle_ms", "1000"), ("total_ms", "1000")], |_| {}).await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    handset.dial("").await;
    tokio::time::sleep(std::time::Duration::from_millis(850)).await;
    let over = handset.key("1").await;
    assert_eq!(over, "END The time of this session is almost over. Please dial *384*77# again to go on.");
    assert_eq!(handset.repeat().await, over);
    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    again.dial("").await;
    let service = again.key("1").await;
    assert!(service.contains("What would you like?"), "her answer was heard: {service}");
    world.stop().await;
}

#[tokio::test]
async fn an_end_after_the_last_screen_changes_nothing() {
    let world = salon().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    handset.dial("9").await;
    let turns = count(&world, "SELECT count(*) FROM ganira.journal").await;
    handset.ends("Success").await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, turns);
    world.stop().await;
}
