//! The control side: people who write and tap, an owner, and looking at what arrived.

use ganira::domain::{Button, Content, InboundKind, ListRow, MessageBody};
use serde_json::{Value, json};

use super::bench::{ALINE, Bench};

fn bodies(bench: &Bench) -> Vec<MessageBody> {
    let body = |update: ganira::domain::Inbound| match update.kind {
        InboundKind::Message(message) => Some(message.body),
        _ => None,
    };
    bench.told().into_iter().filter_map(body).collect()
}

#[tokio::test]
async fn what_a_person_says_comes_signed_and_escaped_as_meta_sends_it() {
    let bench = Bench::start().await;
    let said = bench.say(ALINE, "Thérèse 👋 https://salon.rw").await;
    assert_eq!(said["webhook"], json!({ "status": 200, "attempts": 1 }));
    let body = String::from_utf8(bench.bodies()[0].to_vec()).unwrap();
    assert!(body.is_ascii() && body.contains(r"Th\u00e9r\u00e8se \ud83d\udc4b https:\/\/salon.rw"), "{body}");
    assert_eq!(bodies(&bench), [MessageBody::Text { text: "Thérèse 👋 https://salon.rw".into() }]);
    assert_eq!(bench.told()[0].provider_id, said["id"].as_str().unwrap());
}

#[tokio::test]
async fn a_tap_answers_the_latest_message_that_has_the_option() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    let button = |id: &str, title: &str| Button { id: id.into(), title: title.into() };
    let buttons = vec![button("1:yes", "Yes"), button("1:no", "No")];
    bench.send(ALINE, &Content::Buttons { text: "Sure?".into(), buttons, footer: None }).await;
    let rows = vec![ListRow { id: "2:braids".into(), title: "Braids".into(), note: Some("2 h".into()) }];
    bench.send(ALINE, &Content::List { text: "Which?".into(), button: "Choose".into(), rows, footer: None }).await;
    for id in ["2:braids", "1:no"] {
        bench.control("POST", "/whatsapp/tap?wait=1", json!({ "from": ALINE, "id": id })).await;
    }
    let taps = &bodies(&bench)[1..];
    assert_eq!(taps[0], MessageBody::Tap { id: "2:braids".into(), title: "Braids".into() });
    assert_eq!(taps[1], MessageBody::Tap { id: "1:no".into(), title: "No".into() });
    let answer = bench.call("POST", "/control/whatsapp/tap", json!({ "from": ALINE, "id": "9:what" })).await;
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert_eq!((answer.status().as_u16(), text.contains("2:braids")), (404, true), "{text}");
}

#[tokio::test]
async fn a_place_an_echo_and_any_other_message_can_be_played() {
    let bench = Bench::start().await;
    bench
        .control(
            "POST",
            "/whatsapp/location?wait=1",
            json!({ "from": ALINE, "latitude": -1.9, "longitude": 30.1, "place": "Salon" }),
        )
        .await;
    let reaction = json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "👍" } });
    bench.control("POST", "/whatsapp/message?wait=1", json!({ "from": ALINE, "message": reaction })).await;
    bench.control("POST", "/whatsapp/echo?wait=1", json!({ "to": ALINE, "text": "It is me" })).await;
    let told = bench.told();
    assert!(
        matches!(&told[0].kind, InboundKind::Message(message) if matches!(message.body, MessageBody::Location { .. }))
    );
    assert!(
        matches!(&told[1].kind, InboundKind::Message(message) if matches!(message.body, MessageBody::Reaction { .. }))
    );
    let InboundKind::Echo { to, body } = &told[2].kind else { panic!("an echo") };
    assert_eq!((to.phone.as_ref().unwrap().as_str(), body), (ALINE, &MessageBody::Text { text: "It is me".into() }));
}

#[tokio::test]
async fn a_webhook_comes_again_until_it_is_answered_200() {
    let bench = Bench::start().await;
    bench.engine_answers(503);
    bench.control("POST", "/whatsapp/say", json!({ "from": ALINE, "text": "patience" })).await;
    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    assert!(bodies(&bench).is_empty());
    bench.engine_answers(200);
    bench.until("the message", |bench| bodies(bench).len() == 1).await;
    let counts = bench.control("GET", "/whatsapp/webhooks", Value::Null).await;
    assert!(counts["attempts"].as_u64().unwrap() >= 2 && counts["delivered"] == 1, "{counts}");
}

