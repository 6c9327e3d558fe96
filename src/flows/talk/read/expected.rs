//! What the bot is expected to say: names of messages, pinned or not, everywhere or by channel.

use super::Reader;
use crate::flows::reader::Keys;
use crate::flows::source::{Key, Kind, Node};
use crate::flows::talk::screen;
use crate::flows::talk::script::{Expected, Named, Pin};
use crate::flows::talk::typed::word;
use crate::flows::turn::Channel;

impl Reader<'_> {
    pub(super) fn expected_bot(&mut self, node: &Node) -> Expected {
        let by_channel = |pairs: &[(Key, Node)]| {
            !pairs.is_empty() && pairs.iter().all(|(key, _)| key.name == "else" || Channel::named(&key.name).is_some())
        };
        match &node.kind {
            Kind::Map(pairs) if by_channel(pairs) => Expected::PerChannel(
                pairs.iter().map(|(key, value)| (Channel::named(&key.name), self.names(value))).collect(),
            ),
            _ => Expected::Everywhere(self.names(node)),
        }
    }

    pub(super) fn names(&mut self, node: &Node) -> Vec<Named> {
        match &node.kind {
            Kind::Empty => Vec::new(),
            Kind::List(items) => items.iter().flat_map(|item| self.names(item)).collect(),
            Kind::Map(pairs) => {
                pairs.iter().map(|(key, pins)| Named { name: key.name.clone(), pins: self.pins(pins) }).collect()
            }
            _ => word(node).into_iter().map(|name| Named { name, pins: Vec::new() }).collect(),
        }
    }

    pub(super) fn pins(&mut self, node: &Node) -> Vec<Pin> {
        let Some(mut keys) = Keys::of(node, "what is expected of a message", self.mistakes) else { return Vec::new() };
        let mut pins = Vec::new();
        match keys.take("has").map(|node| (node, &node.kind)) {
            Some((_, Kind::List(items))) => pins.extend(items.iter().filter_map(word).map(Pin::Has)),
            Some((node, _)) => pins.extend(word(node).map(Pin::Has)),
            None => {}
        }
        pins.extend(keys.take("text").and_then(word).map(Pin::Text));
        if let Some(node) = keys.take("is") {
            pins.extend(self.one_of(node, "is", &screen::KINDS).map(Pin::Is));
        }
        let screen = keys.whole("screen_at_most", 1, 100_000, self.mistakes);
        pins.extend(screen.map(|chars| Pin::ScreenAtMost(chars as usize)));
        keys.finish("what is expected of a message", self.mistakes);
        pins
    }
}
