use std::collections::BTreeMap;
use std::time::Duration;

use ganira::actors::outbound::Refusal;
use ganira::actors::outbound::window::{Action, Event, Found, Pace, Read, Standing, Window};
use ganira::actors::outgoing::{Envelope, Outgoing};
use ganira::channels::{Refused, Scope, SendOutcome};
use ganira::domain::outbound::WhenUnknown;
use ganira::domain::{AccountId, ContactId, DeliveryState, OutboxId};
use ganira::store::{AttemptState, Fact};

use super::model::{at, envelope, id, image, message, pace, place, template, text, with};

const LANE: i64 = 10;

/// A window that has read an empty table and is live.
fn live(pace: Pace) -> Window {
    let mut window = Window::new(pace, &[LANE], BTreeMap::new(), at(0));
    let mut reads = reads(window.on(Event::Tick, at(0)));
    while let Some(read) = reads.pop() {
        reads.extend(self::reads(window.on(Event::Page(read, vec![]), at(0))));
    }
    assert!(window.is_live());
    window
}

fn reads(actions: Vec<Action>) -> Vec<Read> {
    let read = |action| if let Action::Read(read) = action { Some(read) } else { None };
    actions.into_iter().filter_map(read).collect()
}

fn commit(window: &mut Window, ms: u64, rows: Vec<Outgoing>) -> Vec<Action> {
    window.on(Event::Committed(rows), at(ms))
}

/// Texts of one contact in one batch.
fn texts(contact: i64, count: i32) -> Vec<Outgoing> {
    (1..=count).map(|n| message(contact, i64::from(n), place(LANE, 1, n))).collect()
}

/// What leaves now.
fn sent(window: &mut Window, ms: u64) -> Vec<OutboxId> {
    let mut ids = Vec::new();
    while let Some(action) = window.next(at(ms)) {
        let Action::Send { message, .. } = action else { panic!("expected a send, got {action:?}") };
        ids.push(message.id);
    }
    ids
}

fn ended(window: &mut Window, ms: u64, id: OutboxId, outcome: SendOutcome) -> Vec<Action> {
    window.on(Event::Ended { id, outcome, message: Some([1; 16]), names: None, random: 1.0 }, at(ms))
}

fn accepted() -> SendOutcome {
    SendOutcome::Accepted { messages: vec!["wamid.x".to_owned()] }
}

fn throttled(scope: Scope, seconds: Option<u64>) -> SendOutcome {
    SendOutcome::Throttled { scope, retry_after: seconds.map(Duration::from_secs), code: None }
}

fn retry() -> SendOutcome {
    SendOutcome::Retry { code: Some(131_000), retry_after: None }
}

fn facts(actions: &[Action]) -> Vec<&Fact> {
    actions
        .iter()
        .filter_map(|action| if let Action::Record { fact, .. } = action { Some(fact) } else { None })
        .collect()
}

fn refusals(actions: &[Action]) -> Vec<Refusal> {
    let refusal = |action: &Action| if let Action::Record { refusal, .. } = action { *refusal } else { None };
    actions.iter().filter_map(refusal).collect()
}

#[test]
fn the_next_message_leaves_when_the_one_before_was_accepted() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 2));
    assert_eq!(sent(&mut window, 0), [id(1, 1)]);
    assert_eq!(sent(&mut window, 59_000), []);
    let actions = ended(&mut window, 59_000, id(1, 1), accepted());
    let facts = facts(&actions);
    assert_eq!((facts[0].rank, facts[0].message, facts[0].attempt), (30, Some([1; 16]), 1));
    assert_eq!(sent(&mut window, 59_000), [id(1, 2)]);
}

#[test]
fn contacts_do_not_wait_for_each_other() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 3));
    commit(&mut window, 0, vec![message(2, 1, place(LANE, 2, 1))]);
    assert_eq!(sent(&mut window, 0), [id(1, 1), id(2, 1)]);
}

