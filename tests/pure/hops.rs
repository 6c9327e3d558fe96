//! Hops of a USSD session, as the snapshot places them: what is new in a history, what is the same hop again, and when a session is over.

use chrono::TimeDelta;
use ganira::actors::ussd::session::{Heard, LastHop, Life, hop_id, is_nearly_over, place};
use ganira::crypto::{KeyedHash, SecretKey};
use ganira::domain::{AccountId, EventId, Hop, Phone, Timestamp, Typed};
use ganira::flows::notices;
use proptest::prelude::*;

const ACCOUNT: AccountId = AccountId(7);
const CODE: &str = "*384*77#";
const LIFE: Life = Life { idle: TimeDelta::seconds(180), total: TimeDelta::seconds(600) };

fn hashes() -> KeyedHash {
    KeyedHash::new(&SecretKey::new([3; 32]))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn history(session: &str, all: &str) -> Hop {
    Hop {
        session: session.into(),
        phone: Phone::parse("+250780000001").unwrap(),
        code: CODE.into(),
        new: None,
        typed: Typed::History(all.into()),
        dialled: all.into(),
        sequence: None,
    }
}

fn last(session: &str, text: &str, new: Option<bool>, sequence: Option<u64>) -> Hop {
    Hop { new, typed: Typed::Last(text.into()), dialled: String::new(), sequence, ..history(session, "") }
}

/// The hop as it is kept, answered at that second.
fn kept(hop: &Hop, began: i64, answered: i64) -> LastHop {
    let id = hop_id(&hashes(), ACCOUNT, hop).unwrap_or(EventId([9; 16]));
    let mut last = LastHop::of(&hashes(), (ACCOUNT, id), hop, at(began));
    last.at = at(answered);
    last
}

fn heard(hop: &Hop, before: Option<&LastHop>, now: i64) -> Heard {
    place(&hashes(), (ACCOUNT, CODE), hop, before, (at(now), LIFE)).heard
}

fn dialled(code: &str) -> Heard {
    Heard::Dialled(code.to_owned())
}

fn typed(text: &str) -> Heard {
    Heard::Typed(text.to_owned())
}

#[test]
fn the_first_hop_dials_with_whatever_stands_behind_the_code() {
    assert_eq!(heard(&history("a", ""), None, 0), dialled("*384*77#"));
    assert_eq!(heard(&history("a", "1*2"), None, 0), dialled("*384*77*1*2#"));
    let longer = Hop { code: "*384*77*9#".into(), ..history("a", "") };
    assert_eq!(heard(&longer, None, 0), dialled("*384*77*9#"));
    let nameless = Hop { code: "b230733c".into(), ..history("a", "1") };
    assert_eq!(heard(&nameless, None, 0), dialled("*384*77*1#"));
    let before = kept(&history("a", "1"), 0, 0);
    assert_eq!(heard(&history("b", "2"), Some(&before), 5), dialled("*384*77*2#"), "another session");
}

#[test]
fn an_answer_is_what_follows_the_last_history_also_when_it_holds_a_star() {
    let first = kept(&history("a", ""), 0, 0);
    assert_eq!(heard(&history("a", "1"), Some(&first), 5), typed("1"));
    assert_eq!(heard(&history("a", "1*2*3"), Some(&first), 5), typed("1*2*3"));
    let second = kept(&history("a", "1*2"), 0, 5);
    assert_eq!(heard(&history("a", "1*2*0*7"), Some(&second), 9), typed("0*7"));
    assert_eq!(heard(&history("a", "1*2*"), Some(&second), 9), typed(""), "nothing was typed");
    // A gateway that has forgotten what came before.
    assert_eq!(heard(&history("a", "4*5"), Some(&second), 9), typed("5"));
    assert_eq!(heard(&history("a", "1*23"), Some(&second), 9), typed("23"), "1*2 is no part of it");
}

#[test]
fn a_gateway_of_last_inputs_says_by_session_and_word_what_is_new() {
    let first = kept(&last("a", "*384*77#", Some(true), Some(1)), 0, 0);
    assert_eq!(heard(&last("a", "1*1", Some(false), Some(2)), Some(&first), 5), typed("1*1"));
    assert_eq!(heard(&last("a", "1", None, None), Some(&first), 5), typed("1"));
    assert_eq!(heard(&last("a", "", Some(true), None), Some(&first), 5), dialled(CODE), "it begins again");
    assert_eq!(
        heard(&last("b", "3", Some(false), None), Some(&first), 5),
        dialled(CODE),
        "a screen we know nothing of"
    );
}

#[test]
fn a_key_after_the_idle_time_or_the_last_screen_begins_a_session_and_walks_nothing() {
    let mut before = kept(&history("a", "1"), 0, 10);
    assert_eq!(heard(&history("a", "1*2"), Some(&before), 190), typed("2"), "just in time");
    assert_eq!(heard(&history("a", "1*2"), Some(&before), 191), dialled(CODE));
    before.ended = true;
    assert_eq!(heard(&history("a", "1*2"), Some(&before), 11), dialled(CODE));
    assert_eq!(before.idle_at(LIFE), None);
}

#[test]
fn a_hop_is_known_by_its_number_or_its_whole_history_and_otherwise_by_nothing() {
    let id = |hop: &Hop| hop_id(&hashes(), ACCOUNT, hop);
    assert_eq!(id(&history("a", "1*2")), id(&history("a", "1*2")));
    assert_ne!(id(&history("a", "1*2")), id(&history("a", "1")));
    assert_ne!(id(&history("a", "1")), id(&history("b", "1")));
    // Where one ends and the other begins is told, too.
    assert_ne!(id(&history("ah", "1")), id(&history("a", "h1")));
    assert_eq!(id(&last("a", "1", None, Some(4))), id(&last("a", "2", None, Some(4))), "the number alone counts");
    assert_ne!(id(&last("a", "1", None, Some(4))), id(&last("a", "1", None, Some(5))));
    assert_ne!(hop_id(&hashes(), AccountId(8), &history("a", "1")), id(&history("a", "1")));
    assert_eq!(id(&last("a", "1", None, None)), None);
}

#[test]
fn what_surely_comes_later_in_a_session_need_not_be_looked_up() {
    let before = kept(&history("a", "1"), 0, 0);
    let later = |hop: &Hop| before.precedes(&hashes(), ACCOUNT, hop);
    assert!(later(&history("a", "1*2")));
    assert!(!later(&history("a", "1")) && !later(&history("a", "")) && !later(&history("b", "1*2")));
    assert!(!later(&history("a", "2*2")), "another history may have been had before");
    let counted = kept(&last("a", "1", None, Some(4)), 0, 0);
    assert!(counted.precedes(&hashes(), ACCOUNT, &last("a", "1", None, Some(5))));
    assert!(!counted.precedes(&hashes(), ACCOUNT, &last("a", "1", None, Some(4))));
}

#[test]
fn the_last_part_of_a_session_is_too_short_for_a_question() {
    assert!(!is_nearly_over(at(0), at(579), LIFE));
    assert!(is_nearly_over(at(0), at(580), LIFE));
    let short = Life { total: TimeDelta::seconds(10), ..LIFE };
    assert!(!is_nearly_over(at(0), at(7), short));
    assert!(is_nearly_over(at(0), at(8), short));
}

#[test]
fn what_a_keypad_is_told_fits_on_its_screen_in_every_language() {
    for language in ["en", "fr", "rw", "sw"] {
        let code = "*384*77*1234#";
        let all = [
            notices::dial_again(language, code),
            notices::time_is_up(language, code),
            notices::dial_later(language, code),
            notices::not_in_service(language).to_owned(),
            notices::trouble(language).to_owned(),
            notices::we_come_back(language).to_owned(),
            notices::thank_you(language).to_owned(),
        ];
        for text in all {
            let screen = notices::on_keypad(&text);
            assert!(screen.chars().count() <= 120 && !screen.is_empty(), "{language}: {screen}");
            assert!(ganira::flows::layout::gsm::septets(&screen).is_some(), "{language}: {screen}");
        }
    }
    assert_eq!(notices::on_keypad(&"é€".repeat(200)).chars().count(), 121, "182 septets, three a pair");
}

proptest! {
    /// Whatever is typed, hop after hop, comes back as it was typed; and the same hop has the same name.
    #[test]
    fn every_answer_of_a_session_is_heard_as_it_was_typed(answers in prop::collection::vec("[0-9*]{0,6}", 1..12)) {
        let mut all = String::new();
        let mut before = kept(&history("s", ""), 0, 0);
        for (n, answer) in (1..).zip(answers) {
            if !all.is_empty() {
                all.push('*');
            }
            all.push_str(&answer);
            let hop = history("s", &all);
            // Nothing typed after nothing looks like the hop before.
            if !all.is_empty() {
                prop_assert_eq!(heard(&hop, Some(&before), n), typed(&answer));
            }
            before = kept(&hop, 0, n);
        }
    }
}
