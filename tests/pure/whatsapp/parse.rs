//! One fixture a kind in `data/whatsapp/inbound`, its reading beside it in `data/whatsapp/read`.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use ganira::channels::whatsapp::{Unreadable, accounts, parse};
use ganira::domain::{Inbound, InboundKind, MessageBody};
use proptest::prelude::*;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pure/data/whatsapp/inbound");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Bytes {
    Bytes::from(std::fs::read(path).unwrap())
}

#[test]
fn every_kind_reads_as_its_golden_says() {
    for path in fixtures() {
        let updates = parse(&read(&path)).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pure/data/whatsapp/read"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_json_snapshot!(name, updates);
        });
    }
}

#[test]
fn the_raw_slice_is_the_update_as_it_stood_in_the_body() {
    for path in fixtures() {
        let body = read(&path);
        for update in parse(&body).unwrap() {
            let offset = update.raw.as_ptr() as usize - body.as_ptr() as usize;
            assert_eq!(&body[offset..offset + update.raw.len()], &update.raw[..], "{}", path.display());
            let value: serde_json::Value = serde_json::from_slice(&update.raw).unwrap();
            match &update.kind {
                InboundKind::Message(_) | InboundKind::Echo { .. } | InboundKind::AddressChange { .. } => {
                    assert_eq!(value["id"], update.provider_id.as_str(), "{}", path.display());
                }
                InboundKind::Receipt(receipt) => assert_eq!(value["id"], receipt.message.as_str()),
                InboundKind::Notice { .. } | InboundKind::Kept { .. } | InboundKind::Hop(_) => {}
            }
        }
    }
}

#[test]
fn an_account_wide_notice_keeps_the_whole_change() {
    let body = read(&fixtures().into_iter().find(|path| path.ends_with("notice_account_update.json")).unwrap());
    let updates = parse(&body).unwrap();
    let change: serde_json::Value = serde_json::from_slice(&updates[0].raw).unwrap();
    assert_eq!(change["field"], "account_update");
    assert_eq!(change["value"]["event"], "PARTNER_REMOVED");
}

#[test]
fn a_notice_has_the_same_name_whatever_the_order_of_its_keys_and_another_at_another_time() {
    let name = |change: &str, time: u32| {
        let body = format!(r#"{{"entry":[{{"id":"1","time":{time},"changes":[{change}]}}]}}"#);
        parse(&Bytes::from(body)).unwrap()[0].provider_id.clone()
    };
    let one = name(r#"{"field":"security","value":{"a":1,"b":[2,3]}}"#, 5);
    assert_eq!(one, name(r#"{"value":{"b":[2, 3],"a":1},"field":"security"}"#, 5));
    assert_ne!(one, name(r#"{"field":"security","value":{"a":1,"b":[2,3]}}"#, 6));
    assert_ne!(one, name(r#"{"field":"security","value":{"a":1,"b":[23]}}"#, 5));
}

#[test]
fn a_body_names_each_of_its_accounts_once() {
    let body = read(&fixtures().into_iter().find(|path| path.ends_with("several_entries_and_changes.json")).unwrap());
    let updates = parse(&body).unwrap();
    assert_eq!(accounts(&updates), ["106540352242922", "102290129340398", "206540352242922"]);
}

#[test]
fn a_thousand_updates_in_three_megabytes_are_a_thousand_readings() {
    let padding = "x".repeat(2_900);
    let messages: Vec<_> = (0..1_000)
        .map(|n| {
            let text = format!("{n} {padding}");
            format!(r#"{{"from":"250780000001","id":"wamid.{n}","timestamp":"1763630000","type":"text","text":{{"body":"{text}"}}}}"#)
        })
        .collect();
    let body = Bytes::from(format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"metadata":{{"phone_number_id":"2"}},"messages":[{}]}}}}]}}]}}"#,
        messages.join(",")
    ));
    assert!(body.len() > 2_900_000);
    let updates = parse(&body).unwrap();
    let ids: Vec<_> = updates.iter().map(|update| update.provider_id.clone()).collect();
    assert_eq!(ids, (0..1_000).map(|n| format!("wamid.{n}")).collect::<Vec<_>>());
    let InboundKind::Message(last) = &updates[999].kind else { panic!("a message") };
    assert_eq!(last.body, MessageBody::Text { text: format!("999 {padding}") });
}

#[test]
fn what_is_no_webhook_is_named_so() {
    let why = |body: &'static [u8]| parse(&Bytes::from_static(body)).unwrap_err();
    assert_eq!(why(b""), Unreadable::NotJson);
    assert_eq!(why(b"{\"entry\":["), Unreadable::NotJson);
    assert_eq!(why(b"\xff{}"), Unreadable::NotJson);
    assert_eq!(why(b"[]"), Unreadable::NoEntries);
    assert_eq!(why(b"{}"), Unreadable::NoEntries);
    assert_eq!(why(b"{\"entry\":{}}"), Unreadable::NoEntries);
    assert_eq!(parse(&Bytes::from_static(b"{\"entry\":[]}")).unwrap(), []);
}

#[test]
fn a_body_of_millions_of_empty_updates_is_refused_before_it_fills_the_memory() {
    let body = format!(
        r#"{{"entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messages":[{}0]}}}}]}}]}}"#,
        "0,".repeat(1_000_000)
    );
    assert_eq!(parse(&Bytes::from(body)).unwrap_err(), Unreadable::TooMany);
}

#[test]
fn deeply_nested_bodies_do_not_exhaust_the_stack() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    let body = format!(r#"{{"entry":[{{"id":"1","changes":[{{"field":"x","value":{deep}}}]}}]}}"#);
    assert!(parse(&Bytes::from(body)).is_ok_and(|updates| updates.len() == 1));
}

/// The same update twice is the same reading: nothing depends on anything but the bytes.
fn same(body: &Bytes) -> bool {
    let names = |updates: Vec<Inbound>| updates.into_iter().map(|update| update.provider_id).collect::<Vec<_>>();
    parse(body).map(names) == parse(body).map(names)
}

proptest! {
    #[test]
    fn truncated_bodies_never_panic(which in 0usize..1_000, at in 0usize..4_000) {
        let paths = fixtures();
        let body = read(&paths[which % paths.len()]);
        prop_assert!(same(&body.slice(..at.min(body.len()))));
    }

    #[test]
    fn bodies_with_wrong_bytes_never_panic(which in 0usize..1_000, changes in prop::collection::vec((0usize..4_000, any::<u8>()), 1..8)) {
        let paths = fixtures();
        let mut bytes = read(&paths[which % paths.len()]).to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        prop_assert!(same(&Bytes::from(bytes)));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(same(&Bytes::from(bytes)));
    }

    /// Any field may have any type: the update is still there.
    #[test]
    fn a_message_whose_fields_have_odd_types_is_still_an_update(
        key in prop::sample::select(vec!["from", "id", "timestamp", "type", "text", "context", "referral", "from_user_id", "group_id"]),
        odd in prop::sample::select(vec!["null", "0", "-1.5", "true", "\"\"", "\"x\"", "[]", "[1]", "{}", "{\"id\":[]}"]),
    ) {
        let mut message: serde_json::Value = serde_json::json!({
            "from": "250780000001", "id": "wamid.1", "timestamp": "1763630000", "type": "text", "text": { "body": "x" },
        });
        message[key] = serde_json::from_str(odd).unwrap();
        let body = serde_json::json!({ "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": { "messages": [message] } }] }] });
        let updates = parse(&Bytes::from(body.to_string())).unwrap();
        prop_assert_eq!(updates.len(), 1);
    }
}
