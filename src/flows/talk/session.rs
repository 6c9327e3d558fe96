//! A talk in progress: one person, one engine, a clock that jumps.

use chrono::{DateTime, Duration, Utc};

use super::screen;
use super::script::{Act, Exchange, Settings, Test};
use super::typed::{guessed, guessed_row, word};
use super::world::World;
use crate::domain::{Content, MessageBody, Referral};
use crate::flows::definition::FlowSet;
use crate::flows::layout::MORE;
use crate::flows::machine::{self, State, advance};
use crate::flows::mistake::At;
use crate::flows::turn::{Channel, Context, Done, Door, Fault, Input, Rests, Turn};

/// Pages one turns over in search of an option.
const PAGES_MAX: usize = 30;
/// Alarms of one time jump.
const ALARMS_MAX: usize = 1_000;

/// Why a talk cannot go on as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Something else came.
    #[error("expected: {expected}\ngot:      {got}")]
    Otherwise { expected: String, got: String },
    /// The test asks for what cannot be done.
    #[error("{0}")]
    Impossible(String),
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::Impossible(text)
    }
}

/// One prompt that was sent: what can be tapped on it, and how it reads.
#[derive(Debug)]
struct Prompt {
    taps: Vec<String>,
}

/// One conversation.
#[derive(Debug)]
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
    /// The channel by which the last message left.
    pub(super) by: Option<Channel>,
    /// What was ordered outside, as kind and name; the last one's number.
    pub(super) jobs: Vec<String>,
    job: u32,
    pub(super) rests: Rests,
    referral: Option<Referral>,
    /// Everything sent since the exchange began.
    pub(super) sent: Vec<Content>,
    pub(super) faults: Vec<Fault>,
    pub(super) transcript: String,
}

impl<'f> Session<'f> {
    pub(super) fn begin(flows: &'f FlowSet, settings: &Settings, test: &Test, channel: Channel) -> Self {
        Self {
            flows,
            world: World::new(settings.world.clone(), settings.rows.clone(), test.zone),
            state: State::default(),
            context: Context {
                language: test.language.clone(),
                profile_name: test.profile.clone(),
                shares: test.shares,
                ..Context::at(test.now, test.zone, channel)
            },
            alarm: None,
            flow: test.flow.clone(),
            prompts: Vec::new(),
            screen: Vec::new(),
            by: None,
            jobs: Vec::new(),
            job: 0,
            rests: Rests::Ended,
            referral: None,
            sent: Vec::new(),
            faults: Vec::new(),
            transcript: String::new(),
        }
    }

