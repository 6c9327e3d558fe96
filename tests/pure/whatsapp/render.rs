//! What goes out: one golden a kind, and whatever the content, the strict stand-in takes it.

use bytes::Bytes;
use ganira::channels::whatsapp::{Account, Recipient, Typing, limits, mark_read, render};
use ganira::domain::outbound::{MediaSource, TemplateButton, TemplateParameter};
use ganira::domain::{Address, Button, Content, ListRow, MediaKind, Phone, ScopedId, Template};
use ganira::sandbox::graph::check::{Asked, check};
use http::Request;
use proptest::prelude::*;
use serde_json::Value;

fn account() -> Account {
    Account::new("https://graph.facebook.com", "v26.0", "106540352242922", &"token-1".into()).unwrap()
}

fn aline() -> Recipient {
    Recipient::Phone(Phone::parse("+250780000001").unwrap())
}

fn body(request: &Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

fn sent(content: &Content) -> Value {
    body(&render(&account(), &aline(), content, "g1.1.2.3.0.0", None))
}

fn button(id: &str, title: &str) -> Button {
    Button { id: id.into(), title: title.into() }
}

fn row(id: &str, title: &str, note: Option<&str>) -> ListRow {
    ListRow { id: id.into(), title: title.into(), note: note.map(str::to_owned) }
}

fn text(text: &str) -> Content {
    Content::Text { text: text.into(), preview: false }
}

fn media(kind: MediaKind, source: MediaSource) -> Content {
    Content::Media { kind, source, caption: Some("caption".into()), filename: Some("file.pdf".into()) }
}

fn examples() -> Vec<(&'static str, Content)> {
    let id = || MediaSource::Id("1479537139650973".into());
    let link = || MediaSource::Url("https://salon.rw/a.jpg".into());
    let buttons = |n: usize| (0..n).map(|n| button(&format!("7:{n}"), &format!("Option {n}"))).collect();
    let rows = |n: usize| (0..n).map(|n| row(&format!("7:{n}"), &format!("Row {n}"), Some("30 min"))).collect();
    vec![
        ("text", text("Muraho 👋")),
        ("text_with_preview", Content::Text { text: "https://salon.rw".into(), preview: true }),
        ("buttons", Content::Buttons { text: "Confirm?".into(), buttons: buttons(3), footer: Some("Salon".into()) }),
        ("four_buttons_become_a_list", Content::Buttons { text: "Which?".into(), buttons: buttons(4), footer: None }),
        (
            "eleven_buttons_become_numbers",
            Content::Buttons { text: "Which?".into(), buttons: buttons(11), footer: None },
        ),
        (
            "no_buttons_become_text",
            Content::Buttons { text: "Done.".into(), buttons: vec![], footer: Some("Salon".into()) },
        ),
        (
            "alike_titles_are_told_apart",
            Content::Buttons {
                text: "Who?".into(),
                buttons: vec![button("1", "Aline"), button("2", "aline"), button("3", "")],
                footer: None,
            },
        ),
        (
            "a_long_title_moves_into_a_list",
            Content::Buttons {
                text: "Who?".into(),
                buttons: vec![button("1", "Aline who braids best of all here"), button("2", "Bosco")],
                footer: None,
            },
        ),
        (
            "list",
            Content::List {
                text: "Services".into(),
                button: "Choose".into(),
                rows: rows(10),
                footer: Some("Salon".into()),
            },
        ),
        (
            "eleven_rows_become_numbers",
            Content::List { text: "Services".into(), button: "Choose".into(), rows: rows(11), footer: None },
        ),
        ("link", Content::Link { text: "Pay here".into(), label: "Pay".into(), url: "https://pay.rw/1".into() }),
        (
            "a_bad_link_becomes_text",
            Content::Link { text: "Pay here".into(), label: "Pay".into(), url: "pay.rw/1".into() },
        ),
        ("location_request", Content::LocationRequest { text: "Where are you?".into() }),
        (
            "location",
            Content::Location {
                latitude: -1.944_072,
                longitude: 30.061_885,
                name: Some("Salon".into()),
                address: None,
            },
        ),
        ("image_by_id", media(MediaKind::Image, id())),
        ("image_by_link", media(MediaKind::Image, link())),
        ("document", media(MediaKind::Document, id())),
        ("voice", media(MediaKind::Voice, id())),
        ("sticker", media(MediaKind::Sticker, id())),
        ("media_without_source_becomes_its_caption", media(MediaKind::Image, MediaSource::Id(String::new()))),
        ("reaction", Content::Reaction { to: "wamid.X".into(), emoji: "👍".into() }),
        ("reaction_taken_back", Content::Reaction { to: "wamid.X".into(), emoji: String::new() }),
        (
            "template",
            Content::Template(Template {
                name: "reminder".into(),
                language: "en".into(),
                header: vec![TemplateParameter::Media { kind: MediaKind::Image, source: link() }],
                body: vec![
                    TemplateParameter::Text { text: "Aline\nUwase".into(), name: Some("who".into()) },
                    TemplateParameter::Text { text: String::new(), name: Some("when".into()) },
                ],
                buttons: vec![
                    TemplateButton::QuickReply { index: 0, payload: "confirm-7".into() },
                    TemplateButton::Url { index: 1, suffix: "b/7".into() },
                    TemplateButton::CopyCode { index: 2, code: "12 34".into() },
                ],
            }),
        ),
        (
            "template_without_parameters",
            Content::Template(Template {
                name: "hello".into(),
                language: "rw".into(),
                header: vec![],
                body: vec![],
                buttons: vec![],
            }),
        ),
    ]
}

#[test]
fn every_kind_renders_as_its_golden_says_and_is_taken() {
    for (name, content) in examples() {
        let wire = sent(&content);
        assert!(check(&wire).is_ok(), "{name}: {:?} {wire}", check(&wire));
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pure/data/whatsapp/rendered"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_json_snapshot!(name, wire);
        });
    }
}

