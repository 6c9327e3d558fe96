//! The five ways in which gateways write fields.

mod tree;
mod xmlrpc;

use bytes::Bytes;
use serde_json::Value as Json;

use super::Unreadable;
use super::fields::Fields;

pub(super) use xmlrpc::call;

/// Fields of an HTML form or a query. Broken percent signs and letters stay as they are: what matters is checked field by field.
pub(super) fn pairs(bytes: &[u8], fields: &mut Fields) -> Result<(), Unreadable> {
    url::form_urlencoded::parse(bytes)
        .try_for_each(|(name, value)| fields.add(name.into_owned(), Json::String(value.into_owned())))
}

pub(super) fn json(body: &Bytes, fields: &mut Fields) -> Result<(), Unreadable> {
    let refused = |reason: String| Unreadable::Body { expected: "a JSON object", reason };
    match serde_json::from_slice(body).map_err(|error| refused(place(&error)))? {
        Json::Object(object) => fields.add_object(object),
        _ => Err(refused("it is another value".to_owned())),
    }
}

/// Where JSON breaks; the parser's own words could quote the body.
fn place(error: &serde_json::Error) -> String {
    format!("it breaks at line {}, column {}", error.line(), error.column())
}

/// Elements and attributes (`@name`) below the root.
pub(super) fn xml(body: &Bytes, fields: &mut Fields) -> Result<(), Unreadable> {
    let root = tree::read(body)?;
    add_element(&root, "", fields)
}

fn add_element(element: &tree::Element, prefix: &str, fields: &mut Fields) -> Result<(), Unreadable> {
    let join = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    for (name, value) in &element.attributes {
        fields.add(join(&format!("@{name}")), Json::String(value.clone()))?;
    }
    for child in &element.children {
        let path = join(&child.name);
        if child.children.is_empty() {
            fields.add(path.as_str(), Json::String(child.text.clone()))?;
        }
        add_element(child, &path, fields)?;
    }
    Ok(())
}
