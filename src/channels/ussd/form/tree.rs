//! A small XML document as a tree of elements: no DTD, no entities of its own, bounded depth and size.

use bytes::Bytes;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::Unreadable;

const DEPTH_MAX: usize = 16;
const ELEMENTS_MAX: usize = 400;

/// An element without its namespace.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// Its own text; that of elements which hold elements is their indentation.
    pub text: String,
}

impl Element {
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// The root of a document.
pub(super) fn read(body: &Bytes) -> Result<Element, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| refused("it is not UTF-8"))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = vec![Element::default()];
    let mut elements = 0;
    loop {
        match reader.read_event().map_err(|_| refused("it breaks"))? {
            Event::Start(start) => open.push(begin(&start, open.len(), &mut elements)?),
            Event::Empty(start) => {
                let element = begin(&start, open.len(), &mut elements)?;
                close(&mut open, element);
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(&mut open, element);
                }
            }
            Event::Text(text) => say(&mut open, &text.xml10_content().map_err(|_| refused("a text breaks"))?),
            Event::CData(text) => say(&mut open, &text.xml10_content().map_err(|_| refused("a text breaks"))?),
            Event::GeneralRef(reference) => say(&mut open, &resolved(&reference)?),
            Event::DocType(_) => return Err(refused("it has a document type")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let document = open.pop().filter(|_| open.is_empty()).ok_or_else(|| refused("an element is not closed"))?;
    document.children.into_iter().next().ok_or_else(|| refused("it has no element"))
}

fn begin(start: &BytesStart<'_>, depth: usize, elements: &mut usize) -> Result<Element, Unreadable> {
    *elements += 1;
    if depth > DEPTH_MAX || *elements > ELEMENTS_MAX {
        return Err(refused("it is too deep or too long"));
    }
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| refused("an attribute breaks"))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| refused("an attribute breaks"))?;
        attributes.push((name(attribute.key.local_name().as_ref()), value.into_owned()));
    }
    Ok(Element { name: name(start.local_name().as_ref()), attributes, ..Element::default() })
}

fn close(open: &mut Vec<Element>, element: Element) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => open.push(element),
    }
}

fn say(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// `&amp;` and its like, and letters by their number. Anything else would have to be declared.
fn resolved(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Ok(letter.to_string());
    }
    let name = reference.decode().map_err(|_| refused("a text breaks"))?;
    resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| refused("it uses an entity that XML does not know"))
}

fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn refused(reason: &str) -> Unreadable {
    Unreadable::Body { expected: "an XML document", reason: reason.to_owned() }
}