#[test]
fn the_request_goes_to_the_number_s_messages_with_the_token() {
    let request = render(&account(), &aline(), &text("x"), "o", Some("wamid.ANSWERED"));
    assert_eq!(request.method(), http::Method::POST);
    assert_eq!(request.uri(), "https://graph.facebook.com/v26.0/106540352242922/messages");
    assert_eq!(request.headers()["authorization"], "Bearer token-1");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(body(&request)["context"]["message_id"], "wamid.ANSWERED");
    assert!(!format!("{:?} {request:?}", account()).contains("token-1"));
}

#[test]
fn a_reaction_is_never_a_contextual_reply() {
    let reaction = Content::Reaction { to: "wamid.X".into(), emoji: "👍".into() };
    let wire = body(&render(&account(), &aline(), &reaction, "o", Some("wamid.Y")));
    assert!(wire.get("context").is_none());
}

#[test]
fn a_scoped_id_never_stands_in_to() {
    let phone = Address::Phone(Phone::parse("+250780000001").unwrap());
    let scoped = Address::WhatsApp(ScopedId::parse("RW.13491208655302741918").unwrap());
    let wire = |addresses: &[Address]| {
        let recipient = Recipient::of(addresses).unwrap();
        body(&render(&account(), &recipient, &text("x"), "o", None))
    };
    let only_scoped = wire(std::slice::from_ref(&scoped));
    assert!(only_scoped.get("to").is_none());
    assert_eq!(only_scoped["recipient"], "RW.13491208655302741918");
    let only_phone = wire(std::slice::from_ref(&phone));
    assert_eq!(only_phone["to"], "+250780000001");
    assert!(only_phone.get("recipient").is_none());
    let both = wire(&[scoped, phone]);
    assert_eq!((&both["to"], &both["recipient"]), (&"+250780000001".into(), &"RW.13491208655302741918".into()));
    assert_eq!(Recipient::of(&[]), None);
}

#[test]
fn marking_as_read_may_show_that_somebody_types() {
    let silent = body(&mark_read(&account(), "wamid.X", Typing::NotShown));
    let typing = body(&mark_read(&account(), "wamid.X", Typing::Shown));
    assert!(silent.get("typing_indicator").is_none());
    assert_eq!(typing["typing_indicator"]["type"], "text");
    for wire in [silent, typing] {
        assert_eq!(check(&wire), Ok(Asked::MarkRead { message: "wamid.X".into() }));
    }
}

#[test]
fn an_account_with_a_wrong_setting_is_refused() {
    let made =
        |base: &str, version: &str, number: &str, token: &str| Account::new(base, version, number, &token.into());
    assert!(made("http://127.0.0.1:8090/graph", "v26.0", "106", "t").is_ok());
    assert!(made("graph.facebook.com", "v26.0", "106", "t").is_err());
    assert!(made("https://graph.facebook.com", "26", "106", "t").is_err());
    assert!(made("https://graph.facebook.com", "v26.0", "../1", "t").is_err());
    assert!(made("https://graph.facebook.com", "v26.0", "106", "a\nb").is_err());
}

#[test]
fn a_long_text_is_cut_between_letters() {
    let family = "👨‍👩‍👧‍👦";
    let long = family.repeat(2_000);
    let wire = sent(&text(&long));
    let cut = wire["text"]["body"].as_str().unwrap();
    assert!(limits::length(cut) <= limits::TEXT_BODY);
    assert!(cut.ends_with('…'));
    assert_eq!(cut.trim_end_matches('…').replace(family, ""), "");
}

#[test]
fn numbered_choices_survive_a_long_introduction() {
    let rows = (1..=30).map(|n| row(&n.to_string(), &format!("Choice {n}"), None)).collect();
    let wire =
        sent(&Content::List { text: "long ".repeat(2_000), button: "x".into(), rows, footer: Some("foot".into()) });
    let body = wire["text"]["body"].as_str().unwrap();
    assert!(body.contains("30. Choice 30"), "{body}");
    assert!(body.ends_with("foot"));
}

#[test]
fn the_table_of_limits_names_every_source() {
    assert!(limits::LIMITS.iter().all(|limit| limit.most > 0 && !limit.source.is_empty()));
}

