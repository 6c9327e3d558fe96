//! The short texts that say who or what is meant: phone numbers, scoped ids, codes, what comes back with receipts, slots, networks, keys, and
//! whom a proxy names.

use std::net::SocketAddr;
use std::sync::LazyLock;

use axum::extract::ConnectInfo;
use ganira::api::webhooks::caller::caller;
use ganira::config::Networks;
use ganira::crypto::{KeyRing, KeyedHash};
use ganira::domain::address::sender_number;
use ganira::domain::ids::Opaque;
use ganira::domain::money::Currency;
use ganira::domain::move_code::MoveCode;
use ganira::domain::{Address, Country, Phone, ScopedId};
use ganira::operations::salon::slot::Slot;
use http::{Extensions, HeaderMap, HeaderValue};

use super::Target;
use crate::bytes::Bytes;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "names", seeds, words: WORDS, bytes_max: 512, run };

const COUNTRIES: [&str; 8] = ["RW", "KE", "FR", "US", "CI", "IT", "AR", "001"];
const WORDS: &[&str] = &[
    "+250788123456",
    "0788 123 456",
    "00250",
    "+1",
    "+39 0",
    "0254",
    "*182*8*1#",
    "*384*77*0*012345678942#",
    "GN-",
    "7K3-MQ9-XP4",
    "gn 7k3",
    "RW.ENT.",
    "phone:",
    "whatsapp:",
    "g1.1.2.3.0.1",
    ".-1",
    "9223372036854775807",
    "3-29920860",
    "4294967295",
    "10.0.0.1, ",
    "203.0.113.7",
    "::ffff:10.0.0.2",
    "a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,",
    "\u{a0}",
    "–",
    "ext. 5",
];

static PROXIES: LazyLock<Networks> = LazyLock::new(|| Networks::of(&["10.0.0.0/8", "::1/128"]));

/// The country, then the text.
fn seeds() -> Vec<Vec<u8>> {
    let codes = [7_u64, 9_999_999_999].map(MoveCode::drawn);
    let dialled = codes.map(|code| code.dialled_after("*384*77#"));
    let letters = codes.map(|code| format!("Muraho {} murakoze", code.letters()));
    let written = WORDS.iter().map(|word| (*word).to_owned()).chain(dialled).chain(letters);
    written.flat_map(|text| [0, 1, 3].map(|country| [&[country][..], text.as_bytes()].concat())).collect()
}

fn run(input: &[u8], seen: &mut Seen) {
    let mut bytes = Bytes(input);
    let country = *bytes.one_of(&COUNTRIES);
    let country = Country::named(country).ok();
    let text = String::from_utf8_lossy(bytes.0);
    numbers(&text, country, seen);
    codes(&text, seen);
    let scoped = ScopedId::parse(&text).ok();
    for address in [scoped.clone().map(Address::WhatsApp), Address::from_canonical(&text)].into_iter().flatten() {
        assert_eq!(Address::from_canonical(&address.canonical()), Some(address));
    }
    let opaque = text.parse::<Opaque>().ok();
    assert!(opaque.is_none_or(|opaque| opaque.to_string().parse() == Ok(opaque)));
    let slot = text.parse::<Slot>().ok();
    assert!(slot.is_none_or(|slot| slot.to_string().parse() == Ok(slot)));
    seen.see((scoped.is_some(), opaque.map(|opaque| opaque.wake), slot.is_some()));
    seen.see((Country::named(&text).is_ok(), Currency::parse(&text).is_some()));
    seen.see((KeyedHash::parse(&text).is_ok(), KeyRing::parse(&text).map(|ring| ring.ids().count().min(4)).ok()));
    forwarded(&text, seen);
}

/// However it is typed, it is one number, and read in its one form it is itself.
fn numbers(text: &str, country: Option<Country>, seen: &mut Seen) {
    let home = Phone::parse_in(text, country);
    let abroad = Phone::parse(text);
    for phone in [&home, &abroad].into_iter().flatten() {
        assert_eq!(Phone::parse(phone.as_str()).as_ref(), Ok(phone));
        assert_eq!(Phone::from_digits(phone.digits()).as_ref(), Ok(phone));
        assert!(!format!("{phone:?}").contains(phone.digits()), "a log must not carry it");
    }
    if let Ok(phone) = &home {
        assert_eq!(Phone::parse_in(phone.as_str(), None).as_ref(), Ok(phone));
    }
    let sender = sender_number(text);
    assert_eq!(sender_number(&sender), sender);
    seen.see((home.is_ok(), abroad.is_ok(), sender.starts_with('+'), home.map(|phone| phone.digits().len()).ok()));
}

fn codes(text: &str, seen: &mut Seen) {
    let (inside, dialled) = (MoveCode::in_text(text), MoveCode::in_dialled(text));
    for code in [inside, dialled].into_iter().flatten() {
        assert_eq!(MoveCode::in_text(&code.letters()), Some(code));
        assert_eq!(MoveCode::in_dialled(&code.dialled_after("*384*77#")), Some(code));
    }
    seen.see((inside.is_some(), dialled.is_some()));
}

/// Nobody but a proxy of ours is believed about another.
fn forwarded(text: &str, seen: &mut Seen) {
    let mut headers = HeaderMap::new();
    for line in text.split('|') {
        if let Ok(value) = HeaderValue::from_str(line) {
            headers.append("x-forwarded-for", value);
        }
    }
    for peer in ["203.0.113.9:1", "10.0.0.9:1"].map(|peer| peer.parse::<SocketAddr>().unwrap()) {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(peer));
        let caller = caller(&headers, &extensions, Some(&*PROXIES));
        assert!(PROXIES.contain(peer.ip()) || caller == Some(peer.ip()));
        seen.see((caller.is_some(), caller == Some(peer.ip()), caller.is_some_and(|caller| PROXIES.contain(caller))));
    }
}
