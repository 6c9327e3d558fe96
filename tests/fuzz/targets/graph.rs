//! What comes back where we ask: Graph's answers to sends, its descriptions of files, and the first bytes of files.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use ganira::channels::SendOutcome;
use ganira::channels::whatsapp::media::{
    Arrived, META_HOSTS, arrived, download_request, judge, metadata, metadata_request, most_bytes,
};
use ganira::channels::whatsapp::{Account, outcome};
use ganira::domain::MediaKind;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use secrecy::SecretString;

use super::Target;
use crate::bytes::Bytes as Decisions;
use crate::harness::Seen;

pub const TARGET: Target = Target { name: "graph", seeds, words: WORDS, bytes_max: 4096, run };

const KINDS: [MediaKind; 6] =
    [MediaKind::Image, MediaKind::Video, MediaKind::Audio, MediaKind::Voice, MediaKind::Document, MediaKind::Sticker];
const STATUSES: [u16; 12] = [200, 201, 202, 302, 400, 401, 404, 408, 410, 429, 500, 503];
const HOUR: Duration = Duration::from_hours(1);
const WORDS: &[&str] = &[
    "{\"messages\":[{\"id\":\"wamid.A\"}]}",
    "{\"error\":{\"code\":",
    "131056",
    "130429",
    "190",
    "131047",
    "-1",
    "\"message\":\"m\"",
    "\"is_transient\":true",
    "\"error_data\":{\"details\":\"d\"}",
    "{\"url\":\"https://lookaside.fbsbx.com/whatsapp\"",
    "https://",
    "http://",
    "@lookaside.fbsbx.com",
    ".fbcdn.net",
    "\\@",
    "[::1]",
    ":443",
    "\"mime_type\":\"image/jpeg\"",
    "\"sha256\":\"",
    "\"file_size\":18446744073709551615",
    "Fri, 20 Nov 2026 08:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:60 +2359",
    "18446744073709551616",
    "\u{0}\u{0}\u{0}\u{18}ftyp",
    "RIFF",
    "WEBP",
    "OggS",
    "%PDF-1.7",
    "PK\u{3}\u{4}",
    "MZ",
    "\u{7f}ELF",
    "#!/bin/sh",
    "GIF89a",
    "ID3",
];

static ACCOUNT: LazyLock<Account> = LazyLock::new(|| {
    Account::new("https://graph.facebook.com", "v26.0", "1234567890", &SecretString::from("a-token-for-tests-only"))
        .unwrap()
});

/// Status, kind, two lines for headers, then the body or file.
fn seeds() -> Vec<Vec<u8>> {
    let bodies: [&[u8]; 14] = [
        br#"{"messaging_product":"whatsapp","contacts":[{"input":"250780000001","wa_id":"250780000001"}],"messages":[{"id":"wamid.HBgM"}]}"#,
        br#"{"error":{"message":"(#131056) Pair rate limit hit","type":"OAuthException","code":131056,"error_data":{"messaging_product":"whatsapp","details":"Too many"},"fbtrace_id":"A"}}"#,
        br#"{"error":{"message":"Error validating access token","type":"OAuthException","code":190,"error_subcode":463}}"#,
        br#"{"error":{"message":"Service temporarily unavailable","code":2,"is_transient":true}}"#,
        br#"{"messaging_product":"whatsapp","url":"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=h","mime_type":"image/jpeg","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","file_size":303833,"id":"1"}"#,
        br#"{"url":"https://mmg.fbcdn.net/v/1","mime_type":"audio/ogg; codecs=opus","sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}"#,
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"OggS\0\x02\0\0\0\0\0\0\0\0OpusHead",
        b"\0\0\0\x18ftyp3gp4\0\0\0\0",
        b"%PDF-1.7\n",
        b"PK\x03\x04\x14\0\x06\0",
        b"MZ\x90\0\x03\0\0\0",
    ];
    let headers: [&[u8]; 3] = [b"\n\n", b"30\n\n", b"Fri, 20 Nov 2026 08:00:30 GMT\nFri, 20 Nov 2026 08:00:00 GMT\n"];
    let mut seeds = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        for (m, header) in headers.iter().enumerate() {
            seeds.push([&[(n * m) as u8, n as u8][..], header, body].concat());
        }
    }
    seeds
}

