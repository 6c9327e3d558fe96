//! One session, several doors: by which of them the flow speaks, and what happens when the person comes in by another.

use super::hear::Heard;
use super::run::Run;
use super::state::Shown;
use super::walk::first;
use crate::domain::Referral;
use crate::flows::definition::{Arm, Flow, Return};
use crate::flows::layout::{self, Opt};
use crate::flows::turn::{Channel, Door, Purpose, Question};
use crate::flows::understand::{self, Hearing, Picked, Seen};
use crate::flows::value::{Row, Value};

/// What a person who has come back may choose.
const GO_ON: &str = "go_on";
const RESTART: &str = "restart";

impl<'a> Run<'a> {
    /// The person speaks.
    pub(super) fn person(&mut self, heard: Heard<'_>, referral: Option<&Referral>) -> Option<Question> {
        let channel = self.context.channel;
        let before = self.state.via;
        self.came_by(channel);
        if let Some((flow, arm)) = self.led_here(heard, referral) {
            self.clear();
            let mut here = first(flow);
            self.state.stack.push(super::state::Frame::new(&flow.name, Row::new()));
            let then = self.take(arm, &mut here);
            return self.walk(then, here);
        }
        if self.open_line().is_none() {
            return self.message(heard);
        }
        if self.heeds(heard) {
            return self.message(heard);
        }
        if self.state.resume.is_some() {
            return self.hear_resume(heard);
        }
        if self.is_awaited_here() {
            return self.moved();
        }
        if self.is_awaited() {
            return self.message(heard);
        }
        if before.is_none_or(|before| before == channel) {
            return self.message(heard);
        }
        match self.returning().unwrap_or(Return::Ask) {
            Return::GoOn => {
                self.came_back = true;
                self.message(heard)
            }
            Return::Ask => self.ask_to_resume(),
            Return::Restart => self.restart(),
        }
    }

    /// Staff talk to the person: what she says now she says to them. But she can always stop: that ends the session, and a hand-over with
    /// it.
    pub(super) fn heard_by_staff(&mut self, heard: Heard<'_>) -> Option<Question> {
        let (stops, handed, quiet) = (self.stops(heard), self.is_with_staff(), self.state.quiet_until);
        self.came_by(self.context.channel);
        let asked = if self.heeds(heard) { self.message(heard) } else { None };
        if !(stops && handed) {
            self.state.quiet_until = quiet;
        }
        asked
    }

    /// The scene to which an advertisement or a link leads: by the advertisement's id, or by `#word` in the text that the link wrote.
    fn led_here(&self, heard: Heard<'_>, referral: Option<&Referral>) -> Option<(&'a Flow, &'a Arm)> {
        let text = match heard {
            Heard::Text(text) => text.to_lowercase(),
            _ => String::new(),
        };
        let id = referral.and_then(|referral| referral.source_id.as_deref()).map(str::to_lowercase);
        if id.is_none() && !text.contains('#') {
            return None;
        }
        let tokens = || text.split_whitespace().filter_map(|word| word.strip_prefix('#'));
        self.set.flows.iter().find_map(|flow| {
            let leads = |(key, _): &&(String, Arm)| {
                id.as_deref() == Some(key) || tokens().any(|token| token.trim_end_matches(['.', ',', '!', '?']) == key)
            };
            flow.start.referral.iter().find(leads).map(|(_, arm)| (flow, arm))
        })
    }

    /// What the open flows say of a return.
    pub(super) fn returning(&self) -> Option<Return> {
        self.state.stack.iter().rev().find_map(|frame| self.set.flow(&frame.flow)?.head.resume)
    }

    /// The open question is shown by the door the person stands at now.
    pub(super) fn go_on(&mut self) -> Option<Question> {
        self.state.resume = None;
        let (line, spot) = self.open_line()?;
        let then = self.ask_again();
        let asked = self.walk(then, spot);
        if asked.is_none() && self.outbox.is_empty() && line.step.waits() {
            self.meanwhile(line);
        }
        asked
    }

    pub(super) fn restart(&mut self) -> Option<Question> {
        let flow = self.state.stack.first().and_then(|frame| self.set.flow(&frame.flow));
        self.clear();
        self.start(flow?)
    }

    pub(super) fn ask_to_resume(&mut self) -> Option<Question> {
        let words = self.own_texts();
        let text = self.text("resume").unwrap_or_else(|| words.texts.resume.to_owned());
        let number = self.state.prompt.wrapping_add(1);
        self.state.prompt = number;
        let mark = format!("p{number}.{:08x}:", 0);
        let options = self.ways_to_resume();
        let bytes = text.len();
        let open = words.texts.open;
        let prompt = layout::Prompt {
            lead: "",
            text,
            options: &options,
            page: 0,
            previous: false,
            open,
            language: words,
            mark: &mark,
            screen: &self.context.screen,
            sms: self.sms_style(),
        };
        let laid = layout::prompt(self.door.channel, prompt);
        self.outbox.contents("resume", bytes, laid.contents);
        self.state.resume =
            Some(Shown { prompt: number, rows: laid.rows, numbered: laid.numbered, ..Shown::default() });
        None
    }

    fn ways_to_resume(&self) -> [Opt; 2] {
        let texts = &self.own_texts().texts;
        [(GO_ON, texts.go_on), (RESTART, texts.restart)].map(|(name, own)| {
            let mut option = self.option("resume", name);
            if option.label == name {
                option.label = own.into();
            }
            option
        })
    }

