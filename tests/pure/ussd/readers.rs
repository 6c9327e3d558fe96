//! What gateways may send: phones and codes in many forms, histories with stars, bodies that are none.

use ganira::channels::ussd::{Asking, Ended, Input, Unreadable};
use rstest::rstest;

use super::{gateway, hop, read};

const AT: &str = "kind = \"africastalking\"\n";

fn at(country: &str, phone: &str) -> Result<String, Unreadable> {
    let settings = if country.is_empty() { String::new() } else { format!("country = \"{country}\"") };
    let gateway = gateway(&format!("{AT}{settings}"));
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("sessionId", "s"), ("serviceCode", "*384*77#"), ("phoneNumber", phone), ("text", "")])
        .finish();
    read(&gateway, "POST", "", &body).map(|asked| hop(asked).phone.to_string())
}

#[rstest]
#[case("RW", "+250780000001", "+250780000001")]
#[case("RW", "250780000001", "+250780000001")]
#[case("RW", "00250780000001", "+250780000001")]
#[case("RW", "0780000001", "+250780000001")]
#[case("RW", "780000001", "+250780000001")]
#[case("RW", "078 000-0001", "+250780000001")]
#[case("RW", "254711000111", "+254711000111")]
#[case("", "250780000001", "+250780000001")]
#[case("", "+250 780 000 001", "+250780000001")]
fn a_phone_is_read_in_every_form_a_gateway_writes(#[case] country: &str, #[case] written: &str, #[case] phone: &str) {
    assert_eq!(at(country, written).as_deref(), Ok(phone));
}

#[rstest]
#[case("", "0780000001")]
#[case("RW", "*182*8*1#")]
#[case("", "*182*8*1#")]
#[case("RW", "12345")]
#[case("RW", "+00775551122")]
#[case("RW", "anonymous")]
fn what_is_no_phone_is_refused_without_repeating_it(#[case] country: &str, #[case] written: &str) {
    let refused = at(country, written).unwrap_err();
    assert_eq!(refused, Unreadable::Phone("phoneNumber".to_owned()));
    assert!(!refused.to_string().contains(written));
}

#[test]
fn a_plus_that_was_not_encoded_is_still_a_phone() {
    let body = "sessionId=s&serviceCode=*384*77%23&phoneNumber=+250780000001&text=";
    assert_eq!(hop(read(&gateway(AT), "POST", "", body).unwrap()).phone.as_str(), "+250780000001");
}

#[rstest]
#[case("*384*77%23", "*384*77#")]
#[case("384", "*384#")]
#[case("*384", "*384#")]
#[case("%23384%23", "#384#")]
#[case("b230733cd56b", "b230733cd56b")]
fn a_code_is_written_as_people_dial_it(#[case] written: &str, #[case] code: &str) {
    let body = format!("sessionId=s&serviceCode={written}&phoneNumber=%2B250780000001&text=");
    assert_eq!(hop(read(&gateway(AT), "POST", "", &body).unwrap()).code, code);
}

#[test]
fn the_configured_number_stands_for_what_requests_say() {
    let gateway = gateway("kind = \"hubtel\"\nnumber = \"*713*5#\"");
    let body = r#"{"SessionId":"s","Mobile":"250780000001","ServiceCode":"b230733cd56b","Type":"initiation","Message":"*713*5*2#"}"#;
    let hop = hop(read(&gateway, "POST", "", body).unwrap());
    assert_eq!((hop.code.as_str(), hop.dialled.as_str()), ("*713*5#", "2"));
}

#[rstest]
// The history with the code, with a part of it that looks like the code, and with a star that was typed.
#[case("*415*33%23", "")]
#[case("*415*33*1%23", "1")]
#[case("*415*33*1*415*33", "1*415*33")]
#[case("*415*33*1**2", "1**2")]
#[case("*415*331", "*415*331")]
fn a_history_that_begins_with_the_code_is_read_without_it(#[case] written: &str, #[case] history: &str) {
    let query = format!("SESSIONID=s&MSISDN=250780000001&USSDCODE=*415*33%23&INPUT={written}");
    let hop = hop(read(&gateway("kind = \"advanta\""), "GET", "", &query).unwrap());
    assert_eq!(hop.input, Input::History(history.to_owned()));
}

