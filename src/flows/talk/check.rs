//! Holds what came against what was expected.

use super::read::duration;
use super::screen;
use super::script::{Named, Pin};
use super::session::Session;
use super::trouble::Trouble;
use super::typed::{is, json, word};
use crate::flows::messages::print;
use crate::flows::reader::describe;
use crate::flows::source::{Kind, Node};
use crate::flows::turn::{Channel, Count, Rests};

/// What `check` can look at.
pub(super) const KNOWN: [&str; 14] = [
    "done",
    "ended",
    "at",
    "values",
    "alarm_in",
    "bytes_at_most",
    "screen_at_most",
    "tags",
    "language",
    "jobs",
    "counts",
    "fault",
    "by",
    "rests",
];

impl Session<'_> {
    /// The names of what was said, and what is pinned of it.
    pub(super) fn compare(&self, named: &[Named], said: &[String]) -> Result<(), Trouble> {
        let wanted: Vec<&str> = named.iter().map(|named| named.name.as_str()).collect();
        equal(&list(&wanted), &list(&said.iter().map(String::as_str).collect::<Vec<_>>()))?;
        for pin in named.iter().flat_map(|named| &named.pins) {
            self.pin(pin)?;
        }
        Ok(())
    }

    pub(super) fn pin(&self, pin: &Pin) -> Result<(), Trouble> {
        let sent = &self.sent;
        let all = || sent.iter().map(screen::print).collect::<String>();
        match pin {
            Pin::Has(text) if all().contains(text.as_str()) => Ok(()),
            Pin::Has(text) => Err(otherwise(format!("a message that has {text:?}"), all())),
            Pin::Text(text) if sent.iter().any(|content| screen::body(content) == text) => Ok(()),
            Pin::Text(text) => Err(otherwise(format!("the text {text:?}"), all())),
            Pin::Is(kind) if sent.iter().any(|content| screen::kind(content) == kind) => Ok(()),
            Pin::Is(kind) => {
                let kinds: Vec<&str> = sent.iter().map(screen::kind).collect();
                Err(otherwise(format!("a message that is {kind}"), list(&kinds)))
            }
            Pin::ScreenAtMost(most) => {
                let longest = sent.iter().map(|content| screen::body(content).chars().count()).max().unwrap_or(0);
                if longest <= *most {
                    return Ok(());
                }
                Err(otherwise(format!("screens of at most {most} characters"), format!("one of {longest}\n{}", all())))
            }
        }
    }

    /// One `what: wanted` of a `check`.
    pub(super) fn check(&self, what: &str, wanted: &Node) -> Result<(), Trouble> {
        match what {
            "done" => {
                let done: Vec<&str> = self.world.done.iter().map(String::as_str).collect();
                equal(&words(wanted), &list(&done))
            }
            "ended" => equal(&word(wanted).unwrap_or_default(), &(!self.state.is_open()).to_string()),
            "at" => {
                let at = self.state.place().map(|(flow, at)| format!("{flow}/{at}"));
                equal(&word(wanted).unwrap_or_else(|| "nowhere".to_owned()), at.as_deref().unwrap_or("nowhere"))
            }
            "language" => {
                let language = self.state.language().unwrap_or(&self.context.language);
                equal(&word(wanted).unwrap_or_default(), language)
            }
            "alarm_in" => self.alarm_in(wanted),
            "bytes_at_most" => {
                let bytes = serde_json::to_vec(&self.state).map_or(usize::MAX, |bytes| bytes.len());
                match wanted.kind {
                    Kind::Whole(most) if bytes as i64 <= most => Ok(()),
                    _ => Err(otherwise(format!("a session of at most {} bytes", describe(wanted)), bytes.to_string())),
                }
            }
            "fault" => {
                let faults: Vec<&str> = self.faults.iter().map(|fault| fault.as_str()).collect();
                match word(wanted) {
                    Some(fault) if faults.contains(&fault.as_str()) => Ok(()),
                    _ => Err(otherwise(format!("the fault {}", describe(wanted)), list(&faults))),
                }
            }
            "screen_at_most" => match wanted.kind {
                Kind::Whole(most) => self.pin(&Pin::ScreenAtMost(usize::try_from(most).unwrap_or_default())),
                _ => Err(Trouble::Impossible("screen_at_most is a number of characters".to_owned())),
            },
            "tags" => equal(&words(wanted), &list(&self.tags())),
            "jobs" => {
                let jobs: Vec<&str> = self.jobs.iter().map(|job| job.name.as_str()).collect();
                equal(&words(wanted), &list(&jobs))
            }
            "counts" => self.counted(wanted),
            "by" => equal(&word(wanted).unwrap_or_default(), self.by.map_or("nothing", Channel::as_str)),
            "rests" => {
                let rests = match self.rests {
                    Rests::Question => "question",
                    Rests::Waiting => "waiting",
                    Rests::Ended => "ended",
                };
                equal(&word(wanted).unwrap_or_default(), rests)
            }
            "values" => self.values(wanted),
            other => Err(Trouble::Impossible(format!("check knows no \"{other}\""))),
        }
    }

    fn tags(&self) -> Vec<&str> {
        self.state.tags().collect()
    }

    /// `{booking/menu.menu: {entered: 1, answered: 1}}`, of all turns so far.
    fn counted(&self, wanted: &Node) -> Result<(), Trouble> {
        let Kind::Map(steps) = &wanted.kind else {
            return Err(Trouble::Impossible("counts are a map: {flow/scene.step: {entered: 1}}".to_owned()));
        };
        for (step, wanted) in steps {
            let Kind::Map(passings) = &wanted.kind else { continue };
            for (passing, wanted) in passings {
                let same = |count: &&Count| {
                    format!("{}/{}", count.flow, count.step) == step.name && count.what.as_str() == passing.name
                };
                let found = self.counts.iter().filter(same).count();
                equal(
                    &format!("{} {} {}", step.name, passing.name, word(wanted).unwrap_or_default()),
                    &format!("{} {} {found}", step.name, passing.name),
                )?;
            }
        }
        Ok(())
    }

    fn alarm_in(&self, wanted: &Node) -> Result<(), Trouble> {
        let at = match word(wanted) {
            None => None,
            Some(text) => {
                let time = duration(&text).ok_or_else(|| format!("alarm_in is a duration such as 8m, not {text:?}"))?;
                Some(self.context.now + time)
            }
        };
        if self.alarm == at {
            return Ok(());
        }
        let got = self.alarm.map_or_else(
            || "no alarm".to_owned(),
            |alarm| format!("an alarm in {} seconds", (alarm - self.context.now).num_seconds()),
        );
        let expected = word(wanted).map_or_else(|| "no alarm".to_owned(), |time| format!("an alarm in {time}"));
        Err(otherwise(expected, got))
    }

    fn values(&self, wanted: &Node) -> Result<(), Trouble> {
        let Kind::Map(pairs) = &wanted.kind else {
            return Err(Trouble::Impossible("values are a map of names to values".to_owned()));
        };
        let zone = self.context.zone;
        for (key, wanted) in pairs {
            let found = match key.name.strip_prefix("contact.") {
                Some(field) => self.state.contact.get(field),
                None => self.state.value(&key.name),
            };
            let same = match (found, &wanted.kind) {
                (None, Kind::Empty) => true,
                (None, _) => false,
                (Some(value), _) => is(value, wanted, zone) || self.is_row(value, wanted),
            };
            if !same {
                let got = found.map_or_else(
                    || "nothing".to_owned(),
                    |value| format!("{} ({})", print(value, zone), serde_json::to_string(value).unwrap_or_default()),
                );
                return Err(otherwise(format!("{} = {}", key.name, json(wanted)), format!("{} = {got}", key.name)));
            }
        }
        Ok(())
    }

    /// Whether a value is the row of this name, or its id.
    fn is_row(&self, value: &crate::flows::value::Value, wanted: &Node) -> bool {
        let row = word(wanted).and_then(|name| self.world.row(&name));
        let Some(id) = row.and_then(|row| super::typed::field(row, "id")) else { return false };
        is(value.field("id").unwrap_or(value), id, self.context.zone)
    }
}

fn otherwise(expected: String, got: String) -> Trouble {
    Trouble::Otherwise { expected, got }
}

fn equal(expected: &str, got: &str) -> Result<(), Trouble> {
    if expected == got {
        return Ok(());
    }
    Err(otherwise(expected.to_owned(), got.to_owned()))
}

/// Names as a test writes them.
fn list(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    }
}

fn words(node: &Node) -> String {
    match &node.kind {
        Kind::List(items) => {
            list(&items.iter().filter_map(word).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>())
        }
        _ => word(node).unwrap_or_else(|| "nothing".to_owned()),
    }
}
