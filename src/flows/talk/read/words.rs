//! Single words of a test: channels, lengths of time, instants; and the mistakes where something else stands.

use chrono::{Duration, NaiveDateTime, Utc};

use super::Reader;
use crate::domain::Timestamp;
use crate::flows::mistake::{Mistakes, did_you_mean};
use crate::flows::reader::{Keys, describe};
use crate::flows::source::Node;
use crate::flows::talk::typed::word;
use crate::flows::turn::Channel;

/// A time jump at most.
const LATER_MAX_D: i64 = 3_650;

impl Reader<'_> {
    pub(super) fn channel(&mut self, node: &Node) -> Option<Channel> {
        Channel::named(&self.one_of(node, "a channel", &["whatsapp", "ussd", "sms"])?)
    }

    pub(super) fn one_of(&mut self, node: &Node, what: &str, known: &[&str]) -> Option<String> {
        let found = word(node).filter(|word| known.contains(&word.as_str()));
        if found.is_none() {
            let mend = did_you_mean(&word(node).unwrap_or_default(), known.iter().copied(), "write one of them");
            let what = format!("{what} is one of {}", known.join(", "));
            self.mistakes.add(node.at, what, format!("here stands {}", describe(node)), mend);
        }
        found
    }

    pub(super) fn duration(&mut self, node: &Node) -> Option<Duration> {
        let found = word(node).as_deref().and_then(duration);
        if found.is_none() {
            self.expected(node, "here stands a duration", "write 25s, 10m, 2h or 1d");
        }
        found
    }

    pub(super) fn expected(&mut self, node: &Node, what: &str, mend: &str) {
        self.mistakes.add(node.at, what, format!("here stands {}", describe(node)), mend);
    }
}

/// The pairs of a map, owned.
pub(super) fn pairs(node: Option<&Node>, what: &str, mistakes: &mut Mistakes) -> Vec<(String, Node)> {
    let keys = node.and_then(|node| Keys::of(node, what, mistakes));
    keys.map_or_else(Vec::new, |keys| {
        keys.pairs().iter().map(|(key, value)| (key.name.clone(), value.clone())).collect()
    })
}

/// `2026-11-20T10:00 Africa/Kigali`.
pub(super) fn now(text: &str) -> Option<(Timestamp, chrono_tz::Tz)> {
    let (at, zone) = text.split_once(' ')?;
    let zone: chrono_tz::Tz = zone.trim().parse().ok()?;
    let at = NaiveDateTime::parse_from_str(at, "%Y-%m-%dT%H:%M").ok()?;
    Some((at.and_local_timezone(zone).earliest()?.with_timezone(&Utc), zone))
}

/// `25s`, `10m`, `2h`, `1d`.
pub(in crate::flows::talk) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    let time = match unit {
        "s" => Duration::try_seconds(number),
        "m" => Duration::try_minutes(number),
        "h" => Duration::try_hours(number),
        "d" => Duration::try_days(number),
        _ => None,
    }?;
    (time >= Duration::zero() && time.num_days() <= LATER_MAX_D).then_some(time)
}
