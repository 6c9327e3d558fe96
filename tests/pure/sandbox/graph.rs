//! The Graph side over HTTP: rates, windows, ids, templates, media.

use ganira::channels::whatsapp::media;
use ganira::channels::{Refused, Scope, SendOutcome};
use ganira::domain::outbound::{TemplateButton, TemplateParameter};
use ganira::domain::{Content, DeliveryState, InboundKind, MediaKind, MessageBody, Template};
use ganira::sandbox::Options;
use http::Request;
use serde_json::{Value, json};

use super::bench::{ALINE, Bench, SALON};

fn accepted(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::Accepted { messages } if messages[0].starts_with("wamid."))
}

#[tokio::test]
async fn a_message_arrives_in_the_handset_and_its_statuses_come_back_with_our_id() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    let SendOutcome::Accepted { messages } = bench.text(ALINE, "Muraho").await else { panic!("accepted") };
    let inbox = bench.inbox(ALINE).await;
    assert_eq!((inbox.len(), &inbox[0]["text"]["body"], &inbox[0]["id"]), (1, &json!("Muraho"), &json!(messages[0])));
    bench.until("three statuses", |bench| bench.receipts().len() == 3).await;
    let mut states: Vec<_> = bench.receipts().iter().map(|receipt| receipt.state.unwrap()).collect();
    states.sort();
    assert_eq!(states, [DeliveryState::Sent, DeliveryState::Delivered, DeliveryState::Read]);
    assert!(
        bench
            .receipts()
            .iter()
            .all(|receipt| receipt.opaque.as_deref() == Some("g1.1.2.3.0.0") && receipt.message == messages[0])
    );
}

#[tokio::test]
async fn a_person_without_a_phone_is_written_to_by_her_scoped_id() {
    let bench = Bench::start().await;
    let keza = "RW.13491208655302741918";
    bench.control("POST", "/whatsapp/people", json!({ "user_id": keza, "username": "@keza", "name": "Keza" })).await;
    bench.say(keza, "hi").await;
    let InboundKind::Message(heard) = bench.told()[0].kind.clone() else { panic!("a message") };
    assert_eq!((heard.from.phone, heard.from.scoped_id.unwrap().as_str()), (None, keza));
    assert_eq!(heard.from.username.as_deref(), Some("@keza"));
    assert!(accepted(&bench.text(keza, "Muraho").await));
    assert_eq!(bench.inbox(keza).await.len(), 1);
}

#[tokio::test]
async fn a_scoped_id_in_to_is_answered_200_and_never_arrives() {
    let bench = Bench::start().await;
    bench.say("RW.1349", "hi").await;
    let body = json!({ "messaging_product": "whatsapp", "to": "RW.1349", "type": "text", "text": { "body": "lost" } });
    assert_eq!(bench.code(body).await, None);
    assert_eq!(bench.inbox("RW.1349").await.len(), 0);
}

#[tokio::test]
async fn a_number_without_plus_goes_to_somebody_else() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    let body =
        json!({ "messaging_product": "whatsapp", "to": "250780000001", "type": "text", "text": { "body": "astray" } });
    assert_eq!(bench.code(body).await, None);
    assert_eq!(bench.inbox(ALINE).await.len(), 0);
}

#[tokio::test]
async fn the_46th_message_at_once_to_one_person_waits_six_seconds() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    for _ in 0..45 {
        assert!(accepted(&bench.text(ALINE, "x").await));
    }
    assert!(matches!(
        bench.text(ALINE, "x").await,
        SendOutcome::Throttled { scope: Scope::Pair, code: Some(131_056), .. }
    ));
    bench.pass(6);
    assert!(accepted(&bench.text(ALINE, "x").await));
    assert!(!accepted(&bench.text(ALINE, "x").await));
}

#[tokio::test]
async fn a_number_has_its_throughput() {
    let bench = Bench::with(|options| options.number_rate = 2).await;
    bench.say(ALINE, "hi").await;
    assert!(accepted(&bench.text(ALINE, "1").await) && accepted(&bench.text(ALINE, "2").await));
    assert!(matches!(
        bench.text(ALINE, "3").await,
        SendOutcome::Throttled { scope: Scope::Account, code: Some(130_429), .. }
    ));
    bench.pass(1);
    assert!(accepted(&bench.text(ALINE, "3").await));
}

