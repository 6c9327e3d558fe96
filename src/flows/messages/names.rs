//! Names of messages and attributes that have a meaning of their own: the one list of them.

/// Attributes that are no option's label.
///
/// `again` (`again-2`, …), `low`, `high`: what stands before a question that is asked again. `plain`: the text in GSM-7, for USSD and SMS.
/// `sms`: the text for SMS alone. `meanwhile`: to other words while the flow waits. `stale`: to a tap on an older question. `words`: what
/// begins the flow. `which`: what stands before the readings of an ambiguous answer. `button`: opens a WhatsApp list. `template-1`, …:
/// parameters of a template. `yes`, `no`: the labels of a yes-or-no question.
const RESERVED: [&str; 13] =
    ["again", "low", "high", "which", "plain", "sms", "meanwhile", "stale", "words", "button", "template", "yes", "no"];

/// Messages that the engine looks up although no step names them, each with the attributes it reads there; `None` for any.
const OWN: [(&str, Option<&[&str]>); 3] =
    [("start", Some(&["words"])), ("anytime", None), ("resume", Some(&["go_on", "restart"]))];

/// Whether an attribute has a meaning of its own, so that no option can be named so.
pub(crate) fn is_reserved(attribute: &str) -> bool {
    RESERVED.contains(&numbered(attribute).unwrap_or(attribute))
}

/// `again` of `again-2`.
fn numbered(attribute: &str) -> Option<&str> {
    let (name, number) = attribute.rsplit_once('-')?;
    (matches!(name, "again" | "template") && number.parse::<u8>().is_ok()).then_some(name)
}

/// Whether the engine itself looks this message up.
pub(crate) fn is_own(id: &str) -> bool {
    OWN.iter().any(|(own, _)| *own == id)
}

/// The attributes that the engine looks up in a message of its own; `None` if any may be.
pub(crate) fn own_attributes(id: &str) -> Option<&'static [&'static str]> {
    OWN.iter().find(|(own, _)| *own == id).and_then(|(_, attributes)| *attributes)
}

/// The option whose label, button or note an attribute is: `book` of `book-note`.
pub(crate) fn option_of(attribute: &str) -> &str {
    ["-button", "-note"].iter().find_map(|suffix| attribute.strip_suffix(suffix)).unwrap_or(attribute)
}
