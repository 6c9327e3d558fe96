//! Quiet hours.

use chrono::{NaiveTime, TimeDelta};
use ganira::domain::Clock;
use ganira::operations::keeping;

use super::house::{ALINE, house, refresh, shown, standing, tell, who};

/// The time of the day in Kigali, so many hours from now.
fn hours_from_now(hours: i64) -> NaiveTime {
    let at = Clock::system().now() + TimeDelta::hours(hours);
    let shown = at.with_timezone(&chrono_tz::Africa::Kigali).time();
    NaiveTime::parse_from_str(&shown.format("%H:%M").to_string(), "%H:%M").unwrap()
}

#[tokio::test]
async fn what_the_business_starts_waits_for_the_end_of_the_quiet_hours_over_a_restart_and_leaves_once() {
    let mut world = house().await;
    world.say(ALINE, "hi").await;
    shown(&world, ALINE, 1).await;
    let aline = who(&world, world.tenant, ALINE).await;
    let pool = world.database.pool().await;
    let night = (hours_from_now(-1), hours_from_now(2));
    keeping::set_quiet(&pool, world.tenant, Some(night)).await.unwrap();
    refresh(&world).await;

    tell(&world, aline, "house.reminder", "1").await;
    world.say(ALINE, "hi").await;
    assert_eq!(shown(&world, ALINE, 2).await, ["Hello.", "Hello."], "an answer passes what waits");
    assert_eq!(standing(&world, aline).await[1], (0, 0), "it waits");
    // She wrote a moment ago: a notice is part of that talk.
    tell(&world, aline, "house.notice", "2").await;
    assert_eq!(shown(&world, ALINE, 3).await[2], "A notice.");

    world.stop_engine().await;
    world.start().await;
    world.say(ALINE, "hi").await;
    assert_eq!(shown(&world, ALINE, 4).await[3], "Hello.");
    assert_eq!(standing(&world, aline).await[1], (0, 0), "it waits still");

    world.stop_engine().await;
    world.start_at(TimeDelta::hours(3)).await;
    assert_eq!(shown(&world, ALINE, 5).await[4], "A reminder.");
    world.stop_engine().await;
    world.start_at(TimeDelta::hours(4)).await;
    world.say(ALINE, "hi").await;
    let all = shown(&world, ALINE, 6).await;
    assert_eq!(all.iter().filter(|text| *text == "A reminder.").count(), 1, "{all:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_notice_for_one_who_sleeps_waits_and_without_quiet_hours_nothing_does() {
    let mut world = house().await;
    world.say(ALINE, "hi").await;
    shown(&world, ALINE, 1).await;
    let aline = who(&world, world.tenant, ALINE).await;
    let pool = world.database.pool().await;
    let night = (hours_from_now(0), hours_from_now(3));
    keeping::set_quiet(&pool, world.tenant, Some(night)).await.unwrap();
    // Two hours after she wrote.
    world.stop_engine().await;
    world.start_at(TimeDelta::hours(2)).await;
    tell(&world, aline, "house.notice", "1").await;
    world.say(ALINE, "hi").await;
    assert_eq!(shown(&world, ALINE, 2).await, ["Hello.", "Hello."]);
    assert_eq!(standing(&world, aline).await[1], (0, 0));
    keeping::set_quiet(&pool, world.tenant, None).await.unwrap();
    refresh(&world).await;
    tell(&world, aline, "house.reminder", "2").await;
    assert_eq!(shown(&world, ALINE, 3).await[2], "A reminder.");
    world.stop().await;
}