#[tokio::test]
async fn raw_bodies_go_out_as_they_are_signed_or_not() {
    let bench = Bench::start().await;
    let body = json!({ "entry": [] });
    let status = |answer: Value| answer["webhook"]["status"].clone();
    assert_eq!(status(bench.control("POST", "/whatsapp/raw", body.clone()).await), 200);
    assert_eq!(status(bench.control("POST", "/whatsapp/raw?sign=wrongly", body.clone()).await), 401);
    assert_eq!(status(bench.control("POST", "/whatsapp/raw?sign=not_at_all", body.clone()).await), 401);
    assert_eq!(bench.bodies(), [bytes::Bytes::from(body.to_string())]);
}

#[tokio::test]
async fn the_handshake_verifies_with_the_right_token_only() {
    let bench = Bench::start().await;
    assert_eq!(bench.control("POST", "/whatsapp/handshake", Value::Null).await["verified"], true);
    let wrong = bench.control("POST", "/whatsapp/handshake", json!({ "verify_token": "wrong" })).await;
    assert_eq!((&wrong["verified"], &wrong["status"]), (&json!(false), &json!(403)));
}

#[tokio::test]
async fn an_inbox_is_found_with_a_plus_a_space_or_neither() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    bench.text(ALINE, "x").await;
    for of in ["+250780000001", "%2B250780000001", "%20250780000001", "250780000001"] {
        let inbox = bench.control("GET", &format!("/whatsapp/inbox?of={of}"), Value::Null).await;
        assert_eq!(inbox.as_array().unwrap().len(), 1, "{of}");
    }
    assert_eq!(bench.inbox("+250780000099").await.len(), 0);
}

#[tokio::test]
async fn everything_the_engine_sent_can_be_looked_at() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    bench.text(ALINE, "one").await;
    bench.fault(json!({ "kind": "refuse", "code": 131_026, "times": 1 })).await;
    bench.text(ALINE, "two").await;
    let seen = bench.control("GET", "/requests?path=/messages", Value::Null).await;
    let seen = seen.as_array().unwrap();
    assert_eq!(
        (&seen[0]["body"]["text"]["body"], &seen[0]["status"], &seen[0]["bearer"]),
        (&json!("one"), &json!(200), &json!(true))
    );
    assert_eq!((&seen[1]["status"], &seen[1]["answer"]["error"]["code"]), (&json!(400), &json!(131_026)));
    let later = bench.control("GET", "/requests?after=1", Value::Null).await;
    assert_eq!(later.as_array().unwrap().len(), 1);
    assert!(!later.to_string().contains("Bearer"), "tokens are not kept");
}

#[tokio::test]
async fn a_wrong_call_says_what_was_expected() {
    let bench = Bench::start().await;
    for (path, body) in [
        ("/control/whatsapp/say", json!({ "text": "x" })),
        ("/control/whatsapp/say", json!({ "from": "nobody", "text": "x" })),
        ("/control/whatsapp/say", json!({ "from": ALINE, "text": "x", "to": "123" })),
        ("/control/whatsapp/people", json!({ "name": "x" })),
        ("/control/whatsapp/media", json!({ "from": ALINE, "kind": "image", "mime": "image/png" })),
        ("/control/faults", json!({ "target": "whatsapp", "kind": "sulk" })),
    ] {
        let answer = bench.call("POST", path, body.clone()).await;
        let error =
            serde_json::from_slice::<Value>(answer.body()).unwrap()["error"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status() == 400 && error.len() > 20, "{path} {body}: {error}");
    }
}

#[tokio::test]
async fn a_stopped_sandbox_lets_its_address_go() {
    let options =
        ganira::sandbox::Options { listen: "127.0.0.1:0".parse().unwrap(), ..ganira::sandbox::Options::default() };
    let first = ganira::sandbox::Sandbox::start(options.clone()).await.unwrap();
    let listen = first.addr();
    let taken = ganira::sandbox::Options { listen, ..options };
    let refused = ganira::sandbox::Sandbox::start(taken.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("GANIRA__SANDBOX__LISTEN"), "{refused}");
    first.stop().await;
    ganira::sandbox::Sandbox::run(taken, std::future::ready(())).await.unwrap();
}
