//! USSD gateways' requests, by every preset: read or refused with words, and every reading can be answered in its gateway's form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use ganira::channels::ussd::{Asking, Called, Gateway, Input, Screen, kinds};
use ganira::config::{Config, Purpose, Sources};
use http::{HeaderMap, Method};

use super::Target;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "ussd", seeds, words: WORDS, bytes_max: 4096, run };

const WORDS: &[&str] = &[
    "africastalking",
    "hubtel",
    "mtn_rwanda",
    "truroute",
    "infobip",
    "session/4711/end",
    "*384*77#",
    "*",
    "#",
    "%2A",
    "%2B250780000001",
    "\"250780000001\"",
    "0780000001",
    "&text=",
    "status=",
    "true",
    "null",
    "{",
    "]",
    "<value>",
    "</struct>",
    "<![CDATA[",
    "&#0;",
    "&lt;",
    "\u{feff}",
];

/// The gateways of all presets.
static GATEWAYS: LazyLock<Vec<Gateway>> = LazyLock::new(|| {
    let kinds: Vec<String> = kinds().into_iter().filter(|kind| kind != "custom").collect();
    let mut file = String::new();
    for kind in &kinds {
        let settings = "key = \"a-key-for-tests-only\"\nnumber = \"*384*77#\"\ncountry = \"RW\"";
        writeln!(file, "[ussd.gateways.{kind}]\nkind = \"{kind}\"\n{settings}").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ganira.toml");
    fs::write(&path, file).unwrap();
    let sources = Sources { purpose: Purpose::Dev, file: Some(path), environment: BTreeMap::new() };
    let config = Config::load(&sources, |_, _| {}).unwrap();
    kinds.iter().map(|kind| Gateway::new(kind, &config.ussd_gateways[kind]).unwrap()).collect()
});

/// The cases the presets are tested with: a line `<preset> <METHOD> <path>`, then the body.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pure/data/ussd");
    let mut seeds = Vec::new();
    for gateway in GATEWAYS.iter() {
        for file in fs::read_dir(folder.join(gateway.name())).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let request = text.split_once("\n<<< ").map(|(request, _)| request);
            if let Some(request) = request.and_then(|request| request.strip_prefix(">>> ")) {
                seeds.push(format!("{} {request}", gateway.name()).into_bytes());
            }
        }
    }
    seeds.sort();
    seeds
}

fn run(input: &[u8], seen: &mut Seen) {
    let split = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let head = String::from_utf8_lossy(&input[..split]).into_owned();
    let mut words = head.splitn(3, ' ');
    let name = words.next().unwrap_or_default();
    let Some(gateway) = GATEWAYS.iter().find(|gateway| gateway.name() == name) else { return };
    let method = words.next().and_then(|method| method.parse().ok()).unwrap_or(Method::POST);
    let body = Bytes::copy_from_slice(input.get(split + 1..).unwrap_or_default());
    let query = String::from_utf8_lossy(&body).into_owned();
    let path = words.next().unwrap_or_default();
    let called = Called { method: &method, path, query: &query, headers: &HeaderMap::new(), body: &body };
    match gateway.read(&called) {
        Err(why) => {
            assert_eq!(gateway.refuse(&why, "Dial again.").status(), 200);
            seen.see((name, why.to_string()));
        }
        Ok(asked) => {
            assert!(!asked.session.is_empty());
            let hop = match &asked.asking {
                Asking::Hop(hop) => {
                    let keypad = |c: char| c.is_ascii_digit() || c == '*' || c == '#';
                    assert!(hop.dialled.chars().all(keypad) && !hop.code.is_empty());
                    Some((hop.new, matches!(hop.input, Input::History(_)), hop.dialled.len().min(4)))
                }
                _ => None,
            };
            let answer = gateway.answer(&asked, &Screen { text: "1. <Yego> & \"Oya\"".to_owned(), ended: true });
            let form = answer.headers()["content-type"].to_str().unwrap().to_owned();
            match form.as_str() {
                "application/json" => assert!(serde_json::from_slice::<serde_json::Value>(answer.body()).is_ok()),
                form if form.starts_with("text/xml") => assert!(answer.body().starts_with(b"<")),
                _ => assert!(answer.body().starts_with(b"END ") || answer.body().starts_with(b"1. ")),
            }
            assert_eq!(gateway.acknowledge(&asked).status(), 200);
            seen.see((name, hop, asked.sequence.is_some(), asked.echo.len()));
        }
    }
}
