//! Parts of long messages on their way in.

use std::time::Duration;

use chrono::TimeDelta;
use ganira::channels::smpp::reassembly::{Gathered, PartText, Reassembly, Standing, Taken};
use ganira::channels::smpp::text::{Alphabet, Said};
use ganira::channels::smpp::udh::{Concatenation, Reference};
use ganira::domain::{Clock, Timestamp};

const LIMIT: Duration = Duration::from_mins(5);

fn begin() -> Timestamp {
    Clock::system().now()
}

fn text(words: &str) -> PartText {
    PartText { alphabet: Alphabet::Gsm7, octets: words.as_bytes().to_vec() }
}

fn take(reassembly: &mut Reassembly, number: u8, words: &str, now: Timestamp) -> Taken {
    let place = Concatenation { reference: Reference::Eight(7), total: 3, number };
    reassembly.take("250788000001", "7711", place, text(words), now)
}

fn words(gathered: &Gathered) -> String {
    let Said::Text(text) = gathered.said() else { panic!("{gathered:?}") };
    text
}

fn whole(taken: Taken) -> Gathered {
    let Standing::Whole(whole) = taken.standing else { panic!("{taken:?}") };
    whole
}

#[test]
fn parts_in_any_order_become_one_message() {
    for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
        let mut reassembly = Reassembly::new(LIMIT, 100);
        let now = begin();
        let words_of = |number: u8| ["one ", "two ", "three"][usize::from(number) - 1];
        for number in &order[..2] {
            assert_eq!(take(&mut reassembly, *number, words_of(*number), now).standing, Standing::Waits, "{order:?}");
        }
        let whole = whole(take(&mut reassembly, order[2], words_of(order[2]), now));
        assert_eq!(words(&whole), "one two three", "{order:?}");
        assert_eq!(reassembly.open(), 0);
    }
}

#[test]
fn a_part_that_comes_twice_changes_nothing_before_and_after_the_end() {
    let mut reassembly = Reassembly::new(LIMIT, 100);
    let now = begin();
    take(&mut reassembly, 1, "one", now);
    assert_eq!(take(&mut reassembly, 1, "one", now).standing, Standing::Again);
    take(&mut reassembly, 2, "two", now);
    let gathered = whole(take(&mut reassembly, 3, "three", now));
    reassembly.settled(gathered);
    for (number, words) in [(1, "one"), (2, "two"), (3, "three")] {
        assert_eq!(take(&mut reassembly, number, words, now).standing, Standing::Again);
    }
    // After the limit nobody remembers.
    let later = now + TimeDelta::minutes(5);
    assert!(reassembly.overdue(later).is_empty());
    assert_eq!(take(&mut reassembly, 1, "one", later).standing, Standing::Waits);
}

#[test]
fn a_missing_part_is_given_up_after_the_limit_with_what_is_there() {
    let mut reassembly = Reassembly::new(LIMIT, 100);
    let now = begin();
    take(&mut reassembly, 1, "one ", now);
    take(&mut reassembly, 3, " three", now + TimeDelta::minutes(1));
    assert!(reassembly.overdue(now + TimeDelta::seconds(299)).is_empty());
    let overdue = reassembly.overdue(now + TimeDelta::minutes(5));
    assert_eq!(overdue.iter().map(words).collect::<Vec<_>>(), ["one … three"]);
    assert!(reassembly.overdue(now + TimeDelta::minutes(9)).is_empty());
}

#[test]
fn another_part_of_the_same_number_begins_another_message_and_gives_up_the_first() {
    let mut reassembly = Reassembly::new(LIMIT, 100);
    let now = begin();
    take(&mut reassembly, 1, "old", now);
    let taken = take(&mut reassembly, 1, "new", now);
    assert_eq!(taken.given_up.as_ref().map(words).as_deref(), Some("old……"));
    assert_eq!(taken.standing, Standing::Waits);
    take(&mut reassembly, 2, "er", now);
    assert_eq!(words(&whole(take(&mut reassembly, 3, "!", now))), "newer!");
}

#[test]
fn a_message_that_could_not_be_delivered_on_waits_for_its_last_part_again() {
    let mut reassembly = Reassembly::new(LIMIT, 100);
    let now = begin();
    take(&mut reassembly, 1, "one ", now);
    take(&mut reassembly, 2, "two ", now);
    let gathered = whole(take(&mut reassembly, 3, "three", now));
    reassembly.put_back(gathered, Some(3));
    assert_eq!(take(&mut reassembly, 1, "one ", now).standing, Standing::Again);
    assert_eq!(words(&whole(take(&mut reassembly, 3, "three", now))), "one two three");
}

#[test]
fn two_people_and_two_kinds_of_reference_never_mix() {
    let mut reassembly = Reassembly::new(LIMIT, 100);
    let now = begin();
    let mut open = 0;
    for from in ["250788000001", "250788000002"] {
        for reference in [Reference::Eight(7), Reference::Sixteen(7), Reference::Sar(7)] {
            let place = Concatenation { reference, total: 2, number: 1 };
            reassembly.take(from, "7711", place, text("one"), now);
            open += 1;
            assert_eq!(reassembly.open(), open);
        }
    }
}

#[test]
fn what_is_held_has_a_limit_and_forgetting_makes_room() {
    let mut reassembly = Reassembly::new(LIMIT, 2);
    let now = begin();
    take(&mut reassembly, 1, "one", now);
    assert!(reassembly.has_room());
    take(&mut reassembly, 2, "two", now);
    assert!(!reassembly.has_room());
    reassembly.overdue(now + TimeDelta::minutes(5));
    assert!(reassembly.has_room());
}

#[test]
fn a_pair_that_was_parted_is_read_whole_and_other_alphabets_are_read_by_their_own() {
    let mut reassembly = Reassembly::new(LIMIT, 100);
    let parts = [
        PartText { alphabet: Alphabet::Ucs2, octets: vec![0xd8, 0x3d] },
        PartText { alphabet: Alphabet::Ucs2, octets: vec![0xde, 0x00] },
        PartText { alphabet: Alphabet::Gsm7, octets: vec![0x05] },
    ];
    let mut last = Standing::Waits;
    for (part, number) in parts.into_iter().zip(1..) {
        let place = Concatenation { reference: Reference::Sar(1), total: 3, number };
        last = reassembly.take("250788000001", "7711", place, part, begin()).standing;
    }
    let Standing::Whole(whole) = last else { panic!("{last:?}") };
    assert_eq!(words(&whole), "😀é");
}

#[test]
fn what_was_kept_before_a_restart_goes_on_or_is_known_again() {
    let now = begin();
    let mut before = Reassembly::new(LIMIT, 100);
    take(&mut before, 1, "one ", now);
    take(&mut before, 2, "two ", now);
    let gathered = whole(take(&mut before, 3, "three", now));
    let mut after = Reassembly::new(LIMIT, 100);
    // It was whole, and nobody knows whether it was delivered on.
    assert_eq!(after.restore(gathered.clone(), false), Some(gathered.clone()));
    assert_eq!(after.restore(gathered.clone(), true), None);
    assert_eq!(take(&mut after, 2, "two ", now).standing, Standing::Again);
    let mut later = Reassembly::new(LIMIT, 100);
    let mut half = gathered;
    half.parts.remove(&2);
    assert_eq!(later.restore(half, false), None);
    assert_eq!(words(&whole(take(&mut later, 2, "two ", now))), "one two three");
}
