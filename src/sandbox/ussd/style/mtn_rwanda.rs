//! MTN Rwanda's XML-RPC of 2013: `handleUSSD` with one structure, `action` for what follows.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;

use super::{Request, Screen};
use crate::domain::Timestamp;
use crate::sandbox::ussd::session::{Keys, Session};

pub(super) fn request(session: &Session, keys: &Keys, now: Timestamp) -> Request {
    let typed = match keys {
        Keys::Dialled(rest) if rest.is_empty() => session.code.clone(),
        Keys::Dialled(rest) => format!("{}*{rest}#", session.code.trim_end_matches('#')),
        Keys::Typed(text) => text.clone(),
    };
    let members = [
        ("TransactionId", session.id.as_str()),
        ("USSDServiceCode", session.code.trim_matches(['*', '#'])),
        ("USSDRequestString", &typed),
        ("MSISDN", session.phone.trim_start_matches('+')),
        ("USSDEncoding", "GSM0338"),
        ("TransactionTime", &now.to_rfc3339()),
    ];
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| {
            format!("<member><name>{name}</name><value><string>{}</string></value></member>", escape(*value))
        })
        .collect();
    let body = format!(
        "<?xml version='1.0'?>\n<methodCall>\n<methodName>handleUSSD</methodName>\n<params>\n<param>\n<value><struct>\n{}\n</struct></value>\n</param>\n</params>\n</methodCall>\n",
        members.join("\n")
    );
    Request { content_type: "text/xml", body }
}

pub(super) fn read(session: &Session, text: &str) -> Result<Screen, String> {
    let members = members(text)?;
    if let Some(code) = members.get("faultCode") {
        let said = members.get("faultString").map_or("", String::as_str);
        return Err(format!("the answer is fault {code}: {said}"));
    }
    let needed = |name: &str| members.get(name).ok_or_else(|| format!("{name} is missing"));
    if *needed("TransactionId")? != session.id {
        return Err("TransactionId is another session's".to_owned());
    }
    for name in ["MSISDN", "TransactionTime", "USSDEncoding", "USSDServiceCode"] {
        needed(name)?;
    }
    let ended = match needed("action")?.as_str() {
        "request" => false,
        "end" | "notify" => true,
        other => return Err(format!("action is {other:?}: expected request, notify or end")),
    };
    Ok(Screen { text: needed("USSDResponseString")?.clone(), ended, client_state: None })
}

/// The members of the answer's structure, by name.
fn members(text: &str) -> Result<BTreeMap<String, String>, String> {
    let broken = |error: &dyn std::fmt::Display| format!("the answer is not XML: {error}");
    let mut reader = Reader::from_str(text);
    let mut members = BTreeMap::new();
    let (mut path, mut name, mut said) = (Vec::new(), String::new(), String::new());
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(start) => {
                path.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
                said.clear();
            }
            Event::Empty(_) => said.clear(),
            Event::Text(part) => said.push_str(&part.decode().map_err(|error| broken(&error))?),
            Event::GeneralRef(part) => {
                let entity = part.decode().map_err(|error| broken(&error))?;
                match part.resolve_char_ref() {
                    Ok(Some(letter)) => said.push(letter),
                    _ => said.push_str(resolve_predefined_entity(&entity).ok_or("the answer uses an unknown entity")?),
                }
            }
            Event::End(_) => match path.pop().as_deref() {
                Some("name") => name = std::mem::take(&mut said),
                Some("string" | "int" | "i4" | "boolean" | "dateTime.iso8601") => {
                    members.insert(name.clone(), std::mem::take(&mut said));
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    if text.contains("<methodResponse>") { Ok(members) } else { Err("the answer has no methodResponse".to_owned()) }
}
