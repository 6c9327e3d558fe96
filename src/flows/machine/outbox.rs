//! Gathers what a turn says. Consecutive texts become one message; a prompt is a message of its own.

use crate::domain::Content;
use crate::flows::layout;
use crate::flows::turn::{Channel, Say};

#[derive(Debug, Default)]
pub(super) struct Outbox {
    messages: Vec<Say>,
    said: Vec<String>,
    pending: String,
    /// Bytes of text so far.
    pub bytes: usize,
    /// The channel by which it all leaves from now on.
    by: Option<Channel>,
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
        let by = self.by;
        self.messages.extend(contents.into_iter().map(|content| say(content, by)));
    }

    pub(super) fn clear(&mut self) {
        *self = Self { by: self.by, ..Self::default() };
    }

    /// What follows leaves by another door.
    pub(super) fn leave_by(&mut self, by: Option<Channel>) {
        if self.by != by {
            self.flush();
            self.by = by;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.pending.is_empty()
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let text = std::mem::take(&mut self.pending);
            let by = self.by;
            self.messages.extend(layout::text(&text).into_iter().map(|content| say(content, by)));
        }
    }

    /// The messages and the names of what was said, in their order.
    pub(super) fn finish(mut self) -> (Vec<Say>, Vec<String>) {
        self.flush();
        (self.messages, self.said)
    }
}

fn say(content: Content, by: Option<Channel>) -> Say {
    Say { content, when_unknown: crate::domain::outbound::WhenUnknown::SendAgain, wake: false, by }
}
