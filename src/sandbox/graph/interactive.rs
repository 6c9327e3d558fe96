//! Interactive messages. Source: "Interactive reply buttons", "Interactive list", "Call-to-action URL", "Location request" and the pages of
//! the kinds the engine does not send, which are checked for their outline.

use super::check::{asset, unique_texts};
use super::fields::{Fields, link};
use crate::sandbox::refusal::Refusal;

pub(super) fn check(interactive: &Fields<'_>, media: &mut Vec<String>) -> Result<(), Refusal> {
    interactive.only(&["type", "header", "body", "footer", "action"])?;
    let action = interactive.object("action")?;
    match interactive.text("type", 64)? {
        "button" => {
            body(interactive, 1_024)?;
            header(interactive, &["text", "image", "video", "document"], media)?;
            buttons(&action)?;
        }
        "list" => {
            body(interactive, 4_096)?;
            header(interactive, &["text"], media)?;
            list(&action)?;
        }
        "cta_url" => {
            body(interactive, 1_024)?;
            header(interactive, &["text", "image", "video", "document"], media)?;
            cta_url(&action)?;
        }
        "location_request_message" => {
            body(interactive, 1_024)?;
            action.only(&["name"])?;
            action.exactly("name", "send_location")?;
        }
        "flow" => {
            body(interactive, 1_024)?;
            header(interactive, &["text", "image", "video", "document"], media)?;
            flow(&action)?;
        }
        "product"
        | "catalog_message"
        | "address_message"
        | "carousel"
        | "call_permission_request"
        | "voice_call"
        | "request_contact_info" => {}
        "product_list" => {
            body(interactive, 1_024)?;
            interactive.object("header")?;
            product_list(&action)?;
        }
        other => return Err(Refusal::value(format!("interactive.type {other} is unknown"))),
    }
    if let Some(footer) = interactive.object_if_there("footer")? {
        footer.only(&["text"])?;
        footer.text("text", 60)?;
    }
    Ok(())
}

fn body(interactive: &Fields<'_>, most: usize) -> Result<(), Refusal> {
    let body = interactive.object("body")?;
    body.only(&["text"])?;
    body.text("text", most).map(drop)
}

fn header(interactive: &Fields<'_>, kinds: &[&str], media: &mut Vec<String>) -> Result<(), Refusal> {
    let Some(header) = interactive.object_if_there("header")? else { return Ok(()) };
    let kind = header.text("type", 16)?;
    if !kinds.contains(&kind) {
        return Err(Refusal::value(format!("interactive.header.type must be one of {}", kinds.join(", "))));
    }
    header.only(&["type", kind])?;
    if kind == "text" { header.text("text", 60).map(drop) } else { asset(&header.object(kind)?, &["filename"], media) }
}

fn buttons(action: &Fields<'_>) -> Result<(), Refusal> {
    action.only(&["buttons"])?;
    let buttons = action.objects("buttons", 3)?;
    let mut replies = Vec::new();
    for button in &buttons {
        button.only(&["type", "reply"])?;
        button.exactly("type", "reply")?;
        let reply = button.object("reply")?;
        reply.only(&["id", "title"])?;
        replies.push(reply);
    }
    unique_texts("button ids", &replies, "id", 256)?;
    unique_texts("button titles", &replies, "title", 20)
}

fn list(action: &Fields<'_>) -> Result<(), Refusal> {
    action.only(&["button", "sections"])?;
    action.text("button", 20)?;
    let sections = action.objects("sections", 10)?;
    let mut all = Vec::new();
    for section in &sections {
        section.only(&["title", "rows"])?;
        section.text_if_there("title", 24)?;
        if sections.len() > 1 && !section.has("title") {
            return Err(Refusal::missing(format!("{} is required with several sections", section.path("title"))));
        }
        for row in section.objects("rows", 10)? {
            row.only(&["id", "title", "description"])?;
            row.text("title", 24)?;
            row.text_if_there("description", 72)?;
            all.push(row);
        }
    }
    if all.len() > 10 {
        return Err(Refusal::value(format!("{} rows over all sections, 10 are allowed", all.len())));
    }
    unique_texts("row ids", &all, "id", 200)
}

fn cta_url(action: &Fields<'_>) -> Result<(), Refusal> {
    action.only(&["name", "parameters"])?;
    action.exactly("name", "cta_url")?;
    let parameters = action.object("parameters")?;
    parameters.only(&["display_text", "url"])?;
    parameters.text("display_text", 20)?;
    link(&parameters.path("url"), parameters.text("url", 2_000)?)
}

fn flow(action: &Fields<'_>) -> Result<(), Refusal> {
    action.exactly("name", "flow")?;
    let parameters = action.object("parameters")?;
    parameters.exactly("flow_message_version", "3")?;
    parameters.text("flow_cta", 20)?;
    if parameters.has("flow_id") == parameters.has("flow_name") {
        return Err(Refusal::missing("exactly one of flow_id and flow_name is required"));
    }
    Ok(())
}

fn product_list(action: &Fields<'_>) -> Result<(), Refusal> {
    let mut products = 0;
    for section in action.objects("sections", 10)? {
        products += section.objects("product_items", 30)?.len();
    }
    if products > 30 { Err(Refusal::value(format!("{products} products, 30 are allowed"))) } else { Ok(()) }
}
