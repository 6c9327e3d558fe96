//! Sealing, the hierarchy of keys, keyed hashes and signatures; published vectors run through the same functions as rows do.

use ganira::crypto::{
    Cipher, CryptoError, DataKey, KeyRing, KeyRingError, KeyedHash, Place, SEALED_OVERHEAD_BYTES, SecretKey,
    sign_sha256, verify_sha256,
};
use proptest::prelude::*;
use serde::Deserialize;

const AES_GCM_VECTORS: &str = include_str!("data/vectors/aes256_gcm_wycheproof.json");
const HMAC_VECTORS: &str = include_str!("data/vectors/hmac_sha256_wycheproof.json");
const LAYOUT_VERSION: u8 = 1;

#[derive(Deserialize)]
struct Vectors<T> {
    tests: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AesGcmVector {
    tc_id: u32,
    key: String,
    iv: String,
    aad: String,
    msg: String,
    ct: String,
    tag: String,
    result: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HmacVector {
    tc_id: u32,
    key: String,
    msg: String,
    tag: String,
    result: String,
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn key(byte: u8) -> SecretKey {
    SecretKey::new([byte; 32])
}

fn ring(ids: &[(&str, u8)]) -> KeyRing {
    let entries: Vec<String> =
        ids.iter().map(|(id, byte)| format!("{id}:{}", key(*byte).to_base64().as_str())).collect();
    KeyRing::parse(&entries.join("\n")).unwrap()
}

fn here(row: &[u8]) -> Place<'_> {
    Place { tenant: 7, table: "journal", row }
}

#[test]
fn published_aes_gcm_vectors_seal_and_open_as_they_say() {
    let vectors: Vectors<AesGcmVector> = serde_json::from_str(AES_GCM_VECTORS).unwrap();
    assert_eq!(vectors.tests.len(), 66);
    for vector in vectors.tests {
        let cipher = Cipher::new(&SecretKey::new(bytes(&vector.key).try_into().unwrap()));
        let (nonce, aad, message) = (bytes(&vector.iv), bytes(&vector.aad), bytes(&vector.msg));
        let sealed = [vec![LAYOUT_VERSION], nonce.clone(), bytes(&vector.ct), bytes(&vector.tag)].concat();
        let opened = cipher.open(&aad, &sealed);
        if vector.result == "valid" {
            assert_eq!(opened.as_ref(), Ok(&message), "test {}", vector.tc_id);
            assert_eq!(
                cipher.seal_with_nonce(&nonce.try_into().unwrap(), &aad, &message),
                sealed,
                "test {}",
                vector.tc_id
            );
        } else {
            assert_eq!(opened, Err(CryptoError::DoesNotOpen), "test {}", vector.tc_id);
        }
    }
}

#[test]
fn published_hmac_vectors_verify_as_they_say() {
    let vectors: Vectors<HmacVector> = serde_json::from_str(HMAC_VECTORS).unwrap();
    assert_eq!(vectors.tests.len(), 87);
    for vector in vectors.tests {
        let (secret, message, tag) = (bytes(&vector.key), bytes(&vector.msg), bytes(&vector.tag));
        let valid = vector.result == "valid";
        assert_eq!(verify_sha256(&secret, &message, &tag), valid, "test {}", vector.tc_id);
        assert_eq!(sign_sha256(&secret, &message).as_slice() == tag, valid, "test {}", vector.tc_id);
    }
}

#[test]
fn a_tag_cut_short_does_not_verify() {
    let tag = sign_sha256(b"secret", b"body");
    assert!(verify_sha256(b"secret", b"body", &tag));
    for length in 0..tag.len() {
        assert!(!verify_sha256(b"secret", b"body", &tag[..length]));
    }
}

#[test]
fn equal_plaintexts_never_look_equal() {
    let key = DataKey::new(&key(1));
    assert_ne!(key.seal(here(b"1"), b"muraho"), key.seal(here(b"1"), b"muraho"));
}

#[test]
fn sealed_bytes_open_only_at_their_own_place() {
    let data_key = DataKey::new(&key(1));
    let place = Place { tenant: 7, table: "journal", row: b"row" };
    let sealed = data_key.seal(place, b"muraho");
    assert_eq!(data_key.open(place, &sealed).unwrap(), b"muraho");
    let elsewhere = [
        Place { tenant: 8, ..place },
        Place { table: "outbox", ..place },
        Place { row: b"rov", ..place },
        Place { table: "journalr", row: b"ow", ..place },
        Place { table: "journa", row: b"lrow", ..place },
    ];
    for place in elsewhere {
        assert_eq!(data_key.open(place, &sealed), Err(CryptoError::DoesNotOpen), "{place:?}");
    }
    assert_eq!(DataKey::new(&key(2)).open(place, &sealed), Err(CryptoError::DoesNotOpen));
}

#[test]
fn a_layout_of_the_future_is_named_in_the_refusal() {
    let data_key = DataKey::new(&key(1));
    let mut sealed = data_key.seal(here(b"1"), b"muraho");
    sealed[0] = 9;
    assert_eq!(data_key.open(here(b"1"), &sealed), Err(CryptoError::UnknownLayout(9)));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_unchanged_and_any_flipped_bit_is_found(
        tenant: i64, row in prop::collection::vec(any::<u8>(), 0..300), plaintext in prop::collection::vec(any::<u8>(), 0..2000), flip: usize,
    ) {
        let data_key = DataKey::new(&key(3));
        let place = Place { tenant, table: "outbox", row: &row };
        let mut sealed = data_key.seal(place, &plaintext);
        prop_assert_eq!(sealed.len(), plaintext.len() + SEALED_OVERHEAD_BYTES);
        prop_assert_eq!(data_key.open(place, &sealed).unwrap(), plaintext);
        let bit = flip % (sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(data_key.open(place, &sealed).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(DataKey::new(&key(3)).open(here(b"1"), &bytes).is_err());
        prop_assert!(ring(&[("a", 1)]).unwrap_system_key(&bytes).is_err());
        let _ = KeyRing::wrapped_under(&bytes);
    }
}

#[test]
fn a_contacts_key_comes_back_through_tenant_and_ring() {
    let ring = ring(&[("2026-11", 1)]);
    let (tenant_key, wrapped_tenant_key) = ring.generate_tenant_key(7);
    let (data_key, wrapped_data_key) = tenant_key.generate_data_key(b"contact 1");
    let sealed = data_key.seal(here(b"1"), b"muraho");

    let tenant_key = ring.unwrap_tenant_key(7, &wrapped_tenant_key).unwrap();
    let data_key = tenant_key.unwrap(b"contact 1", &wrapped_data_key).unwrap();
    assert_eq!(data_key.open(here(b"1"), &sealed).unwrap(), b"muraho");

    assert!(tenant_key.unwrap(b"contact 2", &wrapped_data_key).is_err());
    assert!(ring.unwrap_tenant_key(8, &wrapped_tenant_key).is_err());
    assert!(ring.unwrap_system_key(&wrapped_tenant_key).is_err());
}

#[test]
fn after_rewrapping_the_old_ring_key_can_go() {
    let old = ring(&[("old", 1)]);
    let (tenant_key, wrapped) = old.generate_tenant_key(7);
    let (system_key, wrapped_system) = old.generate_system_key();
    let (_, wrapped_data_key) = tenant_key.generate_data_key(b"contact");
    let sealed = system_key.seal(here(b"1"), b"nobody's");

    let both = ring(&[("new", 2), ("old", 1)]);
    assert_eq!(both.primary(), "new");
    let rewrapped = both.rewrap_tenant_key(7, &wrapped).unwrap().expect("it was under the old key");
    let rewrapped_system = both.rewrap_system_key(&wrapped_system).unwrap().expect("it was under the old key");
    assert_eq!(KeyRing::wrapped_under(&rewrapped).unwrap(), "new");
    assert_eq!(both.rewrap_tenant_key(7, &rewrapped).unwrap(), None);

    let new = ring(&[("new", 2)]);
    assert!(new.unwrap_tenant_key(7, &rewrapped).unwrap().unwrap(b"contact", &wrapped_data_key).is_ok());
    assert_eq!(new.unwrap_system_key(&rewrapped_system).unwrap().open(here(b"1"), &sealed).unwrap(), b"nobody's");
    assert_eq!(new.unwrap_tenant_key(7, &wrapped).unwrap_err(), CryptoError::UnknownRingKey("old".to_owned()));
}

#[test]
fn a_key_ring_is_read_from_lines_or_commas() {
    let one = key(1).to_base64().to_string();
    let two = key(2).to_base64().to_string();
    for text in [format!("a:{one},b:{two}"), format!("# turned in November\na: {one}\n\n  b:{two}\r\n")] {
        assert_eq!(KeyRing::parse(&text).unwrap().ids().collect::<Vec<_>>(), ["a", "b"]);
    }
}

#[test]
fn a_wrong_key_ring_says_where_and_shows_no_key() {
    let good = key(1).to_base64().to_string();
    let cases = [
        (String::new(), KeyRingError::Empty),
        ("# only a remark".to_owned(), KeyRingError::Empty),
        (good.clone(), KeyRingError::NotAnEntry(1)),
        (format!("a:{good},:{good}"), KeyRingError::NotAnId(2)),
        (format!("a b:{good}"), KeyRingError::NotAnId(1)),
        ("a:c2hvcnQ=".to_owned(), KeyRingError::NotAKey("a".to_owned())),
        (format!("a:{good},a:{good}"), KeyRingError::Twice("a".to_owned())),
    ];
    for (text, expected) in cases {
        let error = KeyRing::parse(&text).unwrap_err();
        assert_eq!(error, expected);
        assert!(!error.to_string().contains(&good));
    }
}

#[test]
fn keyed_hashes_differ_by_use_scope_and_key() {
    let hash = KeyedHash::new(&key(1));
    let seen = [
        hash.address(1, b"+250700000001"),
        hash.address(2, b"+250700000001"),
        hash.address(1, b"+250700000002"),
        hash.event(1, b"+250700000001"),
        hash.other(b"+250700000001"),
        KeyedHash::new(&key(2)).address(1, b"+250700000001"),
    ];
    assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), seen.len());
    assert_eq!(hash.address(1, b"+250700000001"), seen[0]);
}

#[test]
fn a_keyed_hash_never_changes_between_releases() {
    // The first 16 bytes of HMAC-SHA256("address\0" ‖ 1 as 8 bytes ‖ "+250700000001"), computed with another library.
    let hash = KeyedHash::new(&key(0x0b));
    assert_eq!(hex::encode(hash.address(1, b"+250700000001")), "857a90845d44d7def26e6505771428a1");
}

#[test]
fn keys_show_nothing_when_debugged() {
    let secret = key(0xab);
    let (tenant_key, _) = ring(&[("a", 0xab)]).generate_tenant_key(1);
    let shown = format!(
        "{secret:?} {:?} {:?} {:?} {tenant_key:?} {:?}",
        Cipher::new(&secret),
        DataKey::new(&secret),
        KeyedHash::new(&secret),
        ring(&[("a", 0xab)])
    );
    assert!(!shown.contains("171") && !shown.to_lowercase().contains("abab"), "{shown}");
    assert!(shown.contains("***"));
}
