//! Gathers what a turn says. Consecutive texts become one message. A prompt is a message of its own on WhatsApp; on USSD and SMS it takes
//! the texts before it into its screen or message.

use super::state::Unread;
use crate::domain::Content;
use crate::domain::outbound::WhenUnknown;
use crate::flows::languages::Language;
use crate::flows::layout::{self, SmsStyle};
use crate::flows::turn::{Channel, Purpose, Say, Screen};

#[derive(Debug)]
pub(super) struct Outbox {
    channel: Channel,
    pub style: SmsStyle,
    messages: Vec<Say>,
    said: Vec<String>,
    pending: String,
    /// Bytes of text so far.
    pub bytes: usize,
    /// The channel by which it all leaves from now on.
    by: Option<Channel>,
    /// What is said from now on is for this.
    purpose: Option<Purpose>,
    /// The channel instead of which it does.
    instead_of: Option<Channel>,
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
        Self {
            channel,
            style: SmsStyle::default(),
            messages,
            said,
            pending,
            bytes: 0,
            by: None,
            purpose: None,
            instead_of: None,
        }
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.said.push(name.to_owned());
        self.go_on(text);
    }

    /// What follows is for this. Messages that are for different things stay apart; a screen is an answer whatever it says.
    pub(super) fn set_purpose(&mut self, purpose: Option<Purpose>) {
        if self.purpose != purpose && self.channel != Channel::Ussd {
            self.flush();
            self.purpose = purpose;
        }
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
        let made = contents.into_iter().map(|content| self.say(content)).collect::<Vec<_>>();
        self.messages.extend(made);
    }

    /// A message that does not hold its words itself.
    pub(super) fn wordless(&mut self, name: &str, content: Content, words: Vec<Content>) {
        self.flush();
        self.said.push(name.to_owned());
        self.messages.push(Say { words, ..self.say(content) });
    }

    /// A message that goes with the one before it and has no name of its own.
    pub(super) fn further(&mut self, content: Option<Content>) {
        if content.is_some() {
            self.flush();
            let made = content.map(|content| self.say(content));
            self.messages.extend(made);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self { style: self.style, by: self.by, instead_of: self.instead_of, ..Self::new(self.channel) };
    }

    /// What follows leaves by the door of this channel, which is the turn's own without `by`.
    pub(super) fn leave_by(&mut self, channel: Channel, by: Option<Channel>) {
        if self.channel != channel {
            self.flush();
            self.channel = channel;
            self.by = by;
            self.instead_of = None;
        }
    }

    /// It leaves by this channel because that of another is shut.
    pub(super) fn leave_instead(&mut self, channel: Channel, by: Option<Channel>, instead_of: Channel) {
        self.leave_by(channel, by);
        self.instead_of = Some(instead_of);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.pending.is_empty()
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let text = std::mem::take(&mut self.pending);
            let contents = layout::text(self.channel, &text, self.style);
            let made = contents.into_iter().map(|content| self.say(content)).collect::<Vec<_>>();
            self.messages.extend(made);
        }
    }

    pub(super) fn finish(&mut self, screen: &Screen, language: &Language) -> Finished {
        let mut unread = None;
        let screen_is_free = self.messages.iter().all(|message| message.by != self.by);
        if self.channel == Channel::Ussd && screen_is_free {
            let (text, rest) = layout::screen(&std::mem::take(&mut self.pending), screen, language);
            if !text.is_empty() {
                let content = Content::Text { text, preview: false };
                self.messages.push(Say { purpose: None, ..self.say(content) });
            }
            unread = rest.map(|(text, key)| Unread { text, key });
        }
        self.flush();
        Finished { messages: std::mem::take(&mut self.messages), said: std::mem::take(&mut self.said), unread }
    }

    fn say(&self, content: Content) -> Say {
        // A code that comes twice confuses, and one that comes late is of no use.
        let is_code = self.purpose == Some(Purpose::Code);
        let when_unknown = if is_code { WhenUnknown::Leave } else { WhenUnknown::SendAgain };
        let (by, purpose, instead_of) = (self.by, self.purpose, self.instead_of);
        Say { content, when_unknown, wake: false, by, purpose, instead_of, words: Vec::new() }
    }
}