#[tokio::test]
async fn outside_the_window_a_message_is_accepted_and_fails_later() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    bench.pass(24 * 3_600);
    assert!(accepted(&bench.text(ALINE, "too late").await));
    bench.until("a failure", |bench| !bench.receipts().is_empty()).await;
    let receipts = bench.receipts();
    assert_eq!((receipts[0].state, receipts[0].error.as_ref().unwrap().code), (Some(DeliveryState::Failed), 131_047));
    assert_eq!(bench.inbox(ALINE).await.len(), 0);
    bench.fault(json!({ "kind": "window_at_once" })).await;
    assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::Refused { reason: Refused::WindowShut, .. }));
    bench.say(ALINE, "again").await;
    assert!(accepted(&bench.text(ALINE, "now").await));
    assert_eq!(bench.inbox(ALINE).await.len(), 1);
}

#[tokio::test]
async fn a_token_is_needed_and_must_be_the_right_one() {
    let bench = Bench::with(|options| options.access_tokens = vec!["other".to_owned()]).await;
    assert!(matches!(bench.text(ALINE, "x").await, SendOutcome::AccountStopped { code: 190, .. }));
}

#[tokio::test]
async fn another_number_and_a_dead_version_are_refused() {
    let bench = Bench::start().await;
    let body = json!({ "messaging_product": "whatsapp", "to": ALINE, "type": "text", "text": { "body": "x" } });
    for path in
        ["/graph/v26.0/999/messages", "/graph/v20.0/106540352242922/messages", "/graph/26/106540352242922/messages"]
    {
        assert_eq!(bench.call("POST", path, body.clone()).await.status(), 400, "{path}");
    }
}

fn reminder(body: Vec<TemplateParameter>) -> Content {
    let buttons = vec![TemplateButton::QuickReply { index: 0, payload: "confirm-7".into() }];
    Content::Template(Template { name: "reminder".into(), language: "en".into(), header: vec![], body, buttons })
}

fn parameter(text: &str) -> TemplateParameter {
    TemplateParameter::Text { text: text.into(), name: None }
}

