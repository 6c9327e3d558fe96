//! Template messages: their shape, and whether they fill the template they name. Source: "Template messages", "Components", error codes 132xxx.

use serde_json::Value;

use super::check::asset;
use super::fields::Fields;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::templates::{Definition, Status};

/// The shape of `template`, whatever the template.
pub(super) fn shape(template: &Fields<'_>, media: &mut Vec<String>) -> Result<(), Refusal> {
    template.only(&["name", "language", "components", "namespace"])?;
    let name = template.text("name", 512)?;
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(Refusal::value("template.name may hold small letters, digits and _"));
    }
    let language = template.object("language")?;
    language.only(&["code", "policy"])?;
    language.text("code", 16)?;
    if !template.has("components") {
        return Ok(());
    }
    for component in template.objects("components", 12)? {
        component.only(&["type", "sub_type", "index", "parameters"])?;
        match component.text("type", 16)? {
            "header" | "body" => {}
            "button" => {
                component.value("index")?;
                let kind = component.text("sub_type", 16)?;
                if !["quick_reply", "url", "copy_code", "flow", "catalog", "mpm", "order_details"].contains(&kind) {
                    return Err(Refusal::value(format!("{} {kind} is unknown", component.path("sub_type"))));
                }
            }
            other => return Err(Refusal::value(format!("{} {other} is unknown", component.path("type")))),
        }
        for parameter in component.objects("parameters", 32)? {
            check_parameter(&parameter, media)?;
        }
    }
    Ok(())
}

fn check_parameter(parameter: &Fields<'_>, media: &mut Vec<String>) -> Result<(), Refusal> {
    match parameter.text("type", 32)? {
        "text" => {
            parameter.only(&["type", "text", "parameter_name"])?;
            let text = parameter.text("text", 1_024)?;
            if text.contains(['\n', '\t']) || text.contains("     ") {
                return Err(Refusal::new(
                    132_018,
                    format!("{} has a new line, a tab or more than 4 spaces", parameter.path("text")),
                ));
            }
            Ok(())
        }
        "payload" => parameter.text("payload", 256).map(drop),
        "coupon_code" => parameter.text("coupon_code", 20).map(drop),
        kind @ ("image" | "video" | "document") => asset(&parameter.object(kind)?, &["filename"], media),
        "currency" | "date_time" | "location" | "action" => Ok(()),
        other => Err(Refusal::new(132_012, format!("{} {other} is unknown", parameter.path("type")))),
    }
}

/// Whether the message fills an approved template as it was defined.
pub(super) fn fills(message: &Value, definition: Option<&Definition>) -> Result<(), Refusal> {
    let name = message["name"].as_str().unwrap_or_default();
    let language = message["language"]["code"].as_str().unwrap_or_default();
    let absent = || Refusal::new(132_001, format!("template name ({name}) does not exist in {language}"));
    let definition = definition.ok_or_else(absent)?;
    match definition.status {
        Status::Approved => {}
        Status::Paused => return Err(Refusal::new(132_015, format!("template {name} is paused"))),
        Status::Disabled => return Err(Refusal::new(132_016, format!("template {name} is disabled"))),
        Status::Pending | Status::Rejected => return Err(absent()),
    }
    for part in ["header", "body"] {
        let given = parameters(message, part, None);
        let wanted = definition.placeholders(part);
        if let Some(format) = definition.media_header().filter(|_| part == "header") {
            let right = given.len() == 1 && given[0]["type"] == format.as_str();
            if !right {
                return Err(Refusal::new(132_012, format!("header: expected one parameter of type {format}")));
            }
            continue;
        }
        count(part, given.len(), wanted.len())?;
        for (parameter, wanted) in given.iter().zip(&wanted) {
            let positional = wanted.bytes().all(|b| b.is_ascii_digit());
            let name = parameter["parameter_name"].as_str();
            let named =
                name.is_some_and(|name| definition.placeholders(part).iter().any(|placeholder| placeholder == name));
            if parameter["type"] != "text" && parameter["type"] != "currency" && parameter["type"] != "date_time"
                || (!positional && !named)
                || (positional && name.is_some())
            {
                return Err(Refusal::new(132_012, format!("{part}: parameter {wanted} does not fit")));
            }
        }
    }
    for (index, button) in definition.buttons().iter().enumerate() {
        let given = parameters(message, "button", Some(index)).len();
        let dynamic = button["url"].as_str().is_some_and(|url| url.contains("{{"));
        if dynamic && given != 1 {
            return Err(Refusal::new(131_008, format!("button {index}: its address needs one parameter")));
        }
    }
    let buttons = definition.buttons().len();
    let too_far =
        components(message, "button").any(|component| index_of(component).is_none_or(|index| index >= buttons));
    if too_far { Err(Refusal::new(132_000, format!("the template has {buttons} buttons"))) } else { Ok(()) }
}

fn count(part: &str, given: usize, wanted: usize) -> Result<(), Refusal> {
    if given == wanted {
        return Ok(());
    }
    let details = format!(
        "{part}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    );
    Err(Refusal::new(132_000, details))
}

fn components<'a>(message: &'a Value, part: &'a str) -> impl Iterator<Item = &'a Value> {
    let components = message["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    components.iter().filter(move |component| component["type"] == part)
}

/// The index is a string in Meta's samples and a number in others'.
fn index_of(component: &Value) -> Option<usize> {
    match &component["index"] {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64().map(|n| n as usize),
        _ => None,
    }
}

fn parameters<'a>(message: &'a Value, part: &'a str, index: Option<usize>) -> Vec<&'a Value> {
    components(message, part)
        .filter(|component| index.is_none() || index_of(component) == index)
        .flat_map(|component| component["parameters"].as_array().map(Vec::as_slice).unwrap_or_default())
        .collect()
}