#[rstest]
// Africa's Talking: what was dialled behind the code is the history of the first hop.
#[case("1*2", "1*2")]
#[case("", "")]
#[case("1*Keza", "")]
fn what_was_dialled_behind_the_code_holds_what_a_keypad_dials(#[case] text: &str, #[case] dialled: &str) {
    let body = format!("sessionId=s&serviceCode=*384*77%23&phoneNumber=%2B250780000001&text={text}");
    let hop = hop(read(&gateway(AT), "POST", "", &body).unwrap());
    assert_eq!((hop.input, hop.dialled.as_str()), (Input::History(text.to_owned()), dialled));
}

#[test]
fn an_answer_that_is_the_code_itself_stays_an_answer() {
    let airtel = gateway("kind = \"airtel\"\nnumber = \"*121#\"");
    let hop = hop(read(&airtel, "GET", "", "SessionID=s&MSISDN=250780000001&MSC=1&input=121").unwrap());
    assert_eq!((hop.input, hop.dialled.as_str(), hop.new), (Input::Last("121".to_owned()), "", None));
}

#[test]
fn an_event_is_known_in_any_case_and_an_unknown_one_is_no_hop() {
    let hubtel = gateway("kind = \"hubtel\"");
    let of = |kind: &str| {
        let body =
            format!(r#"{{"SessionId":"s","Mobile":"250780000001","ServiceCode":"713","Type":"{kind}","Message":"1"}}"#);
        read(&hubtel, "POST", "", &body).unwrap().asking
    };
    assert!(matches!(of("Response"), Asking::Hop(_)));
    assert!(matches!(of("Release"), Asking::Ended { how: Ended::Aborted, phone: Some(_), .. }));
    assert_eq!(of("addtocart"), Asking::Other { what: "addtocart".to_owned() });
}

#[rstest]
#[case("africastalking", "POST", "", "the field sessionId is missing or empty")]
#[case("africastalking", "GET", "", "the method is GET: expected POST")]
#[case("africastalking", "POST", "x/y", "the path behind the key is not ``")]
#[case("hubtel", "POST", "[1]", "the body is not a JSON object: it is another value")]
#[case("hubtel", "POST", "{\"Mobile\":", "the body is not a JSON object: it breaks at line 1, column 10")]
#[case("truroute", "POST", "<ussd><msisdn>1</ussd>", "the body is not an XML document: it breaks")]
#[case("truroute", "POST", "<ussd>", "the body is not an XML document: an element is not closed")]
#[case(
    "truroute",
    "POST",
    "<!DOCTYPE u [<!ENTITY a 'b'>]><ussd/>",
    "the body is not an XML document: it has a document type"
)]
#[case(
    "truroute",
    "POST",
    "<ussd><msg>&a;</msg></ussd>",
    "the body is not an XML document: it uses an entity that XML does not know"
)]
#[case(
    "mtn_rwanda",
    "POST",
    "<methodCall><methodName>other</methodName></methodCall>",
    "the called method is \"other\": expected handleUSSD"
)]
fn a_request_that_cannot_be_read_says_why(
    #[case] kind: &str,
    #[case] method: &str,
    #[case] said: &str,
    #[case] why: &str,
) {
    let gateway = gateway(&format!("kind = \"{kind}\"\nnumber = \"*384*77#\""));
    let (path, body) = if said == "x/y" { (said, "") } else { ("", said) };
    let body = if said.is_empty() { "phoneNumber=250780000001&serviceCode=384" } else { body };
    assert_eq!(read(&gateway, method, path, body).unwrap_err().to_string(), why);
}

#[test]
fn what_is_too_much_is_refused() {
    let long = "1".repeat(2_001);
    let body = format!("sessionId=s&serviceCode=*384*77%23&phoneNumber=%2B250780000001&text={long}");
    let refused = read(&gateway(AT), "POST", "", &body).unwrap_err();
    assert_eq!(refused, Unreadable::TooLong { field: "text".to_owned(), most: 2_000 });
    let many = vec!["f=1"; 101].join("&");
    assert_eq!(read(&gateway(AT), "POST", "", &many), Err(Unreadable::TooMany(100)));
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    let truroute = gateway("kind = \"truroute\"\nnumber = \"*120*1#\"");
    assert!(matches!(read(&truroute, "POST", "", &deep), Err(Unreadable::Body { .. })));
}
