//! Delivery receipts as centres write them.

use chrono::NaiveDate;
use ganira::channels::smpp::{ReceiptText, State};
use ganira::domain::DeliveryState;
use rstest::rstest;

#[rstest]
// As the specification has it.
#[case(
    "id:0123456789 sub:001 dlvrd:001 submit date:2611200900 done date:2611200901 stat:DELIVRD err:000 text:Muraho",
    "0123456789",
    State::Delivered,
    "000"
)]
// Nothing after the last key.
#[case(
    "id:00000001 sub:001 dlvrd:001 submit date:2611200900 done date:2611200900 stat:DELIVRD err:000 text:",
    "00000001",
    State::Delivered,
    "000"
)]
// Hexadecimal, capitals, `Text:`.
#[case(
    "id:7A1F00C3 sub:001 dlvrd:000 submit date:2611200900 done date:2611200901 stat:UNDELIV err:001 Text:abc",
    "7A1F00C3",
    State::Undeliverable,
    "001"
)]
// A UUID, seconds, no counts.
#[case(
    "id:5f3c9a52-6f0e-4f0f-9a39-0b1f7c6f9b11 submit date:261120090000 done date:261120090105 stat:EXPIRED err:0A2",
    "5f3c9a52-6f0e-4f0f-9a39-0b1f7c6f9b11",
    State::Expired,
    "0A2"
)]
// Small letters, no spaces after the date.
#[case(
    "id:42 sub:1 dlvrd:1 submit date:2611200900 done date:2611200901 stat:delivrd err:0",
    "42",
    State::Delivered,
    "0"
)]
// Other separators and whole words.
#[case(
    "id:42,sub:001,dlvrd:001,submit date:2611200900,done date:2611200901,stat:DELIVERED,err:000,text:x",
    "42",
    State::Delivered,
    "000"
)]
// Keys with an underscore.
#[case(
    "id:9 submit_date:20261120090000 done_date:20261120090100 stat:REJECTD err:64 text:",
    "9",
    State::Rejected,
    "64"
)]
// Spaces after the colons.
#[case(
    "id: 17 sub: 001 dlvrd: 001 submit date: 2611200900 done date: 2611200901 stat: ACCEPTD err: 000 text: x",
    "17",
    State::Accepted,
    "000"
)]
fn receipts_are_read_in_the_ways_they_are_written(
    #[case] text: &str,
    #[case] id: &str,
    #[case] state: State,
    #[case] error: &str,
) {
    let read = ReceiptText::read(text);
    assert_eq!((read.id.as_deref(), read.state, read.error.as_deref()), (Some(id), Some(state), Some(error)));
    assert!(read.is_receipt());
    if let Some(done) = read.done {
        assert_eq!(done.date(), NaiveDate::from_ymd_opt(2026, 11, 20).unwrap());
        assert!(done.to_string().contains("09:0"), "{done}");
    }
}

#[test]
fn what_our_own_message_says_is_not_read_as_the_receipt() {
    let read = ReceiptText::read("id:1 stat:DELIVRD err:000 text:id:2 stat:UNDELIV err:9");
    assert_eq!((read.id.as_deref(), read.state), (Some("1"), Some(State::Delivered)));
    // A word that ends like a key is none.
    assert_eq!(ReceiptText::read("valid:7 stat:DELIVRD").id, None);
    for no_receipt in ["", "1", "book a haircut", "my id is 7", "id:", "stat:DELIVRD"] {
        assert!(!ReceiptText::read(no_receipt).is_receipt(), "{no_receipt}");
    }
}

#[test]
fn states_come_to_what_the_flow_hears() {
    for (value, state, delivery) in [
        (0, State::Scheduled, Some(DeliveryState::Sent)),
        (1, State::EnRoute, Some(DeliveryState::Sent)),
        (2, State::Delivered, Some(DeliveryState::Delivered)),
        (3, State::Expired, Some(DeliveryState::Failed)),
        (4, State::Deleted, Some(DeliveryState::Failed)),
        (5, State::Undeliverable, Some(DeliveryState::Failed)),
        (6, State::Accepted, Some(DeliveryState::Sent)),
        (7, State::Unknown, None),
        (8, State::Rejected, Some(DeliveryState::Failed)),
        (9, State::Skipped, Some(DeliveryState::Failed)),
    ] {
        assert_eq!(State::from_value(value), Some(state));
        assert_eq!(State::from_word(state.word()), Some(state));
        assert_eq!(state.delivery(), delivery, "{state:?}");
    }
    assert_eq!(State::from_value(10), None);
    assert_eq!(State::from_word("MAYBE"), None);
}

#[test]
fn the_date_is_read_with_and_without_seconds_and_century() {
    let done =
        |date: &str| ReceiptText::read(&format!("id:1 done date:{date} stat:DELIVRD")).done.map(|at| at.to_string());
    for date in ["2611200901", "261120090100", "20261120090100", "202611200901", "26-11-20 09:01"] {
        assert_eq!(done(date).as_deref(), Some("2026-11-20 09:01:00"), "{date}");
    }
    for date in ["", "0", "2613200901", "2611209901", "yesterday"] {
        assert_eq!(done(date), None, "{date}");
    }
}
