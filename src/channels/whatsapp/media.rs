//! Media of inbound messages: asking where a file lies, fetching it with the token, and judging what came. Sending is the transport's.
//!
//! Source: "Media" (Cloud API reference). A file's address dies after five minutes; a media id of a webhook lives seven days.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::account::Account;
use crate::domain::MediaKind;

/// The hosts that keep WhatsApp's files, and so may see the token. `*.` stands for any number of names before the rest.
pub const META_HOSTS: &[&str] = &["lookaside.fbsbx.com", "graph.facebook.com", "*.fbcdn.net"];

/// Largest file of each kind that is fetched, in bytes. Meta passes on nothing above 100 MB (error 131052); kinds that are small by nature get
/// less. What a business may send is bounded more closely, but a person's phone sends larger pictures than that.
pub fn most_bytes(kind: MediaKind) -> u64 {
    const MB: u64 = 1024 * 1024;
    match kind {
        MediaKind::Sticker => MB,
        MediaKind::Image | MediaKind::Voice => 16 * MB,
        MediaKind::Video | MediaKind::Audio | MediaKind::Document => 100 * MB,
    }
}

/// Why a file was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaProblem {
    #[error("the media id is not one of Meta's")]
    BadId,
    #[error("the file's address or id has expired: ask for a new address, or ask the person again")]
    Gone,
    #[error("the provider answered {0} instead of the file")]
    Answer(u16),
    #[error("the provider's description of the file cannot be read")]
    Unreadable,
    #[error("the file lies at a host that may not see the token: {0}")]
    Host(String),
    #[error("the file has {bytes} bytes, more than the {most} allowed for its kind")]
    TooLarge { bytes: u64, most: u64 },
    #[error("the file is not the one announced: its SHA-256 differs")]
    WrongDigest,
    #[error("announced as {announced}, but the bytes are {found}")]
    WrongKind { announced: String, found: String },
}

/// Where a file lies and what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    pub url: String,
    pub mime_type: String,
    /// Hexadecimal here, base64 in webhooks.
    pub sha256: Option<String>,
    pub file_size: Option<u64>,
}

/// First step: the request for a file's address.
pub fn metadata_request(account: &Account, media_id: &str) -> Result<Request<Bytes>, MediaProblem> {
    let uri = account.node(media_id, &format!("phone_number_id={}", account.phone_number_id()));
    Ok(account.request(Method::GET, uri.ok_or(MediaProblem::BadId)?, Bytes::new()))
}

/// Reads the answer to it; a file that is announced as too large is refused before a byte is fetched.
pub fn metadata(kind: MediaKind, response: &Response<Bytes>) -> Result<Metadata, MediaProblem> {
    arrived(response.status())?;
    let metadata: Metadata = serde_json::from_slice(response.body()).map_err(|_| MediaProblem::Unreadable)?;
    within(kind, metadata.file_size.unwrap_or(0))?;
    Ok(metadata)
}

/// Second step: the request for the bytes. The token goes only to Meta's hosts, the Graph host of the account and `more_hosts`.
pub fn download_request(
    account: &Account,
    metadata: &Metadata,
    more_hosts: &[String],
) -> Result<Request<Bytes>, MediaProblem> {
    let uri: Uri = metadata.url.parse().map_err(|_| MediaProblem::Unreadable)?;
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    let of_meta = META_HOSTS.iter().copied().any(|pattern| matches(pattern, &host));
    let of_ours = more_hosts.iter().any(|pattern| matches(pattern, &host)) || account.host() == Some(host.as_str());
    // Only where Graph itself is met unencrypted (a sandbox) may the token travel so.
    let sealed = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && account.is_plain());
    if !(sealed && (of_ours || of_meta)) {
        return Err(MediaProblem::Host(host));
    }
    Ok(account.request(Method::GET, uri, Bytes::new()))
}

/// Whether a download's status promises the file.
pub fn arrived(status: StatusCode) -> Result<(), MediaProblem> {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(MediaProblem::Gone),
        status if status.is_success() => Ok(()),
        status => Err(MediaProblem::Answer(status.as_u16())),
    }
}

/// A file as it came, as far as judging it needs.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    pub bytes: u64,
    pub sha256: [u8; 32],
    /// The first bytes; 8 kB are plenty.
    pub head: &'a [u8],
}

/// Judges a file against what was announced: size, checksum (of the webhook and of the metadata, where given), and what its first bytes
/// say it is. Returns the mime type to keep it under.
pub fn judge(
    kind: MediaKind,
    mime: &str,
    digests: &[Option<&str>],
    file: &Arrived<'_>,
) -> Result<String, MediaProblem> {
    within(kind, file.bytes)?;
    for announced in digests.iter().flatten() {
        // A digest in neither of the two forms says nothing; one of the two must then fit by itself.
        if digest(announced).is_some_and(|expected| !bool::from(expected.ct_eq(&file.sha256))) {
            return Err(MediaProblem::WrongDigest);
        }
    }
    let announced = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let found = sniff(file.head);
    if fits(kind, found) {
        Ok(announced)
    } else {
        Err(MediaProblem::WrongKind { announced, found: found.unwrap_or("unknown").to_owned() })
    }
}

fn within(kind: MediaKind, bytes: u64) -> Result<(), MediaProblem> {
    let most = most_bytes(kind);
    if bytes > most { Err(MediaProblem::TooLarge { bytes, most }) } else { Ok(()) }
}

/// A SHA-256 in hexadecimal or base64.
fn digest(text: &str) -> Option<[u8; 32]> {
    let bytes = if text.len() == 64 { hex::decode(text).ok() } else { STANDARD.decode(text).ok() };
    bytes?.try_into().ok()
}

/// What the first bytes say. Every file of the MPEG-4 family has `ftyp` behind its first four bytes, also brands (3gp) that `infer` does not list.
fn sniff(head: &[u8]) -> Option<&'static str> {
    let family = || (head.get(4..8) == Some(b"ftyp")).then_some("video/mp4");
    infer::get(head).map(|found| found.mime_type()).or_else(family)
}

/// Pictures and sound must be what they claim; a document may be anything but a program.
fn fits(kind: MediaKind, found: Option<&str>) -> bool {
    let starts = |prefixes: &[&str]| found.is_some_and(|found| prefixes.iter().any(|prefix| found.starts_with(prefix)));
    match kind {
        MediaKind::Image | MediaKind::Sticker => starts(&["image/"]),
        MediaKind::Video => starts(&["video/"]),
        // Sound travels in containers that also hold pictures (mp4, 3gp, webm).
        MediaKind::Audio | MediaKind::Voice => starts(&["audio/", "video/mp4", "video/webm"]),
        MediaKind::Document => !starts(&[
            "application/vnd.microsoft.portable-executable",
            "application/x-executable",
            "application/x-mach-binary",
            "application/java",
            "text/x-shellscript",
        ]),
    }
}

/// `*.fbcdn.net` fits any name below it, and no other pattern holds a star.
fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1),
        None => pattern.eq_ignore_ascii_case(host),
    }
}
