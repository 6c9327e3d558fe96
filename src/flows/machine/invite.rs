//! A person is brought to a channel at which nobody can speak to her: she is given a code, and by it she is known when she comes there.

use chrono::{Duration, TimeDelta};

use super::hear::Heard;
use super::run::Run;
use super::walk::Then;
use crate::domain::{MoveCode, Timestamp};
use crate::flows::layout::Opt;
use crate::flows::steps::Signal;
use crate::flows::turn::{Channel, Door, Invitation, Invited, Question};
use crate::flows::understand::Picked;

/// Codes given to one person within [`INVITED_WITHIN`]: each may cost an SMS.
const INVITED_MAX: usize = 5;
const INVITED_WITHIN: TimeDelta = TimeDelta::hours(1);
/// The option of who does not want to go.
const STAY: &str = "stay";

/// How a move went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    /// The flow speaks there now.
    Here,
    /// The person was told how to come there, and her code is good until then.
    Invited(Timestamp),
    /// There is no way.
    Nowhere,
}

impl<'a> Run<'a> {
    /// Goes on by another channel after saying a message by the door the person stands at; one at which she cannot be spoken to she is
    /// told to come to.
    pub(crate) fn move_to(&mut self, channel: Channel, message: &str, life_s: Option<u32>) -> Moved {
        if self.door.channel == channel {
            return Moved::Here;
        }
        if self.is_open(channel) {
            self.say_if_there(message, None);
            self.speak_by(Door { channel, open: true });
            return Moved::Here;
        }
        self.invite(channel, message, life_s).map_or(Moved::Nowhere, Moved::Invited)
    }

    fn invite(&mut self, to: Channel, message: &str, life_s: Option<u32>) -> Option<Timestamp> {
        let context = self.context;
        let invitation = context.invitation.as_ref()?;
        let way = self.way_to(to, invitation)?;
        self.state.invited.retain(|at| context.now - *at < INVITED_WITHIN);
        let by_sms = self.door.channel == Channel::Ussd && to == Channel::WhatsApp && self.is_open(Channel::Sms);
        if self.state.invited.len() >= INVITED_MAX || !(self.door.open || self.is_open(Channel::Sms)) {
            return None;
        }
        let life = Duration::seconds(i64::from(life_s.unwrap_or(invitation.life_s)));
        let until = context.now.checked_add_signed(life)?;
        self.state.invited.push(context.now);
        self.invited = Some(Invited { to, until });
        if !self.door.open {
            self.speak_by(Door { channel: Channel::Sms, open: true });
        }
        if by_sms {
            // Nobody can tap on a screen.
            let by = self.by(Channel::Sms);
            self.outbox.leave_by(Channel::Sms, by);
            self.outbox.text("invited", &way);
            let back = self.by(self.door.channel);
            self.outbox.leave_by(self.door.channel, back);
        }
        self.say_if_there(message, None);
        if by_sms {
            self.say_own("link_sent", self.own_texts().texts.link_sent);
        } else {
            self.say_own("invited", &way);
        }
        Some(until)
    }

    /// What the person is told to do. `None` where the business is not at that channel.
    fn way_to(&self, to: Channel, invitation: &Invitation) -> Option<String> {
        let Invitation { code, whatsapp, sms, ussd, phone_known, .. } = invitation;
        let texts = &self.own_texts().texts;
        let letters = code.letters();
        Some(match to {
            Channel::WhatsApp => {
                let number = whatsapp.as_deref()?;
                if self.door.channel == Channel::Ussd && !self.is_open(Channel::Sms) {
                    return Some(texts.invite_write.replace("{code}", &letters).replace("{number}", number));
                }
                let link = format!("https://wa.me/{}?text={letters}", number.trim_start_matches('+'));
                texts.invite_link.replace("{link}", &link)
            }
            Channel::Sms => texts.invite_sms.replace("{code}", &letters).replace("{number}", sms.as_deref()?),
            Channel::Ussd => {
                let account = ussd.as_deref()?;
                texts.invite_dial.replace("{dial}", &self.dialled(account, *phone_known, *code))
            }
        })
    }

    /// What to dial: the code of the open flow, else that of the account. Who is known by her number needs no other.
    fn dialled(&self, account: &str, phone_known: bool, code: MoveCode) -> String {
        let set = self.set;
        let open = self.state.stack.iter().rev().filter_map(|frame| set.flow(&frame.flow)?.start.ussd.as_ref());
        let own = open.map(|(_, code)| format!("{code}#")).next().unwrap_or_else(|| account.to_owned());
        if phone_known { own } else { code.dialled_after(&own) }
    }

    /// Whether the open step waits for the person to come to another channel.
    pub(super) fn is_awaited(&self) -> bool {
        self.open_line().is_some_and(|(line, _)| line.step.moves_to().is_some())
    }

    /// Whether it is the one at which she stands now.
    pub(crate) fn is_awaited_here(&self) -> bool {
        self.open_line().is_some_and(|(line, _)| line.step.moves_to() == Some(self.door.channel)) && self.door.open
    }

    /// The person came by the code of a move, or by herself where she was told to come: the flow goes on there, exactly where it stood.
    pub(super) fn moved(&mut self) -> Option<Question> {
        self.state.resume = None;
        let awaited = self.is_awaited_here();
        let Some((line, spot)) = self.open_line() else { return self.message(Heard::Text("")) };
        if !awaited {
            return self.go_on();
        }
        let then = line.step.signal(self, line, Signal::Moved)?;
        self.close_question();
        self.walk(then, spot)
    }

    /// The person speaks, or comes back, where she was while she is awaited elsewhere: she may stay.
    pub(crate) fn wait_elsewhere(&mut self) -> Then<'a> {
        let options = self.way_to_stay();
        let text = self.own_texts().texts.move_waits.to_owned();
        let shown = self.own_prompt("move_waits", text, &options);
        self.now_shown(shown)
    }

    /// Whether she wants to stay.
    pub(crate) fn stays(&self, heard: Heard<'_>) -> bool {
        let Some(shown) = self.shown() else { return false };
        match heard {
            Heard::Tap(tap) => tap.prompt == shown.prompt && tap.option == STAY,
            Heard::Text(text) => matches!(self.pick(text, &self.way_to_stay()), Some(Picked::Option(_))),
            Heard::Sent(_) => false,
        }
    }

    /// The label of the option of who stays, if that is what `name` means now.
    pub(super) fn stays_by(&self, name: &str) -> Option<String> {
        (name == STAY && self.is_awaited()).then(|| self.own_texts().texts.stay.to_owned())
    }

    fn way_to_stay(&self) -> [Opt; 1] {
        let label = self.own_texts().texts.stay.to_owned();
        [Opt { id: STAY.into(), label: label.into(), button: None, key: None, note: None }]
    }
}
