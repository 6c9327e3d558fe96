//! How commands show things: what is personal hidden, messages as a handset has them.

use ganira::cli::chat::view::{Choice, boxed, of};
use ganira::cli::mask::{masked, masked_text};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn phone_numbers_and_message_ids_are_hidden_wherever_they_stand() {
    for (shown, hidden) in [
        ("call +250780000001 now", "call +250… now"),
        ("250780000001@c.us", "250…@c.us"),
        ("+250 780-000 001", "+250…"),
        ("(250) 780 000 001 and 12", "(250… and 12"),
        ("wamid.HBgMMjUwNzgwMDAwMDAxFQIAEhg= again", "wamid.… again"),
        ("room 12, 3 people, 2026", "room 12, 3 people, 2026"),
        ("", ""),
    ] {
        assert_eq!(masked_text(shown), hidden);
    }
}

#[test]
fn fields_of_the_business_and_times_stay_readable() {
    let body = json!({
        "phone_number_id": "106540352242922", "from": "250780000001", "timestamp": "1763630000", "id": 250_780_000_001_u64,
        "latitude": -1.9441, "contacts": [{"wa_id": "250780000001"}], "250780000001": true,
    });
    let hidden = json!({
        "phone_number_id": "106540352242922", "from": "250…", "timestamp": "1763630000", "id": "250…", "latitude": -1.9441,
        "contacts": [{"wa_id": "250…"}], "250…": true,
    });
    assert_eq!(masked(&body), hidden);
}

proptest! {
    #[test]
    fn no_text_keeps_seven_digits_in_a_row(text in ".{0,40}[0-9]{7,15}.{0,40}") {
        let hidden = masked_text(&text);
        let longest = hidden.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
        prop_assert!(longest <= 6, "{hidden}");
    }
}

fn choice(id: &str, title: &str) -> Choice {
    Choice { id: id.into(), title: title.into() }
}

#[test]
fn buttons_and_rows_are_numbered_in_their_order() {
    let buttons = json!({"type": "interactive", "interactive": {"type": "button", "body": {"text": "What now?\nChoose."}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": "1:book", "title": "Book"}}, {"type": "reply", "reply": {"id": "1:mine", "title": "My visits"}},
    ]}}});
    let shown = of(&buttons);
    assert_eq!(shown.lines, ["What now?", "Choose.", "  [1] Book", "  [2] My visits"]);
    assert_eq!(shown.choices, [choice("1:book", "Book"), choice("1:mine", "My visits")]);

    let rows = json!([{"id": "2:a", "title": "Haircut", "description": "30 min"}, {"id": "2:b", "title": "Braids"}]);
    let list = json!({"type": "interactive", "interactive": {"type": "list", "body": {"text": "Which?"}, "footer": {"text": "Stop: stop"},
        "action": {"button": "Open", "sections": [{"title": "Services", "rows": rows}]}}});
    let shown = of(&list);
    assert_eq!(shown.lines, ["Which?", "Services", "  [1] Haircut — 30 min", "  [2] Braids", "Stop: stop"]);
    assert_eq!(shown.choices, [choice("2:a", "Haircut"), choice("2:b", "Braids")]);
}

#[test]
fn every_other_kind_is_shown_in_words() {
    for (message, lines) in [
        (json!({"type": "text", "text": {"body": "Hello"}}), vec!["Hello"]),
        (
            json!({"type": "image", "image": {"link": "https://x/y.png", "caption": "Our salon"}}),
            vec!["(image https://x/y.png)", "Our salon"],
        ),
        (json!({"type": "reaction", "reaction": {"emoji": "👍"}}), vec!["(👍 to your message)"]),
        (json!({"type": "hologram"}), vec!["(hologram)"]),
    ] {
        assert_eq!(of(&message).lines, lines);
    }
    let link = json!({"type": "interactive", "interactive": {"type": "cta_url", "body": {"text": "Pay"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://pay.example"}}}});
    assert_eq!(of(&link).lines, ["Pay", "  Open: https://pay.example"]);
    let template = json!({"type": "template", "template": {"name": "reminder", "language": {"code": "en"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "Aline"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "yes"}]},
    ]}});
    assert_eq!(of(&template).lines, ["(template reminder, en)", "  Aline", "  [1] yes"]);
}

#[test]
fn a_screen_stands_in_a_box_as_wide_as_its_longest_line() {
    let shown = boxed("Salon Keza\n1. Gukata umusatsi\n0 Subira", "(ended)");
    let wanted = "+--------------------+\n| Salon Keza         |\n| 1. Gukata umusatsi |\n| 0 Subira           |\n+--------------------+\n(ended)";
    assert_eq!(shown, wanted);
    assert_eq!(boxed("", ""), "+------------------+\n+------------------+");
}
