//! A test, and what holds for all its exchanges: said by the file, or by the test itself.

use super::Reader;
use super::words::{now, pairs};
use crate::domain::Timestamp;
use crate::flows::reader::Keys;
use crate::flows::source::{Kind, Node};
use crate::flows::talk::script::Test;
use crate::flows::talk::typed::word;
use crate::flows::turn::Channel;

/// When nothing else is said, talks begin then, in Kigali: 2026-11-20T10:00.
const NOW: i64 = 1_795_161_600;

/// What a file gives to those of its tests that do not say otherwise.
pub(super) struct Given {
    pub flow: Option<String>,
    pub now: (Timestamp, chrono_tz::Tz),
    pub language: String,
    pub profile: Option<String>,
    pub shares: u64,
    pub contact: Vec<(String, Node)>,
    pub doors: Vec<Channel>,
    pub numbers: Vec<(Channel, String)>,
    pub channels: Vec<Channel>,
}

impl Default for Given {
    fn default() -> Self {
        Self {
            flow: None,
            now: (Timestamp::from_timestamp(NOW, 0).unwrap_or_default(), chrono_tz::Africa::Kigali),
            language: "en".to_owned(),
            profile: None,
            shares: 0,
            contact: Vec::new(),
            doors: Vec::new(),
            numbers: Vec::new(),
            channels: vec![Channel::WhatsApp],
        }
    }
}

impl Reader<'_> {
    /// What a file or a test says of all its exchanges.
    pub(super) fn given(&mut self, keys: &mut Keys<'_>, above: &Given) -> Given {
        let now = keys.take("now").and_then(|node| {
            let found = word(node).as_deref().and_then(now);
            if found.is_none() {
                self.expected(node, "now is a time and a zone", "write 2026-11-20T10:00 Africa/Kigali");
            }
            found
        });
        let one = keys.take("channel").and_then(|node| Some(vec![self.channel(node)?]));
        let channels = keys.take("channels").and_then(|node| match &node.kind {
            Kind::List(items) if !items.is_empty() => {
                Some(items.iter().filter_map(|item| self.channel(item)).collect())
            }
            _ => {
                self.expected(node, "channels are a list", "write [whatsapp, ussd, sms]");
                None
            }
        });
        let doors = keys.take("doors").map(|node| {
            if let Kind::List(items) = &node.kind {
                return items.iter().filter_map(|item| self.channel(item)).collect();
            }
            self.expected(node, "doors are a list of channels", "write [whatsapp, sms]");
            Vec::new()
        });
        let numbers = keys.take("numbers").map(|node| {
            let written = pairs(Some(node), "numbers", self.mistakes);
            let number = |(name, node): &(String, Node)| Some((Channel::named(name)?, word(node)?));
            let read: Vec<_> = written.iter().filter_map(number).collect();
            if read.len() < written.len() {
                self.expected(node, "numbers are the business's, by channel", "write {whatsapp: \"+250788000100\"}");
            }
            read
        });
        let mut contact = above.contact.clone();
        for (name, value) in pairs(keys.take("contact"), "contact", self.mistakes) {
            contact.retain(|(known, _)| *known != name);
            contact.push((name, value));
        }
        let word = |found: Option<&str>, above: &Option<String>| found.map(str::to_owned).or_else(|| above.clone());
        Given {
            flow: word(keys.text("flow", self.mistakes), &above.flow),
            now: now.unwrap_or(above.now),
            language: keys.text("language", self.mistakes).unwrap_or(&above.language).to_owned(),
            profile: word(keys.text("profile", self.mistakes), &above.profile),
            shares: keys.whole("shares", 0, i64::MAX, self.mistakes).map_or(above.shares, |shares| shares as u64),
            contact,
            doors: doors.unwrap_or_else(|| above.doors.clone()),
            numbers: numbers.unwrap_or_else(|| above.numbers.clone()),
            channels: channels.or(one).unwrap_or_else(|| above.channels.clone()),
        }
    }

    pub(super) fn test(&mut self, node: &Node, above: &Given) -> Option<Test> {
        let mut keys = Keys::of(node, "a test", self.mistakes)?;
        let test = self.one(&mut keys, above);
        keys.finish("a test", self.mistakes);
        Some(test)
    }

    pub(super) fn one(&mut self, keys: &mut Keys<'_>, above: &Given) -> Test {
        let name = keys.text("test", self.mistakes).map(str::to_owned);
        if name.is_none() {
            let mend = "begin with test: a sentence";
            self.mistakes.add(keys.at, "a test has a name", "there is no key \"test\"", mend);
        }
        let given = self.given(keys, above);
        let mut talk = Vec::new();
        match keys.take("talk").map(|node| (node, &node.kind)) {
            Some((_, Kind::List(items))) => {
                for item in items {
                    talk.extend(self.exchange(item));
                }
            }
            Some((node, _)) => self.expected(node, "a talk is a list", "write an exchange a line after \"-\""),
            None => self.mistakes.add(keys.at, "a test has a talk", "there is no key \"talk\"", "add talk:"),
        }
        let Given { flow, now: (now, zone), language, profile, shares, contact, doors, numbers, channels } = given;
        Test {
            name: name.unwrap_or_default(),
            channels,
            flow,
            now,
            zone,
            language,
            profile,
            shares,
            contact,
            doors,
            numbers,
            talk,
        }
    }
}
