//! STOP, START and HELP: what a person says of the messages she gets, whatever flow is open.
//!
//! On USSD nothing is sent that she did not dial for: there the word only ends the session.

use super::hear::Heard;
use super::run::Run;
use crate::domain::Timestamp;
use crate::flows::keeping::Wish;
use crate::flows::languages::keywords::{Keeping, Keyword, keeping};
use crate::flows::layout::gsm;
use crate::flows::turn::{Channel, Purpose};
use crate::flows::understand::fold;

/// One segment of an SMS, in septets.
const SEGMENT: usize = 160;

impl Run<'_> {
    /// Whether she says something that is heeded whoever has the conversation: that she wants no more messages, or wants them again.
    pub(super) fn heeds(&self, heard: Heard<'_>) -> bool {
        let Heard::Text(text) = heard else { return false };
        match Keyword::said(&fold(text)) {
            Some(Keyword::Stop) => self.state.is_open() || self.is_sent_to(),
            Some(Keyword::Start) => self.has_stopped(),
            _ => self.is_sent_to() && Keyword::said_of(&fold(text)).is_some(),
        }
    }

    /// Whether it is a word that ends everything.
    pub(super) fn stops(&self, heard: Heard<'_>) -> bool {
        let Heard::Text(text) = heard else { return false };
        Keyword::said(&fold(text)) == Some(Keyword::Stop) && self.heeds(heard)
    }

    /// Hears the words that come before everything else. `true`: the turn is over.
    pub(super) fn kept_first(&mut self, said: &str) -> bool {
        let open = self.state.is_open();
        if let Some((keyword, purpose)) = Keyword::said_of(said).filter(|_| self.is_sent_to()) {
            self.keep_of(keyword, purpose);
            return true;
        }
        match Keyword::said(said) {
            Some(Keyword::Stop) if open || self.is_sent_to() => self.stop(),
            Some(Keyword::Start) if self.has_stopped() => self.start_again(),
            _ if open || self.flow_by_word(said).is_some() => return false,
            keyword => return self.kept_last_as(keyword),
        }
        true
    }

    /// Hears those that may be an answer, once nothing else has taken the text for its own. `true`: the turn is over.
    pub(super) fn kept_last(&mut self, said: &str) -> bool {
        self.kept_last_as(Keyword::said(said))
    }

    fn kept_last_as(&mut self, keyword: Option<Keyword>) -> bool {
        match keyword {
            Some(Keyword::Leave) if self.is_sent_to() => self.stop(),
            Some(Keyword::Again) if self.has_stopped() => self.start_again(),
            Some(Keyword::Help) if self.is_sent_to() && !self.has_own_help() => self.help(),
            _ => return false,
        }
        true
    }

    /// Whether the word asks the engine itself for help: on SMS always, where every network expects the business' name for an answer.
    pub(super) fn asks_help(&self, said: &str) -> bool {
        let own = self.context.channel == Channel::Sms || (self.is_sent_to() && !self.has_own_help());
        own && Keyword::said(said) == Some(Keyword::Help)
    }

    fn has_own_help(&self) -> bool {
        let explains =
            |flow: &crate::flows::definition::Flow| flow.head.anytime.iter().any(|entry| entry.key == "help");
        self.context.channel != Channel::Sms
            && match self.flow() {
                Some(flow) => explains(flow),
                None => self.set.flows.iter().any(|flow| flow.start.otherwise && explains(flow)),
            }
    }

    /// Whether the business can begin to write on this channel.
    fn is_sent_to(&self) -> bool {
        self.context.channel != Channel::Ussd
    }

    /// Whether she has stopped what the business starts here.
    fn has_stopped(&self) -> bool {
        let channel = self.context.channel;
        self.context.opt_outs.iter().any(|one| one.channel == channel && one.purpose.is_none())
    }

    /// Everything ends, and no more messages come. It is confirmed once.
    fn stop(&mut self) {
        let (was_open, had_stopped) = (self.state.is_open(), self.has_stopped());
        let words = self.own_texts();
        self.clear();
        self.drop_kept();
        if self.is_sent_to() && !had_stopped {
            self.wish = Some(Wish::Stop);
            self.say_kept("stopped", |words| words.stopped);
        } else if was_open {
            self.say_own("stopped", words.texts.stopped);
        }
    }

    /// The network has heard her and has told her so.
    pub(super) fn stopped_by_network(&mut self) {
        self.clear();
        self.drop_kept();
        self.wish = Some(Wish::Stop);
    }

    fn start_again(&mut self) {
        self.wish = Some(Wish::Start);
        self.say_kept("started", |words| words.started);
    }

    /// One purpose is stopped or renewed, and what is open stays open. What changes nothing is not confirmed.
    fn keep_of(&mut self, keyword: Keyword, purpose: Purpose) {
        let channel = self.context.channel;
        let mut own = self.context.opt_outs.iter().filter(|one| one.channel == channel);
        let (name, wish) = match keyword {
            Keyword::Stop if own.any(|one| one.covers(channel, Some(purpose))) => return,
            Keyword::Stop => ("stopped", Wish::StopOf(purpose)),
            _ if own.any(|one| one.purpose == Some(purpose)) => ("started", Wish::StartOf(purpose)),
            _ => return,
        };
        self.wish = Some(wish);
        let words = keeping(self.own_texts().code);
        let text = named(&words.heard_of(keyword, purpose), &self.context.business, words.us);
        self.say_own(name, &text);
    }

    pub(super) fn help(&mut self) {
        self.say_kept("helped", |words| words.helped);
    }

    fn say_kept(&mut self, name: &str, of: impl Fn(&Keeping) -> &'static str) {
        let words = keeping(self.own_texts().code);
        let text = named(of(words), &self.context.business, words.us);
        self.say_own(name, &text);
    }

    /// What stands in the place of the options of a question that the business asks by SMS, where the person can answer by dialling: an SMS
    /// would cost her something.
    pub(super) fn dial_to_answer(&self) -> Option<String> {
        if self.asked_now || self.door.channel != Channel::Sms {
            return None;
        }
        let code = self.context.invitation.as_ref()?.ussd.as_deref()?;
        Some(keeping(self.own_texts().code).dial.replace("{code}", code))
    }

    /// When a reminder for this instant goes: before the quiet hours it falls into.
    pub(crate) fn reminder_at(&self, at: Timestamp) -> Timestamp {
        self.context.quiet.map_or(at, |quiet| quiet.before(at, self.context.zone))
    }
}

/// A text with the business' name, in one segment that every phone can show: letters that phones lack are replaced, and a name too long is cut.
fn named(text: &str, business: &str, us: &str) -> String {
    let plain = gsm::plain(business.trim());
    let readable = if business.contains('?') { plain.into_owned() } else { plain.replace('?', "") };
    let readable = readable.split_whitespace().collect::<Vec<_>>().join(" ");
    let readable = if readable.chars().any(char::is_alphanumeric) { readable.as_str() } else { us };
    let taken = gsm::septets(&text.replace("{business}", "")).unwrap_or(SEGMENT);
    let name = &readable[..gsm::fitting(readable, SEGMENT.saturating_sub(taken))];
    let text = text.replace("{business}", name.trim_end());
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
