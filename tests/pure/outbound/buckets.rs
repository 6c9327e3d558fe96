use std::num::NonZeroU32;
use std::time::Duration;

use ganira::actors::outbound::buckets::{Buckets, Sizes};
use ganira::actors::outbound::share::Permits;
use ganira::domain::ContactId;

use super::model::at;

const META: Sizes = Sizes { number_per_second: 80, pair_burst: 45, pair_refill: Duration::from_secs(6) };

fn at_once(buckets: &mut Buckets, contact: i64, ms: u64) -> usize {
    (0..100).take_while(|_| buckets.pair(ContactId(contact), at(ms)).is_ok()).count()
}

#[test]
fn buckets_are_half_full_after_a_start() {
    let mut buckets = Buckets::new(META, at(0));
    let taken = (0..100).take_while(|_| buckets.number(NonZeroU32::MIN, at(0)).is_ok()).count();
    assert_eq!(taken, 40);
    assert_eq!(at_once(&mut buckets, 1, 0), 23);
}

#[test]
fn a_long_text_takes_as_many_as_it_has_segments_and_never_more_than_there_can_be() {
    let mut buckets = Buckets::new(Sizes { number_per_second: 10, ..META }, at(0));
    let segments = |n| NonZeroU32::new(n).unwrap();
    assert_eq!(buckets.number(segments(3), at(0)), Ok(()));
    assert_eq!(buckets.number(segments(3), at(0)), Err(Duration::from_millis(100)));
    assert_eq!(buckets.number(segments(3), at(100)), Ok(()));
    // Longer than a second's worth: it waits for the whole second, not for ever.
    assert!(buckets.number(segments(25), at(200)).is_err());
    assert_eq!(buckets.number(segments(25), at(1_200)), Ok(()));
}

#[test]
fn a_pair_gets_one_more_every_six_seconds_and_says_when() {
    let mut buckets = Buckets::new(META, at(0));
    at_once(&mut buckets, 1, 0);
    assert_eq!(buckets.pair(ContactId(1), at(0)), Err(Duration::from_secs(6)));
    assert_eq!(buckets.pair(ContactId(1), at(6_000)), Ok(()));
    assert!(buckets.pair(ContactId(1), at(6_000)).is_err());
}

#[test]
fn somebody_first_written_to_later_has_the_fuller_bucket() {
    let mut buckets = Buckets::new(META, at(0));
    assert_eq!(at_once(&mut buckets, 1, 60_000), 33);
    assert_eq!(at_once(&mut buckets, 2, 300_000), 45);
    assert_eq!(at_once(&mut buckets, 2, 300_000), 0);
}

#[test]
fn an_account_that_holds_on_to_its_permits_leaves_some_for_others() {
    let permits = Permits::new(64);
    let mut stuck = Vec::new();
    for _ in 0..20 {
        let mut held = Vec::new();
        while let Some(permit) = permits.try_take(held.len()) {
            held.push(permit);
        }
        stuck.push(held);
    }
    let other: Vec<_> = (0..64).map_while(|held| permits.try_take(held)).collect();
    assert_eq!(other.len(), 2, "however many are stuck");
    drop((stuck, other));
    let held: Vec<_> = (0..64).map_while(|held| permits.try_take(held)).collect();
    assert_eq!(held.len(), 22, "alone, an account gets a third");
}
