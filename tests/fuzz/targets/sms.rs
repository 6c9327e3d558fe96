//! SMS companies' webhooks and answers: believed or not, read or refused, and what is read keeps the bytes it was read from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use bytes::Bytes;
use ganira::channels::SendOutcome;
use ganira::channels::sms::{Called, Gateway, UPDATES_MAX, Update};
use ganira::config::{Config, Purpose, Sources};
use http::{HeaderMap, HeaderValue, Method, Response};

use super::Target;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "sms", seeds, words: WORDS, bytes_max: 4096, run };

const COMPANIES: [&str; 4] = ["africastalking", "twilio", "infobip", "vonage"];
const WORDS: &[&str] = &[
    "africastalking \n",
    "twilio RSOYDt4T1cUTdK1PDd93/VVr8B8=\n",
    "infobip \n",
    "vonage Bearer e30.e30.e30\n",
    "&status=",
    "Failed",
    "delivered",
    "&MessageSid=",
    "&concat=true&concat-part=1&concat-total=2&concat-ref=7",
    "&client-ref=g1.1.2.3.0.1/2",
    "&sig=",
    "bodySHA256=",
    "%2B250780000001",
    "%C3",
    "{\"results\":[",
    "{\"message_uuid\":\"u\"",
    "\"status\":{\"groupId\":3}",
    "{\"SMSMessageData\":{\"Recipients\":[",
    "\"messages\":[",
    "},",
    "]}",
];

static GATEWAYS: LazyLock<Vec<Gateway>> = LazyLock::new(|| {
    let mut environment = BTreeMap::new();
    let common = [
        ("KEY", "a-key-for-tests-only"),
        ("PUBLIC_URL", "https://chat.example.com"),
        ("SECRETS", "secret"),
        ("API_URL", "https://api.example.com"),
        ("SIGNATURE", "hmac-sha256"),
    ];
    for company in COMPANIES {
        for (field, value) in common.into_iter().chain([("KIND", company)]) {
            environment.insert(format!("GANIRA__SMS__GATEWAYS__{}__{field}", company.to_uppercase()), value.to_owned());
        }
    }
    let sources = Sources { purpose: Purpose::Dev, file: None, environment };
    let config = Config::load(&sources, |_, _| {}).unwrap();
    let gateway = |name: &&str| Gateway::new(name, &config.sms_gateways[*name], None).unwrap().unwrap();
    COMPANIES.iter().map(gateway).collect()
});

/// The requests of the data tests: the company and what signs, the query, then the body.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pure/sms/data");
    let mut seeds = Vec::new();
    for company in COMPANIES {
        let cases = fs::read(folder.join(format!("{company}.json"))).unwrap();
        let cases: Vec<serde_json::Value> = serde_json::from_slice(&cases).unwrap();
        for case in cases {
            let query =
                case["target"].as_str().and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
            let body = case["form"].as_str().map_or_else(|| case["json"].to_string(), str::to_owned);
            seeds.push(format!("{company} \n{query}\n{body}").into_bytes());
        }
    }
    // Tokens of Vonage's: of a whole form, without one, and with claims that are none.
    for token in ["e30.e30.e30", "eyJhbGciOiJIUzI1NiJ9.eyJwYXlsb2FkX2hhc2giOiIifQ.AA", "eyJhbGciOiJub25lIn0.e30."] {
        seeds.push(format!("vonage Bearer {token}\n\n{{}}").into_bytes());
    }
    seeds
}

fn run(input: &[u8], seen: &mut Seen) {
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let head = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let (company, signature) = head.split_once(' ').unwrap_or((&head, ""));
    let query = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let body = Bytes::copy_from_slice(lines.next().unwrap_or_default());
    let at = COMPANIES.iter().position(|known| *known == company).unwrap_or(input.len() % COMPANIES.len());
    let gateway = &GATEWAYS[at];
    let mut headers = HeaderMap::new();
    if body.first() == Some(&b'{') {
        headers.insert("content-type", HeaderValue::from_static("application/json"));
    }
    for name in ["x-twilio-signature", "authorization"] {
        if let Ok(value) = HeaderValue::from_str(signature) {
            headers.insert(name, value);
        }
    }
    let target = format!("/webhooks/sms/gw/key?{query}");
    let called = Called { method: &Method::POST, target: &target, headers: &headers, body: &body };
    // Infobip has no header to compare here, and Africa's Talking signs nothing.
    assert!(gateway.verify(&called).is_ok() == matches!(at, 0 | 2), "nobody signed it");
    match gateway.read(&called) {
        Err(unreadable) => seen.see((at, unreadable.to_string())),
        Ok(updates) => {
            assert!(updates.len() <= UPDATES_MAX);
            for update in &updates {
                check(update, &body, &query);
            }
            let first = updates.first().map(|update| match update {
                Update::Whole(inbound) => std::mem::discriminant(&inbound.kind),
                Update::Part(part) => std::mem::discriminant(&part.inbound.kind),
            });
            seen.see((at, updates.len().min(5), first));
        }
    }
    let outcome = gateway.outcome()(&Ok(Response::new(body)));
    if let SendOutcome::Accepted { messages } = &outcome {
        assert!(!messages.is_empty(), "what was taken has a name");
    }
    seen.see((at, std::mem::discriminant(&outcome)));
}

fn check(update: &Update, body: &Bytes, query: &str) {
    let inbound = match update {
        Update::Whole(inbound) => inbound,
        Update::Part(part) => {
            assert!((1..=part.place.total).contains(&part.place.number) && part.place.total > 1);
            &part.inbound
        }
    };
    let within =
        |whole: &[u8]| inbound.raw.is_empty() || whole.windows(inbound.raw.len()).any(|part| part == inbound.raw);
    assert!(within(body) || within(query.as_bytes()));
}