    /// Plays one line of a talk and holds what came against it.
    pub(super) fn exchange(&mut self, exchange: &Exchange) -> Result<(), (At, Trouble)> {
        self.sent.clear();
        let mut said = Vec::new();
        for (at, act) in &exchange.acts {
            said.extend(self.act(act).map_err(|trouble| (*at, trouble))?);
        }
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
            Act::Door { open } => self.context.door_open = *open,
            Act::Via(channel) => self.come_by(*channel),
            Act::Doors(doors) => {
                let others = doors.iter().map(|(channel, open)| Door { channel: *channel, open: *open });
                self.context.doors = others.collect();
            }
            Act::Referral(id) => {
                self.referral = Some(Referral { source_id: Some(id.clone()), ..Referral::default() });
            }
            Act::Later(time) => return self.later(*time),
            Act::Start => return self.start(),
            Act::Say(text) => return self.say(text),
            Act::Pick { option, from } => return self.pick(option, *from),
            Act::Send(what) => {
                let shown = format!("> ({what})");
                return self.message(MessageBody::Unsupported { what: what.clone() }, &shown);
            }
            Act::React => {
                let body = MessageBody::Reaction { to: "wamid.X".to_owned(), emoji: Some("👍".to_owned()) };
                return self.message(body, "> (reaction)");
            }
            Act::Staff(time) => {
                let quiet_until = self.context.now + *time;
                return self.turn(&Input::StaffSpoke { quiet_until }, "> (staff answers)");
            }
            Act::Dial(code) => {
                self.come_by(Channel::Ussd);
                return self.turn(&Input::Dial { code: code.clone() }, &format!("> {code}"));
            }
            Act::HangUp => return self.turn(&Input::HungUp, "> (the screen is gone)"),
            Act::News(name, payload) => {
                let payload = guessed_row(payload, self.context.zone);
                return self.turn(&Input::Event { name: name.clone(), payload }, &format!("> ({name})"));
            }
            Act::Job(outcome, value) => {
                let value = value.as_ref().map(|node| guessed(node, self.context.zone));
                let shown = format!("> (job: {outcome})");
                return self.turn(&Input::Job { number: self.job, outcome: outcome.clone(), value }, &shown);
            }
            Act::GivenBack => return self.turn(&Input::GivenBack, "> (given back)"),
            Act::NobodyThere => return self.turn(&Input::NobodyThere, "> (nobody is there)"),
            Act::Alarm => return self.turn(&Input::Alarm, "> (alarm)"),
            Act::Failed => return self.turn(&Input::SendFailed { reason: "window_shut" }, "> (not delivered)"),
        }
        Ok(Vec::new())
    }

    /// The person begins: with the flow's first start word, or with a greeting where any words will do.
    fn start(&mut self) -> Result<Vec<String>, Trouble> {
        let word = self.flow.as_deref().and_then(|flow| machine::start_word(self.flows, flow, &self.context.language));
        self.say(word.as_deref().unwrap_or("muraho!"))
    }

    fn say(&mut self, text: &str) -> Result<Vec<String>, Trouble> {
        self.message(MessageBody::Text { text: text.to_owned() }, &format!("> {text}"))
    }

    fn message(&mut self, body: MessageBody, shown: &str) -> Result<Vec<String>, Trouble> {
        let referral = self.referral.take();
        self.turn(&Input::Message { body, referral }, shown)
    }

    /// The person stands at the door of this channel now.
    fn come_by(&mut self, channel: Channel) {
        let before = Door { channel: self.context.channel, open: self.context.door_open };
        if before.channel != channel {
            self.context.doors.retain(|door| door.channel != before.channel && door.channel != channel);
            self.context.doors.push(before);
            self.context.channel = channel;
        }
        self.context.door_open = true;
    }

    /// Chooses an option as a person of the channel does: she taps it, or types the key that stands before it, and turns pages until she
    /// sees it.
    fn pick(&mut self, option: &str, from: usize) -> Result<Vec<String>, Trouble> {
        for _ in 0..PAGES_MAX {
            if let Some((body, shown)) = self.seen(option, from) {
                return self.message(body, &shown);
            }
            let Some((body, shown)) = self.next_page().filter(|_| from == 1) else { break };
            self.message(body, &shown)?;
        }
        Err(Trouble::Impossible(format!("nothing that was shown offers \"{option}\"")))
    }

    /// The message that chooses an option, if the person sees it.
    fn seen(&self, option: &str, from: usize) -> Option<(MessageBody, String)> {
        let row = self.world.row(option);
        let row_id = row.and_then(|row| super::typed::field(row, "id")).and_then(word).map(|id| format!("={id}"));
        let prompt = self.prompts.len().checked_sub(from).and_then(|n| self.prompts.get(n));
        let tapped = prompt.and_then(|prompt| {
            prompt.taps.iter().find(|id| {
                let name = id.split_once(':').map_or("", |(_, name)| name);
                name == option
                    || row_id.as_deref() == Some(name)
                    || name.strip_prefix('+') == Some(option)
                    || name.strip_prefix('=') == Some(option)
            })
        });
        if let Some(id) = tapped {
            return Some((MessageBody::Tap { id: id.clone(), title: option.to_owned() }, format!("> [{option}]")));
        }
        if from > 1 {
            return None;
        }
        let label = row.and_then(|row| super::typed::field(row, "label")).and_then(word);
        let own = machine::labels(self.flows, &self.state, &self.context, option);
        let more = (option == "more").then(|| machine::more(self.flows, &self.state, &self.context));
        let labels = label.into_iter().chain(own).chain(more.into_iter().flatten()).chain([option.to_owned()]);
        let key = labels.into_iter().find_map(|label| self.key_of(&label))?;
        Some((MessageBody::Text { text: key.clone() }, format!("> {key}")))
    }

    fn key_of(&self, label: &str) -> Option<String> {
        self.screen.iter().rev().find_map(|content| screen::key_of(screen::text(content), label))
    }

    /// The message that turns to the next page.
    fn next_page(&self) -> Option<(MessageBody, String)> {
        let taps = self.prompts.last().map(|prompt| &prompt.taps);
        if let Some(id) = taps.and_then(|taps| taps.iter().find(|id| id.ends_with(&format!(":{MORE}")))) {
            return Some((MessageBody::Tap { id: id.clone(), title: "more".to_owned() }, "> [more]".to_owned()));
        }
        let [more, _] = machine::more(self.flows, &self.state, &self.context);
        let key = self.key_of(&more)?;
        Some((MessageBody::Text { text: key.clone() }, format!("> {key}")))
    }

    /// Time passes; every alarm comes at its instant.
    fn later(&mut self, time: Duration) -> Result<Vec<String>, Trouble> {
        let until = self.context.now + time;
        let mut said = Vec::new();
        for _ in 0..ALARMS_MAX {
            let Some(at) = self.alarm.filter(|at| *at <= until) else { break };
            self.context.now = at.max(self.context.now);
            said.extend(self.turn(&Input::Alarm, "> (alarm)")?);
            if self.alarm == Some(at) {
                return Err(Trouble::Impossible("an alarm that came was asked for again".to_owned()));
            }
        }
        self.context.now = until;
        Ok(said)
    }

    /// One turn, with all questions answered. The state goes through its written form before.
    fn turn(&mut self, input: &Input, shown: &str) -> Result<Vec<String>, Trouble> {
        self.transcript.push_str(shown);
        self.transcript.push('\n');
        let state = reread(&self.state)?;
        if self.context.channel == Channel::Ussd {
            // A screen waits only for the answer to what the person typed.
            self.context.door_open = matches!(input, Input::Message { .. } | Input::Dial { .. });
        }
        let mut answers = Vec::new();
        let done = loop {
            match advance(self.flows, &state, input, &answers, &self.context) {
                Turn::Done(done) => break done,
                Turn::Ask(questions) => {
                    for question in questions {
                        let signature = self.flows.signatures.get(question.operation.as_str());
                        let signature = signature.ok_or_else(|| format!("{} has no signature", question.operation))?;
                        answers.push(self.world.answer(&question, signature)?);
                    }
                }
            }
        };
        Ok(self.take(*done))
    }

    fn take(&mut self, done: Done) -> Vec<String> {
        self.state = done.state;
        self.alarm = done.alarm;
        self.rests = done.rests;
        for order in &done.jobs {
            self.job = order.number;
            self.jobs.push(format!("{} {}", order.kind.as_str(), order.name));
        }
        if let Some(say) = done.messages.last() {
            self.by = Some(say.by.unwrap_or(self.context.channel));
        }
        self.faults.extend(&done.faults);
        self.screen.clear();
        for say in done.messages {
            let printed = screen::print(&say.content);
            for line in printed.lines() {
                self.transcript.push_str("  ");
                self.transcript.push_str(line);
                self.transcript.push('\n');
            }
            self.prompts.extend(screen::taps(&say.content).map(|taps| Prompt { taps }));
            self.screen.push(say.content.clone());
            self.sent.push(say.content);
        }
        done.said
    }
}

/// A state as the next turn will find it.
fn reread(state: &State) -> Result<State, Trouble> {
    let written = serde_json::to_vec(state).map_err(|error| format!("the session cannot be written: {error}"))?;
    let read = State::read(&written).map_err(|error| format!("the session cannot be read back: {error}"))?;
    if read == *state {
        return Ok(read);
    }
    Err(Trouble::Impossible(format!("the session is read back otherwise:\n{}", String::from_utf8_lossy(&written))))
}
