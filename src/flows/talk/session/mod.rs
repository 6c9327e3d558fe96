//! A talk in progress: one person, one engine, a clock that jumps.

mod person;
mod turns;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::script::{Act, Exchange, Settings, Test};
use super::trouble::Trouble;
use super::world::World;
use crate::domain::{Content, MessageBody, MoveCode, Referral, Timestamp};
use crate::flows::definition::FlowSet;
use crate::flows::machine::State;
use crate::flows::messages::print;
use crate::flows::mistake::At;
use crate::flows::turn::{Channel, Context, Count, Door, Fault, Input, Invitation, JobOrder, Rests};

/// The code that moves of a talk give.
const CODE: u64 = 1_234_567_890;
/// How long it is good where the flow does not say.
const CODE_LIFE_S: u32 = 15 * 60;

/// One prompt that was sent: what can be tapped on it.
#[derive(Debug, Clone)]
struct Prompt {
    taps: Vec<String>,
}

/// One conversation. A clone of it is the conversation as it stood then.
#[derive(Debug, Clone)]
pub struct Session<'f> {
    pub(super) flows: &'f FlowSet,
    pub(super) world: World,
    pub(super) state: State,
    pub(super) context: Context,
    pub(super) alarm: Option<DateTime<Utc>>,
    /// The flow that `start` begins.
    flow: Option<String>,
    prompts: Vec<Prompt>,
    /// The messages of the last turn.
    pub(super) screen: Vec<Content>,
    /// Everything sent since the exchange began.
    pub(super) sent: Vec<Content>,
    pub(super) faults: Vec<Fault>,
    /// What the next message comes through.
    referral: Option<Referral>,
    /// The channel by which the last message left.
    pub(super) by: Option<Channel>,
    pub(super) rests: Rests,
    /// Every job ordered so far.
    pub(super) jobs: Vec<JobOrder>,
    pub(super) counts: Vec<Count>,
    /// The steps that were reached: flow and step.
    pub(super) reached: BTreeSet<(String, String)>,
    pub(super) transcript: String,
}

impl<'f> Session<'f> {
    pub(super) fn begin(flows: &'f FlowSet, settings: &Settings, test: &Test, channel: Channel) -> Self {
        let world = World::new(settings.world.clone(), settings.rows.clone(), test.zone);
        let mut state = State::default();
        for (name, value) in &test.contact {
            state.contact.insert(name.clone(), world.guessed(value, &flows.signatures));
        }
        let others = test.doors.iter().filter(|other| **other != channel);
        let doors = others.map(|other| Door { channel: *other, open: *other != Channel::Ussd });
        Self {
            flows,
            world,
            state,
            context: Context {
                doors: std::iter::once(Door { channel, open: true }).chain(doors).collect(),
                language: test.language.clone(),
                profile_name: test.profile.clone(),
                shares: test.shares,
                invitation: invitation(test, channel),
                ..Context::at(test.now, test.zone, channel)
            },
            alarm: None,
            flow: test.flow.clone(),
            prompts: Vec::new(),
            screen: Vec::new(),
            sent: Vec::new(),
            faults: Vec::new(),
            referral: None,
            by: None,
            rests: Rests::Ended,
            jobs: Vec::new(),
            counts: Vec::new(),
            reached: BTreeSet::new(),
            transcript: String::new(),
        }
    }

    /// Plays one line written as YAML (`{pick: book}`), as a test would have it. The names of what was said come back. After an error the
    /// session is in the middle of a turn: keep a clone from before.
    pub fn line(&mut self, line: &str) -> Result<Vec<String>, Trouble> {
        let exchange = super::read::exchange(line).map_err(|mistakes| {
            let all: Vec<String> =
                mistakes.iter().map(|mistake| format!("{}: {}", mistake.what, mistake.mend)).collect();
            Trouble::Impossible(all.join("\n"))
        })?;
        self.acts(&exchange).map_err(|(_, trouble)| trouble)
    }

    /// The messages of the last line, in their order.
    pub fn sent(&self) -> &[Content] {
        &self.sent
    }