#[test]
fn a_text_after_a_picture_waits_until_it_is_sent_or_a_minute() {
    for (receipt, wait) in [(true, 5_000), (false, 60_000)] {
        let mut window = live(pace());
        let picture = with(1, 1, place(LANE, 1, 1), envelope(image()));
        commit(&mut window, 0, vec![picture, message(1, 2, place(LANE, 1, 2))]);
        assert_eq!(sent(&mut window, 0), [id(1, 1)]);
        ended(&mut window, 0, id(1, 1), accepted());
        window.on(Event::Tick, at(wait - 1));
        assert_eq!(sent(&mut window, wait - 1), []);
        if receipt {
            window.on(Event::Receipt(id(1, 1), DeliveryState::Sent), at(wait));
        } else {
            assert_eq!(window.wake_at(), Some(at(wait)).min(window.wake_at()));
            window.on(Event::Tick, at(wait));
        }
        assert_eq!(sent(&mut window, wait), [id(1, 2)]);
    }
}

#[test]
fn a_receipt_that_overtakes_the_answer_counts() {
    let mut window = live(pace());
    let picture = with(1, 1, place(LANE, 1, 1), envelope(image()));
    commit(&mut window, 0, vec![picture, message(1, 2, place(LANE, 1, 2))]);
    sent(&mut window, 0);
    window.on(Event::Receipt(id(1, 1), DeliveryState::Sent), at(1));
    ended(&mut window, 2, id(1, 1), SendOutcome::Unknown);
    assert_eq!(sent(&mut window, 2), [id(1, 2)]);
}

#[test]
fn an_unknown_waits_for_a_receipt_and_then_its_kind_decides() {
    struct Case {
        kind: WhenUnknown,
        receipt: bool,
        sent: Vec<OutboxId>,
    }
    let cases = [
        Case { kind: WhenUnknown::SendAgain, receipt: false, sent: vec![id(1, 1)] },
        Case { kind: WhenUnknown::Leave, receipt: false, sent: vec![id(1, 2)] },
        Case { kind: WhenUnknown::SendAgain, receipt: true, sent: vec![id(1, 2)] },
        Case { kind: WhenUnknown::Leave, receipt: true, sent: vec![id(1, 2)] },
    ];
    for case in cases {
        let mut window = live(pace());
        let first = with(1, 1, place(LANE, 1, 1), Envelope { when_unknown: case.kind, ..envelope(text()) });
        commit(&mut window, 0, vec![first, message(1, 2, place(LANE, 1, 2))]);
        sent(&mut window, 0);
        let actions = ended(&mut window, 0, id(1, 1), SendOutcome::Unknown);
        assert_eq!(facts(&actions)[0].attempt_state, AttemptState::Unknown);
        assert_eq!(sent(&mut window, 29_000), []);
        if case.receipt {
            window.on(Event::Receipt(id(1, 1), DeliveryState::Delivered), at(29_000));
        }
        let actions = window.on(Event::Tick, at(30_000));
        let lost = actions.iter().any(|action| matches!(action, Action::Lost(lost) if *lost == id(1, 1)));
        assert_eq!(lost, case.kind == WhenUnknown::Leave && !case.receipt);
        assert_eq!(sent(&mut window, 30_000), case.sent, "{:?} {}", case.kind, case.receipt);
    }
}

#[test]
fn followers_wait_for_a_stuck_message_a_minute_at_most() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 2));
    sent(&mut window, 0);
    ended(&mut window, 10_000, id(1, 1), SendOutcome::Unknown);
    window.on(Event::Tick, at(40_000));
    assert_eq!(sent(&mut window, 40_000), [id(1, 1)]);
    ended(&mut window, 50_000, id(1, 1), SendOutcome::Unknown);
    assert_eq!(sent(&mut window, 59_999), []);
    window.on(Event::Tick, at(60_000));
    assert_eq!(sent(&mut window, 60_000), [id(1, 2)]);
}

#[test]
fn a_pair_that_is_too_fast_waits_alone_one_four_and_sixteen_seconds() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 1));
    let mut now = 0;
    for wait in [1_000, 4_000, 16_000] {
        assert_eq!(sent(&mut window, now), [id(1, 1)]);
        let actions = ended(&mut window, now, id(1, 1), throttled(Scope::Pair, None));
        assert_eq!(facts(&actions)[0].attempt_state, AttemptState::Again);
        commit(&mut window, now, vec![message(2, 1, place(LANE, 2 + now as i64, 1))]);
        assert_eq!(sent(&mut window, now), [id(2, 1)]);
        ended(&mut window, now, id(2, 1), accepted());
        window.on(Event::Tick, at(now + wait - 1));
        assert_eq!(sent(&mut window, now + wait - 1), []);
        now += wait;
        window.on(Event::Tick, at(now));
    }
    sent(&mut window, now);
    ended(&mut window, now, id(1, 1), throttled(Scope::Pair, Some(3)));
    window.on(Event::Tick, at(now + 3_000));
    assert_eq!(sent(&mut window, now + 3_000), [id(1, 1)], "what the company says counts");
}

