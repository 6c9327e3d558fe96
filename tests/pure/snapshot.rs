//! Snapshots: written and read back equal, small, and never trusted further than they reach; the ring of events that were had.

use chrono::TimeDelta;
use ganira::actors::event::{Event, EventKind, JobResult};
use ganira::actors::outgoing::Recipient;
use ganira::actors::snapshot::{Known, Ring, Snapshot, SnapshotError};
use ganira::domain::{AccountId, EventId, Phone, Timestamp};
use ganira::flows::Value;
use proptest::prelude::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn event(n: u8) -> EventId {
    EventId([n; 16])
}

fn lived() -> Snapshot {
    let mut snapshot = Snapshot::default();
    let phone = Phone::parse("+250780000001").unwrap();
    snapshot.kept.came_by(AccountId(1), Recipient { phone: Some(phone), scoped_id: None }, Some(at(0)));
    snapshot.kept.alarm = Some(at(1800));
    snapshot.kept.profile_name = Some("Aline".to_owned());
    for n in 0..20 {
        snapshot.ring.remember(event(n), Some(at(n.into())), at(n.into()));
    }
    snapshot
}

#[test]
fn a_snapshot_is_read_back_as_it_was_written() {
    let snapshot = lived();
    let bytes = snapshot.encode().unwrap();
    assert_eq!(Snapshot::decode(&bytes).unwrap(), snapshot);
    assert!(bytes.len() < 330, "{} bytes, 192 of them the ring", bytes.len());
    assert_eq!(Snapshot::decode(&[]).unwrap(), Snapshot::default(), "a conversation without a past");
}

#[test]
fn a_layout_of_a_newer_release_is_refused_by_name() {
    let mut bytes = lived().encode().unwrap();
    bytes[0] = 9;
    assert!(matches!(Snapshot::decode(&bytes), Err(SnapshotError::Version(9))));
}

#[test]
fn a_length_that_cannot_be_is_refused_before_anything_is_made_room_for() {
    let mut bytes = Snapshot::default().encode().unwrap();
    bytes[6..10].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(Snapshot::decode(&bytes), Err(SnapshotError::TooLarge(_))));
}

#[test]
fn the_ring_knows_the_last_sixteen_and_asks_the_journal_about_what_it_may_have_forgotten() {
    let mut ring = Ring::default();
    for n in 0..16 {
        ring.remember(event(n), Some(at(n.into())), at(n.into()));
    }
    assert_eq!(ring.knows(event(3), Some(at(3))), Known::Duplicate);
    assert_eq!(ring.knows(event(99), Some(at(100))), Known::New);
    // The first is forgotten: whatever is not newer than it may have been had.
    ring.remember(event(16), Some(at(16)), at(16));
    assert_eq!(ring.knows(event(0), Some(at(0))), Known::AskJournal);
    assert_eq!(ring.knows(event(99), Some(at(1))), Known::New);
    assert_eq!(ring.knows(event(99), None), Known::AskJournal, "without a clock only the journal knows");
}

#[test]
fn a_ring_that_never_forgot_needs_no_journal() {
    let mut ring = Ring::default();
    ring.remember(event(1), Some(at(50)), at(50));
    assert_eq!(ring.knows(event(2), Some(at(0))), Known::New);
    assert_eq!(ring.knows(event(2), None), Known::New);
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), cut in 0..400usize) {
        let _ = Snapshot::decode(&bytes);
        let whole = lived().encode().unwrap();
        let _ = Snapshot::decode(&whole[..cut.min(whole.len())]);
        let mut spoiled = whole;
        for (n, byte) in bytes.iter().enumerate().take(8) {
            let at = (usize::from(*byte) * 7 + n) % spoiled.len();
            spoiled[at] ^= byte;
        }
        let _ = Snapshot::decode(&spoiled);
    }
}

/// An awake conversation is to fit into 12 kB: what it holds, and what is handed to it, may not grow unseen.
#[test]
fn what_an_awake_conversation_holds_is_small() {
    assert!(size_of::<Snapshot>() <= 640, "{}", size_of::<Snapshot>());
    assert!(size_of::<EventKind>() <= 248, "{}", size_of::<EventKind>());
    assert!(size_of::<JobResult>() <= 128, "{}", size_of::<JobResult>());
    assert!(size_of::<Event>() <= 448, "{}", size_of::<Event>());
}
/// As the first release wrote it: version 1, its own dictionary, and a session in which every value names its kind.
const FIRST: &str = "010000000000710100000f8e04012f72778e040a59416c696e6593041133e1030f93040a02b401016f01069d0406a8010265030030020b8b021030e2000b8b0242416e796f\
    82000b2d000fdf02015042656c6973af00105dea030db5021633b50224372c700340302c315d31000f990114203122a500026a0181342d31302d3034548401022705125d6c0170416c696e65227d";

#[test]
fn what_the_first_release_wrote_is_read_and_written_anew() {
    let snapshot = Snapshot::decode(&hex::decode(FIRST).unwrap()).unwrap();
    assert_eq!(
        (snapshot.kept.state.language(), snapshot.kept.state.place()),
        (Some("rw"), Some(("booking", "book.staff")))
    );
    let Some(Value::Rows(staff)) = snapshot.kept.state.value("staff_for") else { panic!("{snapshot:?}") };
    assert_eq!(staff[1].get("label"), Some(&Value::text("Belise")));
    assert_eq!(snapshot.kept.profile_name.as_deref(), Some("Aline"));
    assert_eq!(snapshot.kept.doors.len(), 1);
    let written = snapshot.encode().unwrap();
    assert_eq!(written[0], 2);
    assert_eq!(Snapshot::decode(&written).unwrap(), snapshot);
}
