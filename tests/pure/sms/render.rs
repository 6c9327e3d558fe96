//! What goes out: the requests of the four companies.

use ganira::channels::sms::{Gateway, Parcel};
use ganira::domain::Phone;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{africas_talking, gateway, infobip, twilio};

struct Sent {
    url: String,
    headers: http::HeaderMap,
    body: String,
}

fn send(gateway: &Gateway, from: &str, text: &str) -> Sent {
    let credential = SecretString::from("the-credential");
    let to = Phone::parse("+250780000001").unwrap();
    let parcel = Parcel { from, customer: "AC1", credential: &credential, to: &to, text, opaque: "g1.1.2.3.0.1" };
    let (parts, body) = gateway.render(&parcel).unwrap().into_parts();
    assert_eq!(parts.method, http::Method::POST);
    Sent { url: parts.uri.to_string(), headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

impl Sent {
    fn form(&self) -> Value {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().map(|(name, value)| (name, json!(value))).collect()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

#[test]
fn africas_talking_gets_a_form_and_its_key_in_a_header() {
    let sent = send(&africas_talking(), "7711", "Muraho & murakaza neza");
    assert_eq!(sent.url, "https://api.africastalking.com/version1/messaging");
    let form = json!({ "username": "AC1", "to": "+250780000001", "message": "Muraho & murakaza neza", "from": "7711" });
    assert_eq!((sent.form(), sent.header("apikey")), (form, "the-credential"));
}

#[test]
fn twilio_gets_a_form_with_an_address_that_brings_our_id_back() {
    let sent = send(&twilio(), "+12025550100", "Muraho");
    assert_eq!(sent.url, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json");
    let callback = "https://chat.example.com/webhooks/sms/gw/0123456789abcdef/status?ours=g1.1.2.3.0.1";
    let form = json!({ "To": "+250780000001", "From": "+12025550100", "Body": "Muraho", "StatusCallback": callback });
    assert_eq!(sent.form(), form);
    assert_eq!(sent.header("authorization"), "Basic QUMxOnRoZS1jcmVkZW50aWFs");
    assert_eq!(
        send(&twilio(), "MG9752274e9e519418a7406176694466fa", "x").form()["MessagingServiceSid"],
        "MG9752274e9e519418a7406176694466fa"
    );
}

#[test]
fn infobip_gets_json_with_our_id_as_callback_data() {
    let sent = send(&infobip(), "+250788000200", "Muraho");
    assert_eq!(sent.url, "https://xyz.api.infobip.com/sms/2/text/advanced");
    let message = json!({
        "from": "250788000200", "destinations": [{ "to": "250780000001" }], "text": "Muraho", "callbackData": "g1.1.2.3.0.1",
        "notifyUrl": "https://chat.example.com/webhooks/sms/gw/0123456789abcdef/status", "notifyContentType": "application/json",
    });
    assert_eq!(serde_json::from_str::<Value>(&sent.body).unwrap(), json!({ "messages": [message] }));
    assert_eq!(sent.header("authorization"), "App the-credential");
}

#[test]
fn vonage_is_told_how_many_parts_there_are_and_when_a_text_needs_unicode() {
    let vonage = gateway(&[("kind", "vonage")]);
    let sent = send(&vonage, "+250788000300", "Muraho");
    assert_eq!(sent.url, "https://rest.nexmo.com/sms/json");
    let form = json!({
        "api_key": "AC1", "api_secret": "the-credential", "from": "250788000300", "to": "250780000001", "text": "Muraho",
        "client-ref": "g1.1.2.3.0.1/1", "callback": "https://chat.example.com/webhooks/sms/gw/0123456789abcdef/status",
    });
    assert_eq!(sent.form(), form);
    let long = send(&vonage, "SALON", &"ç".repeat(71)).form();
    assert_eq!((&long["type"], &long["client-ref"]), (&json!("unicode"), &json!("g1.1.2.3.0.1/2")));
}

#[test]
fn vonages_messages_interface_gets_json() {
    let sent = send(&gateway(&[("kind", "vonage"), ("vonage_api", "messages")]), "+250788000300", "Muraho");
    assert_eq!(sent.url, "https://api.nexmo.com/v1/messages");
    let message = json!({
        "channel": "sms", "message_type": "text", "from": "250788000300", "to": "250780000001", "text": "Muraho",
        "client_ref": "g1.1.2.3.0.1", "webhook_url": "https://chat.example.com/webhooks/sms/gw/0123456789abcdef/status",
    });
    assert_eq!(serde_json::from_str::<Value>(&sent.body).unwrap(), message);
}

#[test]
fn a_company_that_stands_elsewhere_is_met_there() {
    let elsewhere = gateway(&[("kind", "twilio"), ("secrets", "12345"), ("api_url", "http://127.0.0.1:9/tw/")]);
    assert_eq!(send(&elsewhere, "1", "x").url, "http://127.0.0.1:9/tw/2010-04-01/Accounts/AC1/Messages.json");
}

#[test]
fn a_credential_that_cannot_stand_in_a_header_stops_the_account() {
    let credential = SecretString::from("two\nlines");
    let to = Phone::parse("+250780000001").unwrap();
    let parcel = Parcel { from: "7711", customer: "u", credential: &credential, to: &to, text: "x", opaque: "" };
    let outcome = africas_talking().render(&parcel).unwrap_err();
    assert!(matches!(outcome, ganira::channels::SendOutcome::AccountStopped { .. }));
}