#[test]
fn throttles_spend_no_attempts() {
    let mut window = live(Pace { attempts_max: 2, ..pace() });
    commit(&mut window, 0, texts(1, 1));
    let mut now = 0;
    for attempt in 0..20 {
        assert_eq!(sent(&mut window, now), [id(1, 1)], "attempt {attempt}");
        let scope = [Scope::Pair, Scope::Account, Scope::Portfolio][attempt % 3];
        let actions = ended(&mut window, now, id(1, 1), throttled(scope, Some(1)));
        assert_eq!(refusals(&actions), []);
        now += 1_000;
        window.on(Event::Tick, at(now));
    }
}

#[test]
fn a_throttled_account_pauses_everybody_and_a_portfolio_tells_the_others() {
    for scope in [Scope::Account, Scope::Portfolio] {
        let mut window = live(pace());
        commit(&mut window, 0, texts(1, 1));
        sent(&mut window, 0);
        let actions = ended(&mut window, 0, id(1, 1), throttled(scope, Some(5)));
        let told = actions.iter().any(|action| matches!(action, Action::PausePortfolio(until) if *until == at(5_000)));
        assert_eq!(told, scope == Scope::Portfolio);
        commit(&mut window, 1, vec![message(2, 1, place(LANE, 2, 1))]);
        assert_eq!(sent(&mut window, 4_999), []);
        assert_eq!(sent(&mut window, 5_000), [id(1, 1), id(2, 1)]);
    }
}

#[test]
fn a_failure_of_theirs_is_tried_again_later_and_failed_at_last() {
    let mut window = live(Pace { attempts_max: 3, ..pace() });
    commit(&mut window, 0, texts(1, 2));
    let mut now = 0;
    for wait in [1_000, 2_000] {
        assert_eq!(sent(&mut window, now), [id(1, 1)]);
        ended(&mut window, now, id(1, 1), retry());
        assert_eq!(sent(&mut window, now + wait - 1), []);
        now += wait;
        window.on(Event::Tick, at(now));
    }
    assert_eq!(sent(&mut window, now), [id(1, 1)]);
    let actions = ended(&mut window, now, id(1, 1), retry());
    assert_eq!(facts(&actions)[0].rank, DeliveryState::Failed.rank());
    assert_eq!(refusals(&actions), [Refusal { reason: Refused::Undeliverable, code: Some(131_000) }]);
    assert_eq!(sent(&mut window, now), [id(1, 2)]);
}

#[test]
fn a_refusal_is_recorded_and_told_and_the_next_goes() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 2));
    sent(&mut window, 0);
    let refused = SendOutcome::Refused { code: 131_047, reason: Refused::WindowShut, detail: String::new() };
    let actions = ended(&mut window, 0, id(1, 1), refused);
    assert_eq!(facts(&actions)[0].error_code, Some(131_047));
    assert_eq!(refusals(&actions), [Refusal { reason: Refused::WindowShut, code: Some(131_047) }]);
    assert_eq!(sent(&mut window, 0), [id(1, 2)]);
}

#[test]
fn a_shut_door_lets_only_templates_through() {
    let mut window = live(pace());
    let shut = |content| Envelope { door_until: Some(at(1_000)), ..envelope(content) };
    let rows = vec![
        with(1, 1, place(LANE, 1, 1), shut(text())),
        with(1, 2, place(LANE, 1, 2), shut(template())),
        with(2, 1, place(LANE, 1, 3), shut(text())),
    ];
    commit(&mut window, 0, rows);
    let done: Vec<Action> = std::iter::from_fn(|| window.next(at(1_000))).collect();
    assert_eq!(refusals(&done), [Refusal { reason: Refused::WindowShut, code: None }; 2]);
    let is_template = |action: &&Action| matches!(action, Action::Send { message, .. } if message.id == id(1, 2));
    assert_eq!((done.len(), done.iter().filter(is_template).count()), (3, 1));
}

