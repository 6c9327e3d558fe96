//! What a turn tells the person: messages and prompts, in her language and as the channel's window allows.

use std::borrow::Cow;

use chrono::Duration;
use smol_str::SmolStr;

use super::TEXT_BYTES_MAX;
use super::hear::Heard;
use super::notes::{Passed, Wake};
use super::run::Run;
use super::state::Shown;
use super::walk::Then;
use crate::domain::outbound::{TemplateButton, TemplateParameter};
use crate::domain::{Content, Template};
use crate::flows::definition::Line;
use crate::flows::expression::Scope;
use crate::flows::layout::{self, MORE, Opt, SmsStyle, units};
use crate::flows::messages::Texts;
use crate::flows::steps::Asking;
use crate::flows::turn::{Channel, Fault, Passing, Purpose};
use crate::flows::understand::{self, Hearing, Picked, Seen, fold};
use crate::flows::value::Value;

/// Longest text of a question for a place (the same limit stands among WhatsApp's).
const PLACE_UNITS: usize = 1_024;
/// Questions that `back` remembers.
const TRAIL_MAX: usize = 8;

impl<'a> Run<'a> {
    /// The text of a message or attribute.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.text_with(key, None)
    }

    /// The text of a key in which `extra` (a name and a value) is known too.
    pub(super) fn text_with(&self, key: &str, extra: Option<(&str, &Value)>) -> Option<String> {
        let texts = self.texts()?;
        let look_up = |path: &[String]| match (path, extra) {
            ([name], Some((given, value))) if name == given => Some(Cow::Borrowed(value)),
            _ => self.printed(texts, path),
        };
        texts.text(key, self.context.zone, &look_up)
    }

    /// A value as a message sees it: a chosen fixed option prints its own label.
    fn printed(&self, texts: &Texts, path: &[String]) -> Option<Cow<'_, Value>> {
        let value = self.look_up(path)?;
        if let ([name], Value::Text(option)) = (path, value.as_ref())
            && let Some(label) = texts.plain(&format!("{name}.{option}"))
        {
            return Some(Cow::Owned(Value::text(label)));
        }
        Some(value)
    }

    /// The text of a message's attribute.
    pub(crate) fn text_of(&self, message: &str, attribute: &str) -> Option<String> {
        self.text(&format!("{message}.{attribute}"))
    }

    /// Says a message; `false` when the channel's window is shut and there is no template for it.
    pub(crate) fn say(&mut self, message: &str, template: Option<&str>) -> bool {
        match (self.door.open, template) {
            (true, _) => {
                let text = self.spoken(message);
                self.outbox.style = self.sms_style();
                self.outbox.text(message, &text);
                true
            }
            (false, Some(template)) => {
                let content = self.template(message, template, Vec::new());
                let words = self.as_sms(message, &[]);
                self.outbox.wordless(message, content, words);
                true
            }
            (false, None) => {
                self.faults.push(Fault::WindowShut);
                false
            }
        }
    }

    /// What is said next is for this; else for what the flow began with, unless it answers the person.
    pub(crate) fn say_for(&mut self, purpose: Option<Purpose>) {
        let begun_for = || self.state.stack.iter().rev().find_map(|frame| frame.purpose).filter(|_| !self.asked_now);
        // Service is what everything is for that is for nothing else.
        let purpose = purpose.or_else(begun_for).filter(|purpose| *purpose != Purpose::Service);
        self.outbox.set_purpose(purpose);
    }

    /// A message's text as the channel needs it: `.sms` for SMS, `.plain` for USSD and SMS, where there are such.
    pub(super) fn spoken(&mut self, message: &str) -> String {
        self.spoken_by(self.door.channel, message).unwrap_or_else(|| self.missing(message))
    }

    fn spoken_by(&self, channel: Channel, message: &str) -> Option<String> {
        let own: &[&str] = match channel {
            Channel::WhatsApp => &[],
            Channel::Ussd => &["plain"],
            Channel::Sms => &["sms", "plain"],
        };
        let own = own.iter().find_map(|name| self.text(&format!("{message}.{name}")));
        own.or_else(|| self.text(message))
    }

    /// The words of a message that leaves as a template, should it have to go by SMS; nothing where that is no way.
    fn as_sms(&self, message: &str, options: &[Opt]) -> Vec<Content> {
        if !self.context.fallback.contains(&Channel::Sms) {
            return Vec::new();
        }
        let Some(text) = self.spoken_by(Channel::Sms, message) else { return Vec::new() };
        let words = self.own_texts();
        let prompt = layout::Prompt {
            lead: "",
            text,
            options,
            page: 0,
            previous: false,
            open: words.texts.open,
            language: words,
            mark: "",
            screen: &self.context.screen,
            sms: self.sms_style(),
        };
        layout::prompt(Channel::Sms, prompt).contents
    }

    pub(super) fn sms_style(&self) -> SmsStyle {
        self.flow().map_or_else(SmsStyle::default, |flow| flow.head.sms)
    }

    /// One of the engine's own texts.
    pub(super) fn say_own(&mut self, name: &str, text: &str) {
        if self.door.open {
            self.say_for(None);
            self.outbox.text(name, text);
        }
    }

    fn missing(&mut self, message: &str) -> String {
        self.faults.push(Fault::Message);
        message.to_owned()
    }

    pub(super) fn over_budget(&self) -> bool {
        self.outbox.bytes > TEXT_BYTES_MAX
    }

    /// A template with the message's attributes `.template-1`, `.template-2`, … as its parameters.
    fn template(&self, message: &str, name: &str, buttons: Vec<TemplateButton>) -> Content {
        let parameter = |n: usize| self.text(&format!("{message}.template-{n}"));
        let body = (1..).map_while(parameter).map(|text| TemplateParameter::Text { text, name: None }).collect();
        let language = self.texts().map_or("en", |texts| texts.code.as_str()).to_owned();
        Content::Template(Template { name: name.to_owned(), language, header: Vec::new(), body, buttons })
    }

    /// A fixed option of a message, with its labels.
    pub(crate) fn option(&self, message: &str, name: &str) -> Opt {
        let text = |suffix: &str| self.text(&[message, ".", name, suffix].concat()).map(SmolStr::from);
        Opt {
            id: name.into(),
            label: text("").unwrap_or_else(|| name.into()),
            button: text("-button"),
            key: None,
            note: text("-note"),
        }
    }

    /// Yes and no, by the message's own labels or the engine's.
    pub(crate) fn yes_no_options(&self, message: &str) -> Vec<Opt> {
        let words = &self.own_texts().texts;
        [("yes", words.yes), ("no", words.no)]
            .into_iter()
            .map(|(name, own)| {
                let mut option = self.option(message, name);
                if option.label == name {
                    option.label = own.into();
                }
                option
            })
            .collect()
    }

    /// A question is opened: its tries and timers begin.
    pub(crate) fn begin(&mut self, line: &Line, asking: &Asking) {
        let wake: Vec<Wake> = match self.kept.take() {
            Some((at, wake)) if at == line.id => wake,
            _ => self.silences_of(asking),
        };
        self.rest_at(line);
        let Some(frame) = self.top() else { return };
        frame.tries = 0;
        frame.readings.clear();
        frame.tongue = false;
        frame.wake = wake;
        if !frame.aside {
            self.remember_passing(line);
        }
        self.count(Passing::Entered);
    }

    fn remember_passing(&mut self, line: &Line) {
        let Some(frame) = self.top() else { return };
        match frame.trail.last_mut() {
            Some(last) if last.at == line.id => last.gave.clear(),
            _ => frame.trail.push(Passed { at: line.id.as_str().into(), gave: Vec::new() }),
        }
        if frame.trail.len() > TRAIL_MAX {
            frame.trail.remove(0);
        }
    }

    /// The timers of a question that begins now. Where it has an instant at which its silence ends, what would be due in the past is left
    /// out, but for the last, which is due at once.
    pub(super) fn silences_of(&mut self, asking: &Asking) -> Vec<Wake> {
        let now = self.context.now;
        let until = asking.until.as_ref().and_then(|until| self.value(until));
        let own = (!asking.silence.is_empty()).then_some(&asking.silence);
        let silence = own.or_else(|| self.flow().map(|flow| &flow.head.silence)).into_iter().flatten();
        let after: Vec<u32> = silence.map(|silence| silence.after_s).collect();
        let last_s = after.last().copied().unwrap_or_default();
        let begun = match until {
            Some(Value::DateTime(until)) => until.checked_sub_signed(seconds(last_s)).unwrap_or(now),
            _ => now,
        };
        let wake = |after_s: u32| Some(Wake { at: begun.checked_add_signed(seconds(after_s))?, after_s });
        let due = after.into_iter().filter_map(wake).filter(|wake| wake.at > now || wake.after_s == last_s);
        due.map(|wake| Wake { at: wake.at.max(now), ..wake }).collect()
    }

    /// The session rests at this step.
    pub(crate) fn rest_at(&mut self, line: &Line) {
        if let Some(frame) = self.top() {
            frame.at = line.id.as_str().into();
            frame.shown = None;
        }
    }

    /// Shows the open question.
    pub(crate) fn prompt(&mut self, asking: &'a Asking, options: &[Opt], lead: Option<String>, page: u8) -> Then<'a> {
        self.say_for(asking.purpose);
        let text = self.spoken(&asking.message);
        let digest = digest(self.state.stack.last().map_or("", |frame| &frame.at), &text);
        let number = self.state.prompt.wrapping_add(1);
        let mark = format!("p{number}.{digest:08x}:");
        if asking.template.is_none() && asking.window_shut.is_none() {
            self.fall_back_if_shut();
        }
        if !self.door.open {
            let Some(template) = asking.template.as_deref() else {
                self.faults.push(Fault::WindowShut);
                return Then::Shut(asking.window_shut.as_ref());
            };
            let reply = |(n, option): (usize, &Opt)| TemplateButton::QuickReply {
                index: n as u8,
                payload: format!("{mark}{}", option.id),
            };
            let content = self.template(&asking.message, template, options.iter().enumerate().map(reply).collect());
            let words = self.as_sms(&asking.message, options);
            self.outbox.wordless(&asking.message, content, words);
            let rows = (0..options.len().min(layout::OPTIONS_MAX) as u8).collect();
            return self.now_shown(Shown { prompt: number, digest, rows, ..Shown::default() });
        }
        let (lead, page) = self.before_question(lead, page);
        let dial = self.dial_to_answer().filter(|_| !options.is_empty());
        if let Some(dial) = dial {
            let said = [lead.trim(), text.trim(), &dial].into_iter().filter(|part| !part.is_empty());
            let said = said.collect::<Vec<_>>().join("\n");
            let contents = layout::text(Channel::Sms, &said, self.sms_style());
            self.outbox.contents(&asking.message, said.len(), contents);
            // She may still answer by SMS, in words.
            let rows = (0..options.len().min(layout::OPTIONS_MAX) as u8).collect();
            return self.now_shown(Shown { prompt: number, digest, rows, ..Shown::default() });
        }
        let open = self.text(&format!("{}.button", asking.message));
        let words = self.own_texts();
        let bytes = text.len() + lead.len();
        let prompt = layout::Prompt {
            lead: &lead,
            text,
            options,
            page,
            previous: self.has_previous(),
            open: open.as_deref().unwrap_or(words.texts.open),
            language: words,
            mark: &mark,
            screen: &self.context.screen,
            sms: self.sms_style(),
        };
        let mut laid = layout::prompt(self.door.channel, prompt);
        if asking.place && self.door.channel == Channel::WhatsApp {
            ask_for_place(&mut laid.contents);
        }
        let contents = std::mem::take(&mut laid.contents);
        self.outbox.contents(&asking.message, bytes, contents);
        self.now_shown(shown(laid, number, digest))
    }

    /// Shows a question of the engine's own.
    pub(super) fn own_prompt(&mut self, name: &str, text: String, options: &[Opt]) -> Shown {
        let number = self.state.prompt.wrapping_add(1);
        self.state.prompt = number;
        let mark = format!("p{number}.{:08x}:", 0);
        let (lead, page) = self.before_question(None, 0);
        let words = self.own_texts();
        let bytes = text.len() + lead.len();
        let prompt = layout::Prompt {
            lead: &lead,
            text,
            options,
            page,
            previous: false,
            open: words.texts.open,
            language: words,
            mark: &mark,
            screen: &self.context.screen,
            sms: self.sms_style(),
        };
        let mut laid = layout::prompt(self.door.channel, prompt);
        let contents = std::mem::take(&mut laid.contents);
        self.outbox.contents(name, bytes, contents);
        shown(laid, number, 0)
    }

    /// What stands before a question, and the page that is shown. Where both share pages, something new to say begins them anew, and what
    /// was said stays with them while they are turned.
    fn before_question(&mut self, lead: Option<String>, page: u8) -> (String, u8) {
        if self.door.channel == Channel::WhatsApp {
            return (lead.unwrap_or_default(), page);
        }
        let said = self.outbox.lead();
        let new: Vec<String> = [said, lead.unwrap_or_default()].into_iter().filter(|text| !text.is_empty()).collect();
        if new.is_empty() {
            return (self.shown().and_then(|shown| shown.lead).unwrap_or_default(), page);
        }
        (new.join("\n\n"), 0)
    }

    /// Whether `back` leads to another question.
    fn has_previous(&self) -> bool {
        self.state.stack.last().is_some_and(|frame| !frame.aside && frame.trail.len() > 1)
    }

    /// Which of the options of the open question a text means, or whether it turns the page.
    pub(crate) fn pick(&self, text: &str, options: &[Opt]) -> Option<Picked> {
        let shown = self.shown()?;
        let seen = Seen {
            rows: &shown.rows,
            numbered: shown.numbered,
            more: shown.more.is_some(),
            back: shown.back.is_some(),
        };
        let hearing = |said: &str| if self.means_elsewhere(said) { Hearing::Strict } else { Hearing::Kind };
        understand::pick(text, options, seen, self.own_texts(), hearing)
    }

    /// Whether a key or the row that turns the page of the open question was used.
    pub(super) fn turned(&self, heard: Heard<'_>, said: &str) -> Option<Then<'a>> {
        let shown = self.shown()?;
        let is = |key: &Option<String>| key.as_deref().is_some_and(|key| fold(key) == said);
        match heard {
            Heard::Tap(tap) => (tap.option == MORE && tap.prompt == shown.prompt).then_some(Then::Page),
            Heard::Text(_) if is(&shown.more) => Some(Then::Page),
            Heard::Text(_) if is(&shown.back) => Some(Then::PageBack),
            _ => None,
        }
    }

    pub(super) fn now_shown(&mut self, shown: Shown) -> Then<'a> {
        self.state.prompt = shown.prompt;
        if let Some(frame) = self.top() {
            frame.shown = Some(shown);
        }
        Then::Rest
    }
}

/// A question for a place, as WhatsApp asks it: with a button that sends where one is.
fn ask_for_place(contents: &mut [Content]) {
    if let [Content::Text { text, .. }] = contents
        && (1..=PLACE_UNITS).contains(&units(text))
    {
        let text = std::mem::take(text);
        contents[0] = Content::LocationRequest { text };
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::seconds(i64::from(seconds))
}

/// FNV-1a: the same on every machine and release, and good enough to tell two prompts of one conversation apart.
fn digest(at: &str, text: &str) -> u32 {
    let bytes = at.bytes().chain(std::iter::once(0)).chain(text.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// What a prompt of this number shows.
fn shown(laid: layout::Laid, prompt: u32, digest: u32) -> Shown {
    let layout::Laid { rows, page, numbered, more, back, lead, .. } = laid;
    Shown { prompt, digest, rows, page, numbered, more, back, lead }
}
