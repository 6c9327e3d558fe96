//! Gathers what a turn says. Consecutive texts become one message; a prompt is a message of its own.

use crate::domain::Content;
use crate::flows::layout;
use crate::flows::turn::Say;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    messages: Vec<Say>,
    said: Vec<String>,
    pending: String,
    /// Bytes of text so far.
    pub bytes: usize,
}

impl Outbox {
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.said.push(name.to_owned());
        if text.is_empty() {
            return;
        }
        self.bytes += text.len();
        if !self.pending.is_empty() {
            self.pending.push_str("\n\n");
        }
        self.pending.push_str(text);
    }

    pub(super) fn contents(&mut self, name: &str, bytes: usize, contents: Vec<Content>) {
        self.flush();
        self.said.push(name.to_owned());
        self.bytes += bytes;
        self.messages.extend(contents.into_iter().map(say));
    }

    /// A message that goes with the one before it and has no name of its own.
    pub(super) fn further(&mut self, content: Option<Content>) {
        if content.is_some() {
            self.flush();
            self.messages.extend(content.map(say));
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let text = std::mem::take(&mut self.pending);
            self.messages.extend(layout::text(&text).into_iter().map(say));
        }
    }

    /// The messages and the names of what was said, in their order.
    pub(super) fn finish(mut self) -> (Vec<Say>, Vec<String>) {
        self.flush();
        (self.messages, self.said)
    }
}

fn say(content: Content) -> Say {
    Say { content, when_unknown: crate::domain::outbound::WhenUnknown::SendAgain, wake: false, by: None }
}