#[test]
fn five_failures_open_the_breaker_and_one_probe_closes_it() {
    let mut window = live(pace());
    let rows = (1..=7).map(|contact| message(contact, 1, place(LANE, 1, contact as i32))).collect();
    commit(&mut window, 0, rows);
    assert_eq!(sent(&mut window, 0).len(), 7);
    for contact in 1..=5 {
        let actions = ended(&mut window, 0, id(contact, 1), retry());
        let opened = actions.iter().any(|action| matches!(action, Action::BreakerOpened(_)));
        assert_eq!(opened, contact == 5);
    }
    window.on(Event::Tick, at(59_999));
    assert_eq!(sent(&mut window, 59_999), []);
    assert_eq!(window.wake_at().map(|at| at.min(self::at(60_000))), window.wake_at(), "it wakes for the probe");
    let probe = sent(&mut window, 60_000);
    assert_eq!(probe.len(), 1, "one probe");
    let actions = ended(&mut window, 60_100, probe[0], accepted());
    assert!(actions.iter().any(|action| matches!(action, Action::BreakerClosed)));
    assert_eq!(sent(&mut window, 60_100).len(), 4);
}

#[test]
fn a_broken_token_stops_the_account_once_and_burns_nothing() {
    let mut window = live(Pace { attempts_max: 1, ..pace() });
    commit(&mut window, 0, vec![message(1, 1, place(LANE, 1, 1)), message(2, 1, place(LANE, 1, 2))]);
    sent(&mut window, 0);
    let broken = || SendOutcome::AccountStopped { code: 190, reason: "expired".to_owned() };
    let stops = |actions: Vec<Action>| {
        actions.iter().filter(|action| matches!(action, Action::StopAccount { code: 190, .. })).count()
    };
    assert_eq!(stops(ended(&mut window, 0, id(1, 1), broken())), 1);
    assert!(window.is_stopped());
    assert_eq!(sent(&mut window, 1_000), []);
    window.on(Event::Resumed, at(2_000));
    assert_eq!(stops(ended(&mut window, 2_001, id(2, 1), broken())), 0, "an answer to the old token");
    assert_eq!(sent(&mut window, 2_001), [id(1, 1), id(2, 1)]);
}

#[test]
fn an_attempt_that_could_not_be_recorded_is_made_later() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 2));
    sent(&mut window, 0);
    window.on(Event::NotBegun(id(1, 1)), at(0));
    assert_eq!(sent(&mut window, 999), []);
    window.on(Event::Tick, at(1_000));
    assert_eq!(sent(&mut window, 1_000), [id(1, 1)]);
}

#[test]
fn a_drained_window_begins_nothing() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 1));
    window.on(Event::Drain, at(0));
    assert_eq!(sent(&mut window, 0), []);
}

#[test]
fn an_erased_contact_gets_nothing_more() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 3));
    sent(&mut window, 0);
    window.on(Event::Forget(ContactId(1)), at(0));
    ended(&mut window, 0, id(1, 1), accepted());
    assert_eq!(sent(&mut window, 0), []);
    window.on(Event::Recorded(place(LANE, 1, 1)), at(0));
    assert!(window.is_empty());
}

#[test]
fn a_contact_erased_while_a_page_is_read_gets_nothing_out_of_it() {
    let mut window = Window::new(pace(), &[LANE], BTreeMap::new(), at(0));
    let past = reads(window.on(Event::Tick, at(0)));
    window.on(Event::Forget(ContactId(1)), at(0));
    let row = message(1, 1, place(3, 1, 1));
    let found = Found { id: row.id, place: row.place, standing: Standing::Queued { attempt: 0 }, message: Some(row) };
    window.on(Event::Page(past[0], vec![found]), at(0));
    assert_eq!(sent(&mut window, 0), []);
}