/// Texts of any length and any letters, empty ones, blank ones, repeated ones.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("  \n ".to_owned()),
        "[a-c]{1,3}",
        "\\PC{0,40}",
        (1usize..3_000, prop::sample::select(vec!["é", "👨‍👩‍👧‍👦", "x", "ab ", "\u{301}", "\n"]))
            .prop_map(|(n, unit)| unit.repeat(n)),
        Just("https://salon.rw/x".to_owned()),
    ]
}

fn any_kind() -> impl Strategy<Value = MediaKind> {
    use MediaKind::{Audio, Document, Image, Sticker, Video, Voice};
    prop::sample::select(vec![Image, Video, Audio, Voice, Document, Sticker])
}

fn any_source() -> impl Strategy<Value = MediaSource> {
    prop_oneof!["[0-9]{0,20}".prop_map(MediaSource::Id), any_text().prop_map(MediaSource::Url),]
}

fn any_parameter() -> impl Strategy<Value = TemplateParameter> {
    let kinds = prop::sample::select(vec![MediaKind::Image, MediaKind::Video, MediaKind::Document]);
    prop_oneof![
        (any_text(), prop::option::of("[a-z]{1,8}")).prop_map(|(text, name)| TemplateParameter::Text { text, name }),
        kinds.prop_map(|kind| TemplateParameter::Media { kind, source: MediaSource::Id("5".into()) }),
    ]
}

fn any_content() -> impl Strategy<Value = Content> {
    let buttons = prop::collection::vec((any_text(), any_text()).prop_map(|(id, title)| Button { id, title }), 0..14);
    let rows = prop::collection::vec(
        (any_text(), any_text(), prop::option::of(any_text())).prop_map(|(id, title, note)| ListRow {
            id,
            title,
            note,
        }),
        0..14,
    );
    let short_rows = prop::collection::vec(
        ("[a-z]{1,6}", any_text(), prop::option::of(any_text())).prop_map(|(id, title, note)| ListRow {
            id,
            title,
            note,
        }),
        0..12,
    );
    let short_buttons =
        prop::collection::vec(("[a-z]{1,6}", any_text()).prop_map(|(id, title)| Button { id, title }), 0..5);
    let footer = || prop::option::of(any_text());
    prop_oneof![
        (any_text(), any::<bool>()).prop_map(|(text, preview)| Content::Text { text, preview }),
        (any_text(), buttons, footer()).prop_map(|(text, buttons, footer)| Content::Buttons { text, buttons, footer }),
        (any_text(), short_buttons, footer()).prop_map(|(text, buttons, footer)| Content::Buttons {
            text,
            buttons,
            footer
        }),
        (any_text(), any_text(), rows, footer()).prop_map(|(text, button, rows, footer)| Content::List {
            text,
            button,
            rows,
            footer
        }),
        (any_text(), any_text(), short_rows, footer()).prop_map(|(text, button, rows, footer)| Content::List {
            text,
            button,
            rows,
            footer
        }),
        (any_text(), any_text(), any_text()).prop_map(|(text, label, url)| Content::Link { text, label, url }),
        any_text().prop_map(|text| Content::LocationRequest { text }),
        (any::<f64>(), -200.0..200.0, footer(), footer()).prop_map(|(latitude, longitude, name, address)| {
            Content::Location { latitude, longitude, name, address }
        }),
        (any_kind(), any_source(), footer(), footer()).prop_map(|(kind, source, caption, filename)| Content::Media {
            kind,
            source,
            caption,
            filename
        }),
        (prop::collection::vec(any_parameter(), 0..4), prop::collection::vec(any_parameter(), 0..4), any_text())
            .prop_map(|(header, body, text)| Content::Template(Template {
                name: "reminder".into(),
                language: "en".into(),
                header,
                body,
                buttons: vec![
                    TemplateButton::CopyCode { index: 0, code: text.clone() },
                    TemplateButton::Url { index: 1, suffix: text.clone() },
                    TemplateButton::QuickReply { index: 2, payload: text },
                ],
            })),
        (prop::sample::select(vec!["", "wamid.X"]), prop::sample::select(vec!["", "👍"]))
            .prop_map(|(to, emoji)| Content::Reaction { to: to.into(), emoji: emoji.into() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// The stand-in's check is its own reading of Meta's pages, so this is a check and not a mirror.
    #[test]
    fn whatever_the_content_the_message_is_taken(content in any_content(), reply in any::<bool>()) {
        let request = render(&account(), &aline(), &content, "g1.1.2.3.0.0", reply.then_some("wamid.Y"));
        let wire = body(&request);
        prop_assert!(check(&wire).is_ok(), "{:?} of {}", check(&wire), wire);
    }

    #[test]
    fn cut_never_exceeds_the_limit_nor_splits_a_surrogate_pair(text in any_text(), most in 1usize..60) {
        let cut = limits::cut(&text, most);
        prop_assert!(limits::length(&cut) <= most);
        if limits::length(&text) <= most { prop_assert_eq!(cut, text); }
    }
}
