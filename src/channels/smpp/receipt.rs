//! Delivery receipts: what a message centre says in the text of one (appendix B) and in the parameters beside it.
//!
//! The text is a habit, not a standard: `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…`, with keys left out, in other
//! letters and with other separators.

use chrono::{NaiveDate, NaiveDateTime};

use crate::domain::DeliveryState;

/// What became of a message. Source: SMPP 3.4, section 5.2.28; the two that 5.0 adds (scheduled, skipped) are in use at older centres too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Scheduled,
    EnRoute,
    Delivered,
    Expired,
    Deleted,
    Undeliverable,
    Accepted,
    Unknown,
    Rejected,
    Skipped,
}

impl State {
    /// By the value of `message_state`.
    pub fn from_value(value: u8) -> Option<Self> {
        Some(match value {
            0 => Self::Scheduled,
            1 => Self::EnRoute,
            2 => Self::Delivered,
            3 => Self::Expired,
            4 => Self::Deleted,
            5 => Self::Undeliverable,
            6 => Self::Accepted,
            7 => Self::Unknown,
            8 => Self::Rejected,
            9 => Self::Skipped,
            _ => return None,
        })
    }

    /// By the word of a text: the seven letters of the specification, or the whole word as some write it.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_uppercase().as_str() {
            "SCHEDLD" | "SCHEDULED" => Self::Scheduled,
            "ENROUTE" | "EN_ROUTE" | "BUFFERED" | "BUFFRED" => Self::EnRoute,
            "DELIVRD" | "DELIVERED" => Self::Delivered,
            "EXPIRED" => Self::Expired,
            "DELETED" => Self::Deleted,
            "UNDELIV" | "UNDELIVERABLE" | "UNDELIVERED" | "UNDELIVRD" | "FAILED" => Self::Undeliverable,
            "ACCEPTD" | "ACCEPTED" => Self::Accepted,
            "UNKNOWN" => Self::Unknown,
            "REJECTD" | "REJECTED" => Self::Rejected,
            "SKIPPED" => Self::Skipped,
            _ => return None,
        })
    }

    /// In our words. `None` says nothing about the message.
    pub fn delivery(self) -> Option<DeliveryState> {
        match self {
            Self::Delivered => Some(DeliveryState::Delivered),
            Self::Scheduled | Self::EnRoute | Self::Accepted => Some(DeliveryState::Sent),
            Self::Expired | Self::Deleted | Self::Undeliverable | Self::Rejected | Self::Skipped => {
                Some(DeliveryState::Failed)
            }
            Self::Unknown => None,
        }
    }

    /// The word of the specification.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDLD",
            Self::EnRoute => "ENROUTE",
            Self::Delivered => "DELIVRD",
            Self::Expired => "EXPIRED",
            Self::Deleted => "DELETED",
            Self::Undeliverable => "UNDELIV",
            Self::Accepted => "ACCEPTD",
            Self::Unknown => "UNKNOWN",
            Self::Rejected => "REJECTD",
            Self::Skipped => "SKIPPED",
        }
    }
}

/// What a receipt's text says. Any of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptText {
    pub id: Option<String>,
    pub state: Option<State>,
    /// The network's own code; letters at some.
    pub error: Option<String>,
    /// On the message centre's clock, whose zone nobody knows.
    pub done: Option<NaiveDateTime>,
}

/// The keys, and how they are written besides. What follows `text` is the beginning of our own message.
const KEYS: [(Key, &str); 11] = [
    (Key::Id, "id:"),
    (Key::Other, "sub:"),
    (Key::Other, "dlvrd:"),
    (Key::Other, "submit date:"),
    (Key::Other, "submit_date:"),
    (Key::Done, "done date:"),
    (Key::Done, "done_date:"),
    (Key::State, "stat:"),
    (Key::State, "status:"),
    (Key::Error, "err:"),
    (Key::Text, "text:"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    State,
    Error,
    Done,
    Other,
    Text,
}

impl ReceiptText {
    /// Reads what can be read. A text that is no receipt has neither id nor state.
    pub fn read(text: &str) -> Self {
        let mut read = Self::default();
        let mut rest = text;
        while let Some((key, after)) = next_key(rest) {
            if key == Key::Text {
                break;
            }
            let end = next_key_at(after).unwrap_or(after.len());
            let value =
                after[..end].trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';' | '"'));
            if !value.is_empty() {
                read.put(key, value);
            }
            rest = &after[end..];
        }
        read
    }

    /// Where a key stands twice the first one counts.
    fn put(&mut self, key: Key, value: &str) {
        let word = value.split_whitespace().next().unwrap_or(value);
        match key {
            Key::Id => _ = self.id.get_or_insert_with(|| word.to_owned()),
            Key::State => self.state = self.state.or_else(|| State::from_word(word)),
            Key::Error => _ = self.error.get_or_insert_with(|| word.to_owned()),
            Key::Done => self.done = self.done.or_else(|| date(value)),
            Key::Other | Key::Text => {}
        }
    }

    /// It names a message and says something about it.
    pub fn is_receipt(&self) -> bool {
        self.id.is_some() && self.state.is_some()
    }

    /// The network's code as a number; 0 where there is none or it has letters.
    pub fn error_code(&self) -> i64 {
        self.error.as_deref().and_then(|error| error.parse().ok()).unwrap_or(0)
    }
}

/// The first key of a text, and what follows it.
fn next_key(text: &str) -> Option<(Key, &str)> {
    let at = next_key_at(text)?;
    let (key, written) = KEYS.into_iter().find(|(_, written)| starts_with(&text[at..], written))?;
    Some((key, &text[at + written.len()..]))
}

/// Where the first key begins: at the beginning of a word.
fn next_key_at(text: &str) -> Option<usize> {
    let mut at_word = true;
    for (at, letter) in text.char_indices() {
        if at_word && KEYS.iter().any(|(_, written)| starts_with(&text[at..], written)) {
            return Some(at);
        }
        at_word = letter.is_whitespace() || matches!(letter, ',' | ';' | '"');
    }
    None
}

fn starts_with(text: &str, written: &str) -> bool {
    text.as_bytes().get(..written.len()).is_some_and(|head| head.eq_ignore_ascii_case(written.as_bytes()))
}

/// `YYMMDDhhmm`, with seconds at some, with the whole year at others.
fn date(value: &str) -> Option<NaiveDateTime> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.len() {
        10 => format!("20{digits}00"),
        12 if digits.starts_with("20")
            && two(&digits, 4).is_some_and(|month| (1..=12).contains(&month))
            && two(&digits, 2) > Some(12) =>
        {
            format!("{digits}00")
        }
        12 => format!("20{digits}"),
        14 => digits,
        _ => return None,
    };
    let year = digits.get(..4)?.parse().ok()?;
    let date = NaiveDate::from_ymd_opt(year, two(&digits, 4)?, two(&digits, 6)?)?;
    date.and_hms_opt(two(&digits, 8)?, two(&digits, 10)?, two(&digits, 12)?)
}

fn two(digits: &str, at: usize) -> Option<u32> {
    digits.get(at..at + 2)?.parse().ok()
}