#[test]
fn rows_left_by_an_earlier_incarnation_leave_before_fresh_ones() {
    let mut window = Window::new(pace(), &[LANE], BTreeMap::new(), at(0));
    let past = reads(window.on(Event::Tick, at(0)));
    commit(&mut window, 0, vec![message(1, 3, place(LANE, 1, 1))]);
    assert_eq!(sent(&mut window, 0), [], "the fresh row may not overtake");
    let found = |contact, seq, at_place, standing| Found {
        id: id(contact, seq),
        place: at_place,
        standing,
        message: Some(message(contact, seq, at_place)),
    };
    let old =
        vec![found(1, 1, place(3, 8, 1), Standing::Done), found(1, 2, place(3, 9, 1), Standing::Queued { attempt: 2 })];
    let lane = reads(window.on(Event::Page(past[0], old), at(0)));
    assert_eq!(sent(&mut window, 0), [id(1, 2)]);
    assert!(!window.is_live());
    let fresh = vec![found(1, 3, place(LANE, 1, 1), Standing::Queued { attempt: 0 })];
    window.on(Event::Page(lane[0], fresh), at(0));
    assert!(window.is_live());
    ended(&mut window, 0, id(1, 2), accepted());
    assert_eq!(sent(&mut window, 0), [id(1, 3)]);
}

#[test]
fn what_lies_before_a_saved_cursor_is_passed_over_in_one_go() {
    let mut window = Window::new(pace(), &[LANE], BTreeMap::from([(3, 100)]), at(0));
    let past = reads(window.on(Event::Tick, at(0)));
    let settled = Found { id: id(1, 1), place: place(3, 1, 1), standing: Standing::Done, message: None };
    let next = reads(window.on(Event::Page(past[0], vec![settled]), at(0)));
    assert_eq!(next[0].after, place(3, 100, i32::MAX));
}

#[test]
fn a_row_that_began_before_the_restart_is_unknown_since_then() {
    let mut window = Window::new(pace(), &[LANE], BTreeMap::new(), at(20_000));
    let past = reads(window.on(Event::Tick, at(20_000)));
    let standing = Standing::Unknown { attempt: 1, since: at(0) };
    let begun = Found { id: id(1, 1), place: place(3, 1, 1), standing, message: Some(message(1, 1, place(3, 1, 1))) };
    window.on(Event::Page(past[0], vec![begun]), at(20_000));
    window.on(Event::Tick, at(29_999));
    assert_eq!(sent(&mut window, 29_999), []);
    window.on(Event::Tick, at(30_000));
    let Some(Action::Send { attempt, .. }) = window.next(at(30_000)) else { panic!("it is sent again") };
    assert_eq!(attempt, 2);
}

#[test]
fn a_receipt_that_comes_while_a_page_is_read_is_not_forgotten() {
    let mut window = Window::new(pace(), &[LANE], BTreeMap::new(), at(40_000));
    let past = reads(window.on(Event::Tick, at(40_000)));
    window.on(Event::Receipt(id(1, 1), DeliveryState::Sent), at(40_000));
    let standing = Standing::Unknown { attempt: 1, since: at(0) };
    let begun = Found { id: id(1, 1), place: place(3, 1, 1), standing, message: Some(message(1, 1, place(3, 1, 1))) };
    window.on(Event::Page(past[0], vec![begun]), at(40_000));
    assert_eq!(sent(&mut window, 40_000), []);
}

#[test]
fn a_full_window_falls_back_to_the_table_and_goes_live_again() {
    let mut window = live(Pace { rows_max: 4, contact_rows_max: 2, ..pace() });
    let rows = |contacts: std::ops::RangeInclusive<i64>| -> Vec<Outgoing> {
        contacts.map(|contact| message(contact, 1, place(LANE, 1, contact as i32))).collect()
    };
    commit(&mut window, 0, rows(1..=6));
    assert_eq!(window.len(), 4);
    assert!(!window.is_live());
    let out = sent(&mut window, 0);
    assert_eq!(out.len(), 4);
    let mut wanted = Vec::new();
    for sent in out {
        ended(&mut window, 0, sent, accepted());
        let recorded = Event::Recorded(place(LANE, 1, sent.conversation.contact.0 as i32));
        wanted.extend(reads(window.on(recorded, at(0))));
    }
    assert_eq!(wanted[0].after, place(LANE, 1, 4));
    let found = rows(5..=6).into_iter().map(|message| Found {
        id: message.id,
        place: message.place,
        standing: Standing::Queued { attempt: 0 },
        message: Some(message),
    });
    let mut more = reads(window.on(Event::Page(wanted[0], found.take(wanted[0].limit).collect()), at(0)));
    if wanted[0].limit == 1 {
        let last = rows(6..=6).remove(0);
        let found =
            Found { id: last.id, place: last.place, standing: Standing::Queued { attempt: 0 }, message: Some(last) };
        more = reads(window.on(Event::Page(more[0], vec![found]), at(0)));
    }
    while let Some(read) = more.pop() {
        more.extend(reads(window.on(Event::Page(read, vec![]), at(0))));
    }
    assert!(window.is_live());
    assert_eq!(sent(&mut window, 0), [id(5, 1), id(6, 1)]);
}

