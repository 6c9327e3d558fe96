//! How much may be under way: less while everybody stands in line, all of it again when nobody does.

use std::time::Duration;

use ganira::resilience::Pace;

const MOST: usize = 4096;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A server that does `a_second` works, each of which takes `alone` by itself, before which as many stand in line as may: for so long.
fn crowd(pace: &mut Pace, from: Duration, lasts: Duration, a_second: f64, alone: Duration) -> Duration {
    let mut now = from;
    while now < from + lasts {
        let under_way = pace.limit();
        let took = alone + Duration::from_secs_f64(under_way as f64 / a_second);
        now += Duration::from_secs_f64(1.0 / a_second);
        pace.ended(now, took, under_way);
    }
    now
}

/// The same with few who want something.
fn calm(pace: &mut Pace, from: Duration, lasts: Duration, alone: Duration) -> Duration {
    let mut now = from;
    while now < from + lasts {
        now += ms(2);
        pace.ended(now, alone, 3);
    }
    now
}

#[test]
fn what_is_quick_may_come_as_it_likes() {
    let mut pace = Pace::new(MOST);
    calm(&mut pace, ms(0), ms(10_000), ms(5));
    assert_eq!(pace.limit(), MOST);
}

#[test]
fn a_line_that_never_empties_is_made_short_and_then_wait_is_bearable() {
    let mut pace = Pace::new(MOST);
    let now = calm(&mut pace, ms(0), ms(1_000), ms(5));
    crowd(&mut pace, now, ms(5_000), 2_000.0, ms(5));
    let wait = Duration::from_secs_f64(pace.limit() as f64 / 2_000.0);
    assert!(wait < ms(400), "{} under way wait {wait:?}", pace.limit());
    assert!(wait > ms(50), "{} under way are too few for the server to be busy", pace.limit());
}

#[test]
fn when_the_server_is_fast_again_all_may_come_again() {
    let mut pace = Pace::new(MOST);
    let now = calm(&mut pace, ms(0), ms(1_000), ms(5));
    let now = crowd(&mut pace, now, ms(5_000), 500.0, ms(5));
    let few = pace.limit();
    crowd(&mut pace, now, ms(10_000), 200_000.0, ms(1));
    assert!(few < 400 && pace.limit() > 2_000, "{few} then {}", pace.limit());
}

#[test]
fn a_far_database_is_slow_by_itself_and_nobody_is_turned_away_for_it() {
    let mut pace = Pace::new(MOST);
    calm(&mut pace, ms(0), ms(30_000), ms(420));
    assert_eq!(pace.limit(), MOST);
}

#[test]
fn a_database_that_became_slow_for_good_is_known_as_such_in_time() {
    let mut pace = Pace::new(MOST);
    let now = calm(&mut pace, ms(0), ms(1_000), ms(5));
    let now = calm(&mut pace, now, ms(60_000), ms(300));
    crowd(&mut pace, now, ms(20_000), 2_000.0, ms(300));
    assert!(pace.limit() > 1_000, "{} under way of a database that answers after 300 ms", pace.limit());
}

#[test]
fn a_few_works_say_nothing() {
    let mut pace = Pace::new(MOST);
    for second in 0..10 {
        pace.ended(Duration::from_secs(second), ms(if second == 0 { 1 } else { 5_000 }), 1);
    }
    assert_eq!(pace.limit(), MOST);
}