fn run(input: &[u8], seen: &mut Seen) {
    let mut decisions = Decisions(input);
    let status = StatusCode::from_u16(*decisions.one_of(&STATUSES)).unwrap();
    let kind = *decisions.one_of(&KINDS);
    let (retry_after, date) = (decisions.text(), decisions.text());
    let mut response = Response::new(Bytes::copy_from_slice(decisions.0));
    *response.status_mut() = status;
    for (name, value) in [(http::header::RETRY_AFTER, &retry_after), (http::header::DATE, &date)] {
        insert(&mut response, name, value);
    }
    described(kind, &retry_after, &response, seen);
    judged(kind, &date, decisions.0, seen);
    sent(response, seen);
}

fn insert(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn sent(response: Response<Bytes>, seen: &mut Seen) {
    let status = response.status();
    let outcome = outcome(&Ok(response));
    let (wait, code) = match &outcome {
        SendOutcome::Accepted { messages } => {
            assert!(status.is_success() && !messages.is_empty(), "what was taken has a name");
            (None, None)
        }
        SendOutcome::Throttled { retry_after, code, .. } | SendOutcome::Retry { retry_after, code } => {
            (*retry_after, *code)
        }
        SendOutcome::AccountStopped { code, .. } | SendOutcome::Refused { code, .. } => (None, Some(*code)),
        SendOutcome::Unknown => (None, None),
    };
    // A rule of ours may wait longer than an answer may ask for.
    assert!(wait.is_none_or(|wait| wait <= 24 * HOUR), "{wait:?}");
    seen.see((std::mem::discriminant(&outcome), wait.is_some(), code.is_some_and(|code| code > 0)));
}

fn described(kind: MediaKind, id: &str, response: &Response<Bytes>, seen: &mut Seen) {
    if let Ok(request) = metadata_request(&ACCOUNT, id) {
        assert_eq!(request.uri().host(), Some("graph.facebook.com"));
    }
    assert_eq!(arrived(response.status()).is_ok(), response.status().is_success());
    let described = metadata(kind, response);
    let request = described.as_ref().map(|metadata| download_request(&ACCOUNT, metadata, &[]));
    if let Ok(Ok(request)) = &request {
        let uri = request.uri();
        let host = uri.host().unwrap().to_ascii_lowercase();
        let known = |known: &&str| host == *known || known.strip_prefix('*').is_some_and(|end| host.ends_with(end));
        assert!(META_HOSTS.iter().any(known), "the token would go to {uri}");
        assert_eq!(uri.scheme_str(), Some("https"));
    }
    let words = |error: &dyn std::error::Error| error.to_string().split_whitespace().take(4).collect::<String>();
    seen.see(match request {
        Ok(Ok(_)) => "fetched".to_owned(),
        Ok(Err(error)) => words(&error),
        Err(error) => words(error),
    });
}

fn judged(kind: MediaKind, digest: &str, head: &[u8], seen: &mut Seen) {
    let (mime, digest) = digest.split_once(' ').unwrap_or((digest, ""));
    let file = Arrived { bytes: head.len() as u64, sha256: [7; 32], head };
    let judged = judge(kind, mime, &[(!digest.is_empty()).then_some(digest)], &file);
    if kind == MediaKind::Image && judged.is_ok() {
        assert!(infer::is_image(head));
    }
    let large = Arrived { bytes: most_bytes(kind) + 1, ..file };
    assert!(judge(kind, mime, &[], &large).is_err());
    seen.see((
        kind as u8,
        judged.map_err(|error| std::mem::discriminant(&error)).is_ok(),
        infer::get(head).map(|found| found.mime_type()),
    ));
}