#[test]
fn a_thousand_rows_of_one_contact_leave_room_for_others() {
    let mut window = live(Pace { rows_max: 100, contact_rows_max: 6, ..pace() });
    commit(&mut window, 0, texts(1, 1_000));
    commit(&mut window, 0, vec![message(2, 1, place(LANE, 2, 1))]);
    assert_eq!(window.len(), 7);
    assert_eq!(sent(&mut window, 0), [id(1, 1), id(2, 1)]);
}

#[test]
fn cursors_stop_before_what_is_open() {
    let mut window = live(pace());
    for batch in 1..=3 {
        commit(&mut window, 0, vec![message(batch, 1, place(LANE, batch, 1))]);
    }
    sent(&mut window, 0);
    let saved = |actions: Vec<Action>| {
        let cursor =
            |action| if let Action::SaveCursor { writer, batch } = action { Some((writer, batch)) } else { None };
        actions.into_iter().filter_map(cursor).collect::<Vec<_>>()
    };
    for contact in [1, 3] {
        ended(&mut window, 0, id(contact, 1), accepted());
        window.on(Event::Recorded(place(LANE, contact, 1)), at(0));
    }
    assert_eq!(saved(window.on(Event::Tick, at(5_000))), [(LANE, 1)]);
    ended(&mut window, 5_000, id(2, 1), accepted());
    assert_eq!(saved(window.on(Event::Tick, at(9_000))), [], "its end is not yet written");
    window.on(Event::Recorded(place(LANE, 2, 1)), at(9_000));
    assert_eq!(saved(window.on(Event::Tick, at(13_000))), [(LANE, 3)]);
}

#[test]
fn facts_name_the_account() {
    let mut window = live(pace());
    commit(&mut window, 0, texts(1, 1));
    sent(&mut window, 0);
    let actions = ended(&mut window, 0, id(1, 1), SendOutcome::Unknown);
    assert_eq!(facts(&actions)[0].account, AccountId(7));
}

#[test]
fn a_person_s_own_rate_holds_only_her() {
    let mut pace = pace();
    (pace.buckets.pair_burst, pace.buckets.pair_refill) = (1, Duration::from_secs(10));
    let mut window = live(pace);
    commit(&mut window, 0, texts(1, 2));
    assert_eq!(sent(&mut window, 0), [id(1, 1)]);
    ended(&mut window, 0, id(1, 1), accepted());
    commit(&mut window, 0, vec![message(2, 1, place(LANE, 2, 1))]);
    assert_eq!(sent(&mut window, 0), [id(2, 1)]);
    assert!(window.wake_at().is_some_and(|wake| wake <= at(10_000)));
    window.on(Event::Tick, at(10_000));
    assert_eq!(sent(&mut window, 10_000), [id(1, 2)]);
}

#[test]
fn an_unknown_message_whose_attempts_are_spent_is_refused() {
    let mut window = live(Pace { attempts_max: 1, ..pace() });
    commit(&mut window, 0, texts(1, 1));
    assert_eq!(sent(&mut window, 0), [id(1, 1)]);
    ended(&mut window, 0, id(1, 1), SendOutcome::Unknown);
    let actions = window.on(Event::Tick, at(30_000));
    assert_eq!(refusals(&actions), [Refusal { reason: Refused::Undeliverable, code: None }]);
}

#[test]
fn a_forgotten_person_s_rows_that_were_left_are_looked_for_no_more_once_they_are_gone() {
    let mut window = live(Pace { contact_rows_max: 2, ..pace() });
    commit(&mut window, 0, texts(1, 5));
    let mut reads = reads(window.on(Event::Forget(ContactId(1)), at(0)));
    assert!(!reads.is_empty(), "what was left in the table is read");
    while let Some(read) = reads.pop() {
        reads.extend(self::reads(window.on(Event::Page(read, vec![]), at(0))));
    }
    assert!(window.is_empty());
    assert_eq!(sent(&mut window, 0), []);
}
