//! Who signed: the companies' published vectors, and what differs from them by a letter.
//!
//! Twilio's are those of twilio-python's tests/unit/test_request_validator.py (MIT licence); Vonage's those of vonage-python-sdk's
//! http_client/tests/test_auth.py (Apache-2.0), with the MD5 hash, SHA-1 and SHA-512 computed beside them by another program.

use ganira::channels::sms::Unsigned;
use ganira::channels::sms::twilio::is_signed as twilio_signed;
use ganira::channels::sms::vonage::{is_signed, is_token_for};
use ganira::config::SmsSignature;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sha2::{Digest as _, Sha256};

use super::{Request, infobip, twilio, vonage};

const TOKEN: &str = "12345";
const ADDRESS: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const FORM: &str = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";

fn signed(address: &str, form: &str, signature: &str) -> bool {
    twilio_signed(TOKEN, signature, address, Some(form.as_bytes()), form.as_bytes())
}

#[test]
fn twilio_is_believed_with_its_published_signature() {
    assert!(signed(ADDRESS, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    assert!(!signed(ADDRESS, FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B9="));
    assert!(!signed(ADDRESS, &FORM.replace("1234&", "1235&"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    assert!(!signed(&ADDRESS.replace("bar=2", "bar=3"), FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    let newer = format!("{FORM}&SomethingNew=1");
    assert!(!signed(ADDRESS, &newer, "RSOYDt4T1cUTdK1PDd93/VVr8B8="), "parameters we do not know are signed too");
}

#[test]
fn twilio_signs_each_value_of_a_name_once() {
    let form = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234";
    assert!(signed(ADDRESS, form, "IK+Dwps556ElfBT0I3Rgjkr1wJU="));
}

#[test]
fn twilio_signs_with_and_without_a_port() {
    let http = ADDRESS.replace("https", "http");
    for (address, signature) in [
        (ADDRESS.replace(".com", ".com:1234"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (http.replace(".com", ".com:1234"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (ADDRESS.to_owned(), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (http, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ] {
        assert!(signed(&address, FORM, signature), "{address}");
    }
}

#[test]
fn twilio_signs_a_json_body_by_its_hash() {
    let body = r#"{"property": "value", "boolean": true}"#;
    let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let address = format!("{ADDRESS}&bodySHA256={hash}");
    let good = |body: &str| twilio_signed(TOKEN, "a9nBmqA0ju/hNViExpshrM61xv4=", &address, None, body.as_bytes());
    assert!(good(body));
    assert!(!good(&body.replace("true", "false")));
}

#[test]
fn twilio_is_believed_over_the_address_it_knows_as_it_stood_in_the_request() {
    // The query is signed as it was asked for: neither sorted nor written anew.
    let target = "/webhooks/sms/gw/0123456789abcdef/status?ours=g1.1.2.3.0.0&z=%7e";
    let form = "MessageSid=SM1&MessageStatus=sent";
    let text = format!("https://chat.example.com{target}MessageSidSM1MessageStatussent");
    let tag = ganira::crypto::hmac_sha1(b"12345", text.as_bytes());
    let signature = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, tag);
    let request = |target: &str| {
        Request::post(target, "application/x-www-form-urlencoded", form).header("x-twilio-signature", &signature)
    };
    assert_eq!(request(target).verified(&twilio()), Ok(()));
    assert_eq!(request(&target.replace("%7e", "~")).verified(&twilio()), Err(Unsigned::Wrong));
    assert_eq!(Request::form(form).verified(&twilio()), Err(Unsigned::Missing));
}

type Parameters<'p> = &'p [(&'p str, &'p str)];

#[test]
fn vonage_is_believed_by_each_of_its_methods() {
    let vector = [("param1", "value1"), ("param2", "value2"), ("timestamp", "1234567890")];
    let odd = [("param1", "value&1"), ("param2", "value=2"), ("timestamp", "1234567890")];
    let short = [("param1", "value1"), ("param2", "value2"), ("timestamp", "12345")];
    let one = [("param", "value"), ("timestamp", "1234567890")];
    let cases: &[(SmsSignature, Parameters<'_>, &str)] = &[
        (SmsSignature::HmacSha256, &vector, "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287"),
        (SmsSignature::HmacMd5, &vector, "724c2bf6ca423c36e20631b11d1c5753"),
        (SmsSignature::HmacMd5, &odd, "2bbf0abafb2c55e5af6231513896a2ac"),
        (SmsSignature::HmacMd5, &short, "bc7e95bb4e341090b3a202a2885903a5"),
        (SmsSignature::HmacMd5, &one, "655a4d0b7f064dff438defc52b012cf5"),
        (SmsSignature::Md5Hash, &vector, "d72f75ac8cda9bbce891c4fa62bee6cd"),
        (SmsSignature::HmacSha1, &vector, "e4ebfd0ecd877fed7b414b5c87d0d7dfebb10a19"),
        (
            SmsSignature::HmacSha512,
            &vector,
            "740ea4cd4c004c619d3b4cf060484278290d43d2b9d6693ada7b4c4ac48b18f39675710a5a878cde6f4349bd19e8b8e033e3f0b4816b805a969e0f24ae726292",
        ),
    ];
    for (method, parameters, signature) in cases {
        let good = |given: &str| is_signed(*method, "signature_secret", parameters, given);
        assert!(good(signature) && good(&signature.to_uppercase()), "{method:?}");
        let other = if signature.starts_with('0') { "1" } else { "0" };
        assert!(!good(&format!("{other}{}", &signature[1..])) && !good(""), "{method:?}");
        assert!(!is_signed(*method, "another_secret", parameters, signature));
        let mut with_itself = parameters.to_vec();
        with_itself.insert(0, ("sig", signature));
        assert!(is_signed(*method, "signature_secret", &with_itself, signature), "it does not sign itself");
    }
}

#[test]
fn vonage_is_believed_by_query_form_and_json_alike() {
    let parameters = "messageId=A1&msisdn=250780000001&text=a%26b%3Dc&timestamp=1234567890&to=250788000300";
    let text = "&messageId=A1&msisdn=250780000001&text=a_b_c&timestamp=1234567890&to=250788000300";
    let signature = hex::encode(ganira::crypto::sign_sha256(b"signature_secret", text.as_bytes()));
    let query = Request::get(&format!("/webhooks/sms/gw/key?{parameters}&sig={signature}"));
    let form = Request::form(&format!("{parameters}&sig={signature}"));
    let json = Request::json(&format!(
        r#"{{"messageId":"A1","msisdn":"250780000001","text":"a&b=c","timestamp":1234567890,"to":"250788000300","sig":"{signature}"}}"#
    ));
    for request in [&query, &form, &json] {
        assert_eq!(request.verified(&vonage()), Ok(()));
    }
    let changed = Request::form(&format!("{}&sig={signature}", parameters.replace("A1", "A2")));
    assert_eq!(changed.verified(&vonage()), Err(Unsigned::Wrong));
    assert_eq!(Request::form(parameters).verified(&vonage()), Err(Unsigned::Missing));
}

#[test]
fn vonages_token_is_for_one_body() {
    let body = br#"{"message_uuid":"u-1"}"#;
    let token = |claims: serde_json::Value, algorithm| {
        let key = EncodingKey::from_secret(b"signature_secret");
        jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap()
    };
    let hash = hex::encode(Sha256::digest(body));
    let claims = serde_json::json!({ "iat": 1_700_000_000, "jti": "1", "iss": "Vonage", "payload_hash": hash });
    let good = token(claims.clone(), Algorithm::HS256);
    assert!(is_token_for("signature_secret", &good, body));
    assert!(!is_token_for("signature_secret", &good, b"{}"));
    assert!(!is_token_for("another_secret", &good, body));
    assert!(!is_token_for("signature_secret", &token(claims, Algorithm::HS512), body), "only the algorithm it uses");
    let bare = token(serde_json::json!({ "iat": 1_700_000_000 }), Algorithm::HS256);
    assert!(!is_token_for("signature_secret", &bare, body) && is_token_for("signature_secret", &bare, b""));
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpYXQiOjF9.";
    assert!(!is_token_for("signature_secret", none, b"") && !is_token_for("signature_secret", "", b""));
}

#[test]
fn infobip_is_believed_by_its_header() {
    let body = r#"{"results":[]}"#;
    assert_eq!(Request::json(body).header("authorization", "Basic Z2FuaXJh").verified(&infobip()), Ok(()));
    assert_eq!(
        Request::json(body).header("authorization", "Basic Z2FuaXJi").verified(&infobip()),
        Err(Unsigned::Wrong)
    );
    assert_eq!(Request::json(body).verified(&infobip()), Err(Unsigned::Missing));
}
