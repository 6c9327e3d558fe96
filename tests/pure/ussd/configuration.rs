//! Gateways by configuration alone, and every mistake in one.

use std::net::IpAddr;

use ganira::channels::ussd::{Asking, Ended, Input, Screen};

use super::{configured, gateway, hop, read, try_gateway};

/// A company nobody knows: XML with attributes, everything named otherwise.
const INVENTED: &str = r#"
kind = "custom"
number = "*555#"
country = "RW"
request = "xml"
session = "call.@id"
phone = ["call.who", "who"]
text = "call.keys"
input = "last"
code_in_text = true
sequence = "call.step"
event = "call.@what"
event_new = ["open", "begin"]
event_answer = "keys"
event_timed_out = "silence"
answer = "xml"
answer_root = "reply"
answer_fields = ["show.text = {screen}", "show.more = {yes|no}", "step = {= call.step}"]
"#;

#[test]
fn a_gateway_is_invented_by_configuration_alone() {
    let gateway = gateway(INVENTED);
    let body = r#"<?xml version="1.0"?><x:in xmlns:x="urn:x"><call id="s-1" what="open"><who>0780000001</who>
        <keys>*555*3#</keys><step>1</step></call></x:in>"#;
    let asked = read(&gateway, "POST", "", body).unwrap();
    assert_eq!((asked.session.as_str(), asked.sequence), ("s-1", Some(1)));
    let answer = gateway.answer(&asked, &Screen { text: "1 < 2".to_owned(), ended: false });
    let wanted = "<reply><show><text>1 &lt; 2</text><more>yes</more></show><step>1</step></reply>";
    assert_eq!(answer.body(), wanted);
    let hop = hop(asked);
    assert_eq!((hop.new, hop.dialled.as_str(), hop.phone.as_str()), (Some(true), "3", "+250780000001"));

    let body = r#"<in><call id="s-1" what="keys"><who>0780000001</who><keys>2</keys><step>2</step></call></in>"#;
    let asked = read(&gateway, "POST", "", body).unwrap();
    assert_eq!(super::hop(asked).input, Input::Last("2".to_owned()));
    let silence = read(&gateway, "POST", "", r#"<in><call id="s-1" what="silence"/></in>"#).unwrap();
    assert!(matches!(silence.asking, Asking::Ended { how: Ended::TimedOut, phone: None, .. }));
}

#[test]
fn a_preset_may_be_overridden_field_by_field() {
    let gateway = gateway("kind = \"africastalking\"\ngo_on = \"MORE\"\nsession = \"sid\"");
    let body = "sid=s&serviceCode=*384*77%23&phoneNumber=%2B250780000001&text=";
    let asked = read(&gateway, "POST", "", body).unwrap();
    let answer = gateway.answer(&asked, &Screen { text: "x".to_owned(), ended: false });
    assert_eq!(answer.body(), "MORE x");
}

#[test]
fn every_mistake_of_a_gateway_is_told_at_once_with_its_path_and_what_was_expected() {
    let lines = r#"
kind = "custom"
country = "Rwanda"
more_key = "12345"
request = "json"
methods = ["FETCH"]
phone = "p"
event_new = "1"
answer = "json"
answer_fields = ["= {screen}", "a = {b}", "c = d"]
"#;
    let said = try_gateway(lines).unwrap_err().to_string();
    for part in [
        "ussd.gateways.g.country is \"Rwanda\": expected two capital letters",
        "ussd.gateways.g.more_key is \"12345\": expected 1 to 4 characters",
        "ussd.gateways.g.methods holds \"FETCH\": expected GET, POST or PUT",
        "ussd.gateways.g.session is not set: expected the field that names the session",
        "ussd.gateways.g.text is not set",
        "ussd.gateways.g.input is not set: expected `history` or `last`",
        "ussd.gateways.g.number is not set: expected the code people dial",
        "ussd.gateways.g.event_new is set while `event` is not",
        "ussd.gateways.g.answer_fields holds \"= {screen}\": expected a name before the =",
        "ussd.gateways.g.answer_fields holds \"a = {b}\": expected {screen}",
        "ussd.gateways.g.answer_fields hold no {screen}",
        "ussd.gateways.g.answer_fields hold no {goes on|ends}",
    ] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
}

#[test]
fn a_gateway_needs_a_known_kind_a_long_key_and_a_plain_name() {
    let of = |text: &str, name: &str| {
        let gateways = configured(text);
        ganira::channels::ussd::Gateway::new(name, &gateways[name]).unwrap_err().to_string()
    };
    let said = of("[ussd.gateways.G1]\nkind = \"nobody\"\nkey = \"short\"", "G1");
    assert!(said.contains("ussd.gateways.G1 has a name that cannot be used"), "{said}");
    assert!(
        said.contains("ussd.gateways.G1.kind is \"nobody\": expected one of `advanta`, `africastalking`"),
        "{said}"
    );
    assert!(said.contains("ussd.gateways.G1.key cannot be used: expected at least 16 letters"), "{said}");
    assert!(!said.contains("short"), "a secret stays one");
}

#[test]
fn a_preset_that_leaves_the_code_open_wants_it_from_the_configuration() {
    for kind in ["nalo", "truroute", "airtel"] {
        let said = try_gateway(&format!("kind = \"{kind}\"")).unwrap_err().to_string();
        assert!(said.contains("number is not set: expected the code people dial, such as *384*77#"), "{said}");
    }
}

#[test]
fn addresses_are_taken_from_the_networks_that_are_named() {
    let text = "[ussd.gateways.g]\nkind = \"africastalking\"\nkey = \"0123456789abcdef\"\nallow_from = [\"203.0.113.0/24\", \"2001:db8::7\"]";
    let allowed = configured(text)["g"].allow_from.clone().unwrap();
    let from = |text: &str| allowed.contain(text.parse::<IpAddr>().unwrap());
    assert!(from("203.0.113.9") && from("::ffff:203.0.113.9") && from("2001:db8::7"));
    assert!(!from("203.0.114.1") && !from("2001:db8::8"));
}
