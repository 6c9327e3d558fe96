//! Signatures over raw bytes, and the handshake.

use ganira::channels::whatsapp::{App, Unsigned, Verified, handshake, verify};
use secrecy::SecretString;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    name: String,
    app_secret: String,
    body: String,
    signature: String,
    valid: bool,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../data/whatsapp/hmac_vectors.json")).unwrap()
}

fn app(name: &str, secrets: &[&str]) -> App {
    let secrets: Vec<SecretString> = secrets.iter().map(|secret| (*secret).into()).collect();
    App::new(name, &secrets, format!("token-of-{name}").into())
}

#[test]
fn the_vectors_verify_exactly_where_they_should() {
    for vector in vectors() {
        let apps = [app("salon", &[&vector.app_secret])];
        let answer = verify(&apps, None, Some(&vector.signature), vector.body.as_bytes());
        assert_eq!(answer.is_ok(), vector.valid, "{}", vector.name);
    }
}

fn good() -> Vector {
    vectors().into_iter().find(|vector| vector.valid).unwrap()
}

#[test]
fn the_app_that_signed_is_found_among_several_also_by_its_older_secret() {
    let Vector { app_secret, body, signature, .. } = good();
    let apps = [app("one", &["other"]), app("two", &["newer", &app_secret]), app("three", &[])];
    assert_eq!(verify(&apps, None, Some(&signature), body.as_bytes()), Ok(Verified { app: "two" }));
    assert_eq!(verify(&apps, Some("two"), Some(&signature), body.as_bytes()), Ok(Verified { app: "two" }));
}

#[test]
fn the_path_of_another_app_does_not_accept_it() {
    let Vector { app_secret, body, signature, .. } = good();
    let apps = [app("one", &["other"]), app("two", &[&app_secret])];
    assert_eq!(verify(&apps, Some("one"), Some(&signature), body.as_bytes()), Err(Unsigned::Wrong));
    assert_eq!(verify(&apps, Some("nobody"), Some(&signature), body.as_bytes()), Err(Unsigned::Wrong));
}

#[test]
fn a_missing_or_odd_header_is_refused() {
    let Vector { app_secret, body, signature, .. } = good();
    let apps = [app("one", &[&app_secret])];
    let answer = |header: Option<&str>| verify(&apps, None, header, body.as_bytes()).unwrap_err();
    assert_eq!(answer(None), Unsigned::Missing);
    for header in ["", "sha256=", "sha1=00", &signature[7..], &signature[..70], &format!("{signature}00"), "sha256=zz"]
    {
        assert_eq!(answer(Some(header)), Unsigned::Malformed, "{header}");
    }
}

#[test]
fn one_changed_byte_is_refused() {
    let Vector { app_secret, body, signature, .. } = good();
    let apps = [app("one", &[&app_secret])];
    for at in (0..body.len()).step_by(17) {
        let mut bytes = body.clone().into_bytes();
        bytes[at] ^= 1;
        assert_eq!(verify(&apps, None, Some(&signature), &bytes), Err(Unsigned::Wrong));
    }
}

#[test]
fn an_empty_secret_signs_for_nobody() {
    let apps = [app("one", &[""])];
    let signed_with_nothing = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    assert_eq!(verify(&apps, None, Some(signed_with_nothing), b""), Err(Unsigned::Wrong));
}

#[test]
fn the_secrets_do_not_show() {
    assert!(!format!("{:?}", app("one", &["very-secret"])).contains("very-secret"));
}

#[test]
fn the_handshake_returns_the_challenge_for_a_known_token_only() {
    let apps = [app("one", &["s"]), app("two", &["s"])];
    let ask = |only: Option<&str>, mode: &str, token: &str| {
        let pairs = [("hub.mode", mode), ("hub.verify_token", token), ("hub.challenge", "1158201444")];
        let query: Vec<_> = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        handshake(&apps, only, &query)
    };
    assert_eq!(ask(None, "subscribe", "token-of-two").as_deref(), Some("1158201444"));
    assert_eq!(ask(Some("two"), "subscribe", "token-of-two").as_deref(), Some("1158201444"));
    assert_eq!(ask(Some("one"), "subscribe", "token-of-two"), None);
    assert_eq!(ask(None, "unsubscribe", "token-of-two"), None);
    assert_eq!(ask(None, "subscribe", "wrong"), None);
    assert_eq!(ask(None, "subscribe", ""), None);
    assert_eq!(handshake(&apps, None, &[]), None);
}