    /// The option ids of the last message that had any, as a test names the options.
    pub fn options(&self) -> Vec<String> {
        let name = |id: &String| {
            let name = id.split_once(':').map_or(id.as_str(), |(_, name)| name);
            let row = name.strip_prefix('=').map(|id| self.world.row_named(id).unwrap_or_else(|| id.to_owned()));
            row.unwrap_or_else(|| name.trim_start_matches('+').to_owned())
        };
        self.prompts.last().map_or_else(Vec::new, |prompt| prompt.taps.iter().map(name).collect())
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// What the open flow knows, and what is known of the person, as a message would print it.
    pub fn known(&self) -> Vec<(String, String)> {
        let open = self.state.stack.iter().rfind(|frame| !frame.aside);
        let own = open.into_iter().flat_map(|frame| frame.vals.iter()).map(|(name, value)| (name.to_string(), value));
        let lasting = self.state.contact.iter().map(|(name, value)| (format!("contact.{name}"), value));
        own.chain(lasting).map(|(name, value)| (name, print(value, self.context.zone))).collect()
    }

    pub fn channel(&self) -> Channel {
        self.context.channel
    }

    /// When the flow wants to be woken at the latest.
    pub fn alarm(&self) -> Option<Timestamp> {
        self.alarm
    }

    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// The providers and servers that owe the result of a job.
    pub fn jobs(&self) -> Vec<&str> {
        self.jobs.iter().map(|job| job.name.as_str()).collect()
    }

    /// Does what one line of a talk says; the names of what was said come back.
    pub(super) fn acts(&mut self, exchange: &Exchange) -> Result<Vec<String>, (At, Trouble)> {
        self.sent.clear();
        let mut said = Vec::new();
        for (at, act) in &exchange.acts {
            said.extend(self.act(act).map_err(|trouble| (*at, trouble))?);
        }
        Ok(said)
    }

    /// Plays one line of a talk and holds what came against it.
    pub(super) fn exchange(&mut self, exchange: &Exchange) -> Result<(), (At, Trouble)> {
        let said = self.acts(exchange)?;
        if let Some((at, expected)) = &exchange.bot
            && let Some(named) = expected.on(self.context.channel)
        {
            self.compare(named, &said).map_err(|trouble| (*at, trouble))?;
        }
        for (at, what, wanted) in &exchange.checks {
            self.check(what, wanted).map_err(|trouble| (*at, trouble))?;
        }
        Ok(())
    }

    /// Does one thing; the names of what was said come back.
    fn act(&mut self, act: &Act) -> Result<Vec<String>, Trouble> {
        match act {
            Act::Once(answers) => self.world.once(answers),
            Act::World(answers) => self.world.change(answers),
            Act::Door { open } => self.door(self.context.channel, *open),
            Act::Via(channel) => self.come_by(*channel),
            Act::Later(time) => return self.later(*time),
            Act::Start => return self.start(),
            Act::Say(text) => return self.say(text),
            Act::Pick { option, from } => return self.pick(option, *from),
            Act::Send(sent) => return self.send(sent),
            Act::React => {
                let body = MessageBody::Reaction { to: "wamid.X".to_owned(), emoji: Some("👍".to_owned()) };
                return self.message(body, "> (reaction)");
            }
            Act::Staff(time) => {
                let quiet_until = self.context.now + *time;
                return self.turn(&Input::StaffSpoke { quiet_until }, "> (staff answers)");
            }
            Act::Alarm => return self.turn(&Input::Alarm, "> (alarm)"),
            Act::Dial(code) => return self.dial(code),
            Act::Referral(id) => {
                self.referral = Some(Referral { source_id: Some(id.clone()), ..Referral::default() });
            }
            Act::Code => return self.turn(&Input::Moved, "> (code)"),
            Act::HangUp => {
                self.door(Channel::Ussd, false);
                return self.turn(&Input::HungUp, "> (hangs up)");
            }
            Act::Event { name, payload } => return self.event(name, payload),
            Act::Job { name, answer } => return self.job(name, answer),
            Act::GivenBack => return self.turn(&Input::GivenBack, "> (staff give back)"),
            Act::Nobody => return self.turn(&Input::NobodyThere, "> (nobody is there)"),
            Act::At(middle) => return self.begin_at(middle),
            Act::Failed => return self.turn(&Input::SendFailed { reason: "window_shut" }, "> (not delivered)"),
        }
        Ok(Vec::new())
    }
}

/// How the person of a test can be told to go on by another channel.
fn invitation(test: &Test, channel: Channel) -> Option<Invitation> {
    let number = |of: Channel| test.numbers.iter().find(|(known, _)| *known == of).map(|(_, number)| number.clone());
    (!test.numbers.is_empty()).then(|| Invitation {
        code: MoveCode::drawn(CODE),
        life_s: CODE_LIFE_S,
        whatsapp: number(Channel::WhatsApp),
        sms: number(Channel::Sms),
        ussd: number(Channel::Ussd),
        phone_known: channel != Channel::WhatsApp || test.doors.contains(&Channel::Sms),
    })
}