#[tokio::test]
async fn a_template_must_be_known_approved_and_filled_and_may_go_outside_the_window() {
    let bench = Bench::start().await;
    let code = |outcome: SendOutcome| match outcome {
        SendOutcome::Refused { code, reason: Refused::Template, .. } => code,
        SendOutcome::Accepted { .. } => 0,
        other => panic!("{other:?}"),
    };
    let filled = || reminder(vec![parameter("Aline"), parameter("9:00")]);
    assert_eq!(code(bench.send(ALINE, &filled()).await), 132_001);
    let definition = json!({
        "name": "reminder", "language": "en", "category": "UTILITY",
        "components": [
            { "type": "BODY", "text": "Dear {{1}}, see you at {{2}}." },
            { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Confirm" }] },
        ],
    });
    let templates = "/graph/v26.0/102290129340398/message_templates";
    assert_eq!(bench.call("POST", templates, definition.clone()).await.status(), 200);
    assert_eq!(bench.call("POST", templates, definition).await.status(), 400, "twice");
    assert_eq!(code(bench.send(ALINE, &filled()).await), 132_001, "not reviewed yet");
    let decide = |status: &str| json!({ "name": "reminder", "language": "en", "status": status });
    bench.control("POST", "/whatsapp/templates", decide("APPROVED")).await;
    assert_eq!(code(bench.send(ALINE, &filled()).await), 0);
    assert_eq!(code(bench.send(ALINE, &reminder(vec![parameter("Aline")])).await), 132_000);
    let named = TemplateParameter::Text { text: "Aline".into(), name: Some("who".into()) };
    assert_eq!(code(bench.send(ALINE, &reminder(vec![named, parameter("x")])).await), 132_012);
    bench.control("POST", "/whatsapp/templates", decide("PAUSED")).await;
    assert_eq!(code(bench.send(ALINE, &filled()).await), 132_015);
    bench.until("two notices", |bench| {
        bench.told().iter().filter(|update| matches!(&update.kind, InboundKind::Notice { field } if field == "message_template_status_update")).count() == 2
    }).await;
    // A tap on its button is of the template kind.
    bench.control("POST", "/whatsapp/tap?wait=1", json!({ "from": ALINE, "id": "confirm-7" })).await;
    let tapped = bench.told().into_iter().find_map(|update| match update.kind {
        InboundKind::Message(message) => Some(message.body),
        _ => None,
    });
    assert_eq!(tapped, Some(MessageBody::TemplateTap { payload: "confirm-7".into(), text: "Confirm".into() }));
}

#[tokio::test]
async fn a_template_definition_keeps_meta_s_rules() {
    let bench = Bench::start().await;
    let body = |text: &str| json!([{ "type": "BODY", "text": text }]);
    let define = |name: &str, components: Value| json!({ "name": name, "language": "en", "category": "UTILITY", "components": components });
    for bad in [
        define("Bad Name", body("x")),
        define("a", body("{{1}} at the start")),
        define("a", body("at the end {{1}}")),
        define("a", body(&"x".repeat(1_025))),
        define("a", json!([{ "type": "FOOTER", "text": "x".repeat(61) }])),
        define("a", json!([{ "type": "BUTTONS", "buttons": vec![json!({ "type": "QUICK_REPLY", "text": "x" }); 11] }])),
        json!({ "name": "a", "language": "en", "category": "GOSSIP", "components": [] }),
    ] {
        let answer = bench.call("POST", "/graph/v26.0/102290129340398/message_templates", bad.clone()).await;
        assert_eq!(answer.status(), 400, "{bad}");
    }
}

#[tokio::test]
async fn media_is_fetched_in_two_steps_within_five_minutes() {
    let bench = Bench::start().await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR-and-more".to_vec();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &png);
    let media = json!({ "from": ALINE, "kind": "image", "mime": "image/png", "bytes": encoded, "caption": "hair" });
    bench.control("POST", "/whatsapp/media?wait=1", media).await;
    let InboundKind::Message(message) = bench.told()[0].kind.clone() else { panic!("a message") };
    let MessageBody::Media(file) = message.body else { panic!("media") };
    let account = bench.account();
    let asked = bench.transport().send(media::metadata_request(&account, &file.id).unwrap()).await.unwrap();
    let metadata = media::metadata(MediaKind::Image, &asked).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let request = || media::download_request(&account, &metadata, &[]).unwrap();
    let got = bench.transport().download(request(), 1_000, &folder.path().join("1")).await.unwrap();
    let arrived = media::Arrived { bytes: got.bytes, sha256: got.sha256, head: &got.head };
    let digests = [file.sha256.as_deref(), metadata.sha256.as_deref()];
    assert_eq!(media::judge(MediaKind::Image, &file.mime, &digests, &arrived).unwrap(), "image/png");
    let mut without_token = request();
    without_token.headers_mut().clear();
    assert_eq!(bench.transport().send(without_token).await.unwrap().status(), 401);
    bench.pass(300);
    let late = bench.transport().download(request(), 1_000, &folder.path().join("2")).await.unwrap();
    assert_eq!(media::arrived(late.status), Err(media::MediaProblem::Gone));
}

#[tokio::test]
async fn an_uploaded_file_can_be_sent_and_an_unknown_one_not() {
    let bench = Bench::start().await;
    bench.say(ALINE, "hi").await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x01\x02\r\n--b--\r\n";
    let url = format!("{}/v26.0/{SALON}/media", bench.sandbox.graph_url());
    let request = Request::post(url)
        .header("authorization", "Bearer t")
        .header("content-type", "multipart/form-data; boundary=b");
    let answer = bench.transport().send(request.body(form.into()).unwrap()).await.unwrap();
    let id = serde_json::from_slice::<Value>(answer.body()).unwrap()["id"].as_str().unwrap().to_owned();
    let image = |id: &str| Content::Media {
        kind: MediaKind::Image,
        source: ganira::domain::outbound::MediaSource::Id(id.to_owned()),
        caption: None,
        filename: None,
    };
    assert!(accepted(&bench.send(ALINE, &image(&id)).await));
    assert!(matches!(bench.send(ALINE, &image("123")).await, SendOutcome::Refused { code: 100, .. }));
}

#[tokio::test]
async fn memory_is_bounded_by_the_oldest_going_first() {
    let bench = Bench::with(|options: &mut Options| {
        options.inbox_messages_max = 2;
        options.requests_max = 2;
    })
    .await;
    bench.say(ALINE, "hi").await;
    for n in 1..=3 {
        bench.text(ALINE, &n.to_string()).await;
    }
    let texts: Vec<_> = bench.inbox(ALINE).await.iter().map(|message| message["text"]["body"].clone()).collect();
    assert_eq!(texts, [json!("2"), json!("3")]);
    let requests = bench.control("GET", "/requests", Value::Null).await;
    let numbers: Vec<_> = requests.as_array().unwrap().iter().map(|seen| seen["n"].clone()).collect();
    assert_eq!(numbers, [json!(2), json!(3)]);
}