    fn hear_resume(&mut self, heard: Heard<'_>) -> Option<Question> {
        let Some(shown) = self.state.resume.clone() else { return self.message(heard) };
        let options = self.ways_to_resume();
        let picked = match heard {
            // A button of what was asked before goes on, as its answer.
            Heard::Tap(tap) if tap.prompt != shown.prompt => {
                self.state.resume = None;
                return self.message(heard);
            }
            Heard::Tap(tap) => options.iter().position(|option| option.id == tap.option),
            Heard::Text(text) => {
                let seen = Seen { rows: &shown.rows, numbered: shown.numbered, more: false, back: false };
                match understand::pick(text, &options, seen, self.own_texts(), |_| Hearing::Kind) {
                    Some(Picked::Option(n)) => Some(n),
                    _ => None,
                }
            }
            Heard::Sent(_) => None,
        };
        match picked {
            Some(0) => self.go_on(),
            Some(_) => self.restart(),
            None => self.ask_to_resume(),
        }
    }

    /// By which door the flow speaks when nobody has come in. What the business began goes where the person wants such news, if she has
    /// said so. Else it is the door by which the two last spoke if it is open, else the first open one along `carry_on`; one at which she
    /// has never been comes last. Where WhatsApp is shut it still takes templates, and what is none falls back.
    pub(super) fn choose_door(&mut self) {
        let context = self.context;
        let own = self.state.via.filter(|via| self.has_door(*via)).unwrap_or(context.channel);
        let begun_for = self.state.stack.iter().rev().find_map(|frame| frame.purpose);
        let wanted = self.preferred(begun_for).filter(|wanted| self.has_door(*wanted));
        let set = self.set;
        let of_frame = |frame: &super::state::Frame| {
            set.flow(&frame.flow).map(|flow| &flow.head.carry_on[..]).filter(|ways| !ways.is_empty())
        };
        let carry_on = self.state.stack.iter().rev().find_map(of_frame).unwrap_or_default();
        let (first, second) = if begun_for.is_some() { (wanted, Some(own)) } else { (Some(own), wanted) };
        let ways = || first.into_iter().chain(second).chain(carry_on.iter().copied());
        let takes_templates = |channel: Channel| channel == Channel::WhatsApp && self.has_door(channel);
        let is_shut_but_wanted = |channel: Channel| {
            begun_for.is_some()
                && wanted == Some(channel)
                && takes_templates(channel)
                && self.way_instead_of(channel).is_some()
        };
        let used = |channel: Channel| wanted == Some(channel) || !context.unused.contains(&channel);
        let channel = ways()
            .find(|channel| used(*channel) && (self.is_open(*channel) || is_shut_but_wanted(*channel)))
            .or_else(|| ways().find(|channel| takes_templates(*channel)))
            .or_else(|| ways().find(|channel| self.is_open(*channel)))
            .unwrap_or(own);
        self.speak_by(Door { channel, open: self.is_open(channel) });
    }

    /// Where the person wants to be written to for a purpose: a property of hers, `contact.channel_reminder`, else `contact.channel`.
    fn preferred(&self, purpose: Option<Purpose>) -> Option<Channel> {
        let purpose = purpose.unwrap_or(Purpose::Service);
        let named = |field: &str| match self.state.contact.get(field) {
            Some(Value::Text(name)) => Channel::named(name),
            _ => None,
        };
        named(&preference(Some(purpose))).or_else(|| named(&preference(None)))
    }

    /// Notes where the person wants to be written to.
    pub(super) fn prefers(&mut self, purpose: Option<Purpose>, channel: Option<Channel>) {
        let field = preference(purpose);
        match channel {
            Some(channel) => self.state.contact.insert(field, Value::text(channel.as_str())),
            None => self.state.contact.remove(&field),
        };
    }

    /// The open channel by which goes what cannot leave by this one.
    fn way_instead_of(&self, channel: Channel) -> Option<Channel> {
        let ways = &self.context.fallback;
        let at = ways.iter().position(|way| *way == channel)?;
        ways[at + 1..].iter().copied().find(|way| self.is_open(*way))
    }

    /// The door is shut: speaks by the one that stands in for it. `false` where there is none.
    pub(super) fn fall_back(&mut self) -> bool {
        let shut = self.door.channel;
        let Some(channel) = self.way_instead_of(shut).filter(|_| !self.door.open) else { return false };
        self.door = Door { channel, open: true };
        let by = self.by(channel);
        self.outbox.leave_instead(channel, by, shut);
        true
    }

    /// The same for a step that has no way of its own, unless its flow has one.
    pub(crate) fn fall_back_if_shut(&mut self) {
        if !self.door.open && self.may_fall_back() {
            self.fall_back();
        }
    }

    pub(super) fn speak_by(&mut self, door: Door) {
        self.door = door;
        let by = self.by(door.channel);
        self.outbox.leave_by(door.channel, by);
    }

    /// Whether the person stands at a keypad, where nobody can write to her later.
    pub(crate) fn is_on_keypad(&self) -> bool {
        self.door.channel == Channel::Ussd
    }

    pub(super) fn by(&self, channel: Channel) -> Option<Channel> {
        Some(channel).filter(|channel| *channel != self.context.channel)
    }

    /// Whether what is said now reaches the person as free text.
    pub(crate) fn is_heard(&self) -> bool {
        self.door.open
    }

    fn has_door(&self, channel: Channel) -> bool {
        channel == self.context.channel || self.context.doors.iter().any(|door| door.channel == channel)
    }

    pub(super) fn is_open(&self, channel: Channel) -> bool {
        if channel == self.context.channel {
            return self.context.door_open;
        }
        self.context.doors.iter().any(|door| door.channel == channel && door.open)
    }
}

/// The contact's field that names the channel she wants for a purpose, or for all.
fn preference(purpose: Option<Purpose>) -> String {
    purpose.map_or_else(|| "channel".to_owned(), |purpose| format!("channel_{}", purpose.as_str()))
}
