//! A talk in progress: one person, one engine, a clock that jumps.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, Duration, Utc};

use super::screen;
use super::script::{Act, Exchange, Middle, Sent, Settings, Test};
use super::typed::word;
use super::world::{World, outcome_of};
use crate::domain::{Content, MessageBody, Referral, Timestamp};
use crate::flows::definition::FlowSet;
use crate::flows::layout::{MORE, gsm};
use crate::flows::machine::{self, State};
use crate::flows::messages::print;
use crate::flows::mistake::At;
use crate::flows::source::Node;
use crate::flows::turn::{Answer, Channel, Context, Count, Done, Door, Fault, Input, JobOrder, Rests, Turn};
use crate::flows::value::{Row, media_label};

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
    /// The world has no answer for an operation.
    #[error(
        "the world has no answer for {operation}\nits outcomes are {}: add world: {{{operation}: …}}",
        names(outcomes)
    )]
    Unanswered {
        operation: String,
        outcomes: Vec<Ending>,
        /// Whether it only reads.
        question: bool,
    },
}

/// One way an operation may end, for somebody who has to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub outcome: String,
    pub yields: Yields,
}

/// What an outcome carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yields {
    Nothing,
    Value,
    Rows,
}

fn names(endings: &[Ending]) -> String {
    endings.iter().map(|ending| ending.outcome.as_str()).collect::<Vec<_>>().join(", ")
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::Impossible(text)
    }
}

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
    /// Every job ordered so far.
    referral: Option<Referral>,
    /// The channel by which the last message left.
    pub(super) by: Option<Channel>,
    pub(super) rests: Rests,
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
        let own = open.into_iter().flat_map(|frame| frame.vals.iter()).map(|(name, value)| (name.clone(), value));
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

    pub fn transcript(&self) -> &str {
        &self.transcript
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
            Act::Dial(code) => {
                self.come_by(Channel::Ussd);
                return self.turn(&Input::Dial { code: code.clone() }, &format!("> {code}"));
            }
            Act::Referral(id) => {
                self.referral = Some(Referral { source_id: Some(id.clone()), ..Referral::default() });
            }
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

    /// The person comes by this door from now on.
    fn come_by(&mut self, channel: Channel) {
        let known = self.context.doors.iter().position(|door| door.channel == channel);
        let mut door = known.map_or(Door { channel, open: true }, |at| self.context.doors.remove(at));
        door.open = door.open || channel == Channel::Ussd;
        self.context.doors.insert(0, door);
        self.context.channel = channel;
    }

    fn door(&mut self, channel: Channel, open: bool) {
        if let Some(door) = self.context.doors.iter_mut().find(|door| door.channel == channel) {
            door.open = open;
        }
    }

    fn send(&mut self, sent: &Sent) -> Result<Vec<String>, Trouble> {
        let (body, shown) = match sent {
            Sent::Media(media) => (MessageBody::Media(media.clone()), media_label(media).to_owned()),
            Sent::Place(place) => {
                let (latitude, longitude) = (place.latitude(), place.longitude());
                let body = MessageBody::Location { latitude, longitude, name: place.name.clone(), address: None };
                (body, place.label())
            }
            Sent::Unsupported(what) => (MessageBody::Unsupported { what: what.clone() }, what.clone()),
        };
        self.message(body, &format!("> ({shown})"))
    }

    fn event(&mut self, name: &str, payload: &[(String, Node)]) -> Result<Vec<String>, Trouble> {
        let value = |node: &Node| self.world.guessed(node, &self.flows.signatures);
        let payload = payload.iter().map(|(name, node)| (name.clone(), value(node))).collect();
        self.turn(&Input::Event { name: name.to_owned(), payload }, &format!("> (event {name})"))
    }

    /// The result of the last job that this provider or server was given.
    fn job(&mut self, name: &str, answer: &Node) -> Result<Vec<String>, Trouble> {
        let ordered: Vec<&str> = self.jobs.iter().map(|job| job.name.as_str()).collect();
        let Some(order) = self.jobs.iter().rfind(|job| job.name == name) else {
            let all = if ordered.is_empty() { "none".to_owned() } else { ordered.join(", ") };
            return Err(Trouble::Impossible(format!("no job was given to {name}\nthe jobs so far: {all}")));
        };
        let (outcome, value) = outcome_of(answer).ok_or_else(|| {
            format!("a job's result is an outcome: write job: {{{name}: outcome}} or {{{name}: {{outcome: value}}}}")
        })?;
        let value = value.map(|node| self.world.guessed(node, &self.flows.signatures));
        let (number, payment) = (order.number, order.payment());
        let shown = format!("> ({name}: {outcome})");
        self.turn(&Input::Job { number, outcome, value, payment }, &shown)
    }

    /// The session begins in the middle of a flow, as if it had come there.
    fn begin_at(&mut self, middle: &Middle) -> Result<Vec<String>, Trouble> {
        let flow = middle.flow.clone().or_else(|| self.flow.clone());
        let flow = flow.ok_or_else(|| "at names a flow, or the test does: add flow:".to_owned())?;
        let known = |name: &str, node: &Node| (name.to_owned(), self.world.guessed(node, &self.flows.signatures));
        let values: Row = middle.values.iter().map(|(name, node)| known(name, node)).collect();
        let state =
            machine::middle(self.flows, &self.state, (&flow, &middle.scene), &values, middle.caller.as_deref())?;
        let _ = writeln!(self.transcript, "> (at {flow}/{})", middle.scene);
        self.state = state;
        let (set, scene) = (self.flows, middle.scene.clone());
        self.answered(&mut |state, answers, context| machine::begin_at(set, state, &scene, answers, context))
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
        // A screen may have replaced letters that phones lack.
        let labels = labels.flat_map(|label| [gsm::plain(&label).into_owned(), label]);
        let key = labels.into_iter().find_map(|label| self.key_of(&label))?;
        Some((MessageBody::Text { text: key.clone() }, format!("> {key}")))
    }

    fn key_of(&self, label: &str) -> Option<String> {
        self.screen.iter().rev().find_map(|content| screen::key_of(screen::body(content), label))
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
        // A USSD screen waits only for the person's own answer.
        let answers_now = matches!(input, Input::Message { .. } | Input::Dial { .. });
        if !answers_now {
            self.door(Channel::Ussd, false);
        } else if self.context.channel == Channel::Ussd {
            self.door(Channel::Ussd, true);
        }
        let channel = self.context.channel;
        self.context.door_open = self.context.doors.iter().any(|door| door.channel == channel && door.open);
        let set = self.flows;
        self.answered(&mut |state, answers, context| machine::advance_traced(set, state, input, answers, context))
    }

    /// Runs a turn until all its questions are answered.
    fn answered(&mut self, turn: &mut Advance<'_>) -> Result<Vec<String>, Trouble> {
        let state = reread(&self.state)?;
        let mut answers = Vec::new();
        let done = loop {
            let (turned, reached) = turn(&state, &answers, &self.context);
            match turned {
                Turn::Done(done) => {
                    self.reached.extend(reached);
                    break done;
                }
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
        if let Some(say) = done.messages.last() {
            self.by = Some(say.by.unwrap_or(self.context.channel));
        }
        self.faults.extend(&done.faults);
        self.jobs.extend(done.jobs);
        self.counts.extend(done.counts);
        self.screen.clear();
        for say in done.messages {
            let by = say.by.filter(|by| *by != self.context.channel);
            let margin = by.map_or_else(|| "  ".to_owned(), |by| format!("  ({}) ", by.as_str()));
            for line in screen::print(&say.content).lines() {
                self.transcript.push_str(&margin);
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

/// One run of a turn with the answers so far: what came of it, and the steps it reached.
type Advance<'t> = dyn FnMut(&State, &[Answer], &Context) -> (Turn, Vec<(String, String)>) + 't;

/// A state as the next turn will find it.
fn reread(state: &State) -> Result<State, Trouble> {
    let written = serde_json::to_vec(state).map_err(|error| format!("the session cannot be written: {error}"))?;
    let read = State::read(&written).map_err(|error| format!("the session cannot be read back: {error}"))?;
    if read == *state {
        return Ok(read);
    }
    Err(Trouble::Impossible(format!("the session is read back otherwise:\n{}", String::from_utf8_lossy(&written))))
}
