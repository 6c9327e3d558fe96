//! Gathers what a turn says. Consecutive texts become one message. A prompt is a message of its own on WhatsApp; on USSD and SMS it takes
//! the texts before it into its screen or message.

use super::state::Unread;
use crate::domain::Content;
use crate::flows::languages::Language;
use crate::flows::layout::{self, SmsStyle};
use crate::flows::turn::{Channel, Say, Screen};

#[derive(Debug)]
pub(super) struct Outbox {
    channel: Channel,
    pub style: SmsStyle,
    messages: Vec<Say>,
    said: Vec<String>,
    pending: String,
    /// Bytes of text so far.
    pub bytes: usize,
}

/// All that was said.
pub(super) struct Finished {
    pub messages: Vec<Say>,
    /// The names of what was said, in their order.
    pub said: Vec<String>,
    /// What the screen had no room for.
    pub unread: Option<Unread>,
}

impl Outbox {
    pub(super) fn new(channel: Channel) -> Self {
        let (messages, said, pending) = (Vec::new(), Vec::new(), String::new());
        Self { channel, style: SmsStyle::default(), messages, said, pending, bytes: 0 }
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.said.push(name.to_owned());
        self.go_on(text);
    }

    /// More of a text whose beginning was said in an earlier turn.
    pub(super) fn go_on(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.bytes += text.len();
        if !self.pending.is_empty() {
            self.pending.push_str("\n\n");
        }
        self.pending.push_str(text);
    }

    /// What was said before a prompt, where the prompt takes it into its own message.
    pub(super) fn lead(&mut self) -> String {
        match self.channel {
            Channel::WhatsApp => String::new(),
            Channel::Ussd | Channel::Sms => std::mem::take(&mut self.pending),
        }
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
        *self = Self { style: self.style, ..Self::new(self.channel) };
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let text = std::mem::take(&mut self.pending);
            self.messages.extend(layout::text(self.channel, &text, self.style).into_iter().map(say));
        }
    }

    pub(super) fn finish(&mut self, screen: &Screen, language: &Language) -> Finished {
        let mut unread = None;
        if self.channel == Channel::Ussd && self.messages.is_empty() {
            let (text, rest) = layout::screen(&std::mem::take(&mut self.pending), screen, language);
            if !text.is_empty() {
                self.messages.push(say(Content::Text { text, preview: false }));
            }
            unread = rest.map(|(text, key)| Unread { text, key });
        }
        self.flush();
        Finished { messages: std::mem::take(&mut self.messages), said: std::mem::take(&mut self.said), unread }
    }
}

fn say(content: Content) -> Say {
    Say { content, when_unknown: crate::domain::outbound::WhenUnknown::SendAgain, wake: false, by: None }
}
