//! Media: where the token may go, and what is taken for what.

use bytes::Bytes;
use ganira::channels::whatsapp::Account;
use ganira::channels::whatsapp::media::{
    Arrived, MediaProblem, Metadata, download_request, judge, metadata, metadata_request, most_bytes,
};
use ganira::domain::MediaKind;
use http::Response;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0OpusHead";
const PDF: &[u8] = b"%PDF-1.7\n";
const ELF: &[u8] = &{
    let mut head = [0; 64];
    head[0] = 0x7f;
    head[1] = b'E';
    head[2] = b'L';
    head[3] = b'F';
    head
};

fn account(base: &str) -> Account {
    Account::new(base, "v26.0", "106540352242922", &"token-1".into()).unwrap()
}

fn at(url: &str) -> Metadata {
    Metadata { url: url.into(), mime_type: "image/png".into(), sha256: None, file_size: None }
}

#[test]
fn the_address_of_a_file_is_asked_for_with_the_token() {
    let request = metadata_request(&account("https://graph.facebook.com"), "1003383421387256").unwrap();
    assert_eq!(request.uri(), "https://graph.facebook.com/v26.0/1003383421387256?phone_number_id=106540352242922");
    assert_eq!(request.headers()["authorization"], "Bearer token-1");
    for id in ["", "../106540352242922/messages", "1?x=1", "1/2"] {
        assert_eq!(
            metadata_request(&account("https://graph.facebook.com"), id).unwrap_err(),
            MediaProblem::BadId,
            "{id}"
        );
    }
}

#[test]
fn the_token_goes_to_meta_s_hosts_and_to_the_graph_host_only() {
    let meta = account("https://graph.facebook.com");
    for url in
        ["https://lookaside.fbsbx.com/a?mid=1", "https://scontent.xx.fbcdn.net/v/1", "https://graph.facebook.com/x"]
    {
        let request = download_request(&meta, &at(url), &[]).unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer token-1", "{url}");
    }
    for url in [
        "https://evil.rw/a",
        "https://fbcdn.net.evil.rw/a",
        "https://evilfbcdn.net/a",
        "https://.fbcdn.net.evil.rw/",
        "http://lookaside.fbsbx.com/a",
        "http://graph.facebook.com/a",
        "https://lookaside.fbsbx.com@evil.rw/a",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
    ] {
        assert!(download_request(&meta, &at(url), &[]).is_err(), "{url}");
    }
    let sandbox = account("http://127.0.0.1:8090/graph");
    assert!(download_request(&sandbox, &at("http://127.0.0.1:8090/graph/file/1"), &[]).is_ok());
    assert!(download_request(&meta, &at("https://media.salon.rw/1"), &["*.salon.rw".into()]).is_ok());
}

#[test]
fn the_description_of_a_file_is_read_and_a_large_one_refused_before_a_byte_is_fetched() {
    let answer =
        |status: u16, body: &str| Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap();
    let good = r#"{"url":"https://lookaside.fbsbx.com/1","mime_type":"image/png","sha256":"ab","file_size":100,"id":"1","messaging_product":"whatsapp"}"#;
    assert_eq!(metadata(MediaKind::Image, &answer(200, good)).unwrap().file_size, Some(100));
    let large = good.replace("100", "104857601");
    assert!(matches!(metadata(MediaKind::Document, &answer(200, &large)), Err(MediaProblem::TooLarge { .. })));
    assert_eq!(metadata(MediaKind::Image, &answer(404, "")), Err(MediaProblem::Gone));
    assert_eq!(metadata(MediaKind::Image, &answer(500, "")), Err(MediaProblem::Answer(500)));
    assert_eq!(metadata(MediaKind::Image, &answer(200, "<html>")), Err(MediaProblem::Unreadable));
}

#[test]
fn a_file_is_taken_for_what_its_bytes_are() {
    let verdict = |kind: MediaKind, mime: &str, head: &[u8]| {
        judge(kind, mime, &[], &Arrived { bytes: 10, sha256: [0; 32], head })
    };
    assert_eq!(verdict(MediaKind::Image, "image/png", PNG).unwrap(), "image/png");
    assert_eq!(verdict(MediaKind::Voice, "audio/ogg; codecs=opus", OGG).unwrap(), "audio/ogg");
    assert_eq!(verdict(MediaKind::Document, "application/pdf", PDF).unwrap(), "application/pdf");
    assert_eq!(verdict(MediaKind::Video, "video/3gpp", b"\0\0\0\x18ftyp3gp4\0\0\0\0").unwrap(), "video/3gpp");
    assert_eq!(verdict(MediaKind::Document, "text/plain", b"just words").unwrap(), "text/plain");
    for (kind, mime, head) in [
        (MediaKind::Image, "image/png", PDF),
        (MediaKind::Image, "image/png", b"<script>" as &[u8]),
        (MediaKind::Video, "video/mp4", PNG),
        (MediaKind::Document, "application/pdf", ELF),
        (MediaKind::Document, "application/pdf", b"#!/bin/sh\nrm"),
    ] {
        assert!(matches!(verdict(kind, mime, head), Err(MediaProblem::WrongKind { .. })), "{kind:?}");
    }
}

#[test]
fn a_file_must_have_the_announced_checksum_in_either_form() {
    let sha256 = [7; 32];
    let hexadecimal = "07".repeat(32);
    let base64 = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let verdict = |digests: &[Option<&str>]| {
        judge(MediaKind::Image, "image/png", digests, &Arrived { bytes: 1, sha256, head: PNG })
    };
    assert!(verdict(&[Some(&hexadecimal), Some(base64), None]).is_ok());
    assert_eq!(
        verdict(&[Some(&hexadecimal), Some("CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=")]),
        Err(MediaProblem::WrongDigest)
    );
    assert_eq!(verdict(&[Some(&"08".repeat(32))]), Err(MediaProblem::WrongDigest));
}

#[test]
fn a_file_beyond_its_kind_s_size_is_refused() {
    for kind in [MediaKind::Image, MediaKind::Video, MediaKind::Voice, MediaKind::Document, MediaKind::Sticker] {
        let bytes = most_bytes(kind) + 1;
        let verdict = judge(kind, "x/y", &[], &Arrived { bytes, sha256: [0; 32], head: PNG });
        assert!(matches!(verdict, Err(MediaProblem::TooLarge { .. })));
    }
}
