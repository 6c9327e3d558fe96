//! One turn in the making: what steps may ask of it and do to it.

use std::borrow::Cow;

use chrono::NaiveDate;
use chrono_tz::Tz;
use smol_str::SmolStr;

use super::OPERATIONS_MAX;
use super::notes::Wake;
use super::outbox::Outbox;
use super::state::{Frame, Round, Shown, State};
use super::walk::Then;
use crate::domain::{MessageBody, Timestamp};
use crate::flows::definition::{Flow, FlowSet, Formula, Line};
use crate::flows::expression::Scope;
use crate::flows::keeping::Wish;
use crate::flows::languages::{Language, language};
use crate::flows::messages::Texts;
use crate::flows::turn::{
    Answer, Context, Count, Done, Door, Fault, Input, Invited, JobOrder, Passing, Question, Rests,
};
use crate::flows::understand::Ears;
use crate::flows::value::{Row, Value};

#[expect(clippy::struct_excessive_bools, reason = "each says one thing of its own")]
pub(crate) struct Run<'a> {
    pub set: &'a FlowSet,
    pub context: &'a Context,
    answers: &'a [Answer],
    /// What the person wrote, for `input.text`.
    text: Option<Value>,
    pub(super) state: State,
    pub(super) outbox: Outbox,
    pub(super) faults: Vec<Fault>,
    asked: usize,
    pub(super) steps: u32,
    /// The budget was exceeded once already.
    pub(super) spent: bool,
    /// The head's `undeliverable` was taken in this turn.
    pub(super) undeliverable: bool,
    /// By which door what is said leaves.
    pub(super) door: Door,
    pub(super) jobs: Vec<JobOrder>,
    pub(super) invited: Option<Invited>,
    /// By flow and step.
    counts: Vec<(&'a str, &'a str, Passing)>,
    /// The person has come back by another door: an answer that cannot be read shows the open question, and costs no try.
    pub(super) came_back: bool,
    /// The steps of a loop have run through: its step is reached for its next item.
    pub(super) came_round: bool,
    /// The steps reached, for those who want to know: flow and step.
    pub(super) trace: Option<Vec<(&'a str, &'a str)>>,
    /// The timers of the question that was open when the turn began, for `again`.
    pub(super) kept: Option<(SmolStr, Vec<Wake>)>,
    /// The turn answers what the person said.
    pub(super) asked_now: bool,
    /// What the person wants from now on.
    pub(super) wish: Option<Wish>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        set: &'a FlowSet,
        state: State,
        input: &Input,
        answers: &'a [Answer],
        context: &'a Context,
    ) -> Self {
        let text = match input {
            Input::Message { body: MessageBody::Text { text }, .. } => Some(Value::text(text)),
            _ => None,
        };
        Self {
            set,
            context,
            answers,
            text,
            state,
            outbox: Outbox::new(context.channel),
            faults: Vec::new(),
            asked: 0,
            steps: 0,
            spent: false,
            undeliverable: false,
            door: Door { channel: context.channel, open: context.door_open },
            jobs: Vec::new(),
            invited: None,
            counts: Vec::new(),
            came_back: false,
            came_round: false,
            trace: None,
            kept: None,
            asked_now: matches!(input, Input::Message { .. } | Input::Dial { .. } | Input::Moved),
            wish: None,
        }
    }

    pub(super) fn done(mut self) -> Done {
        self.forget();
        self.state.rev = if self.state.stack.is_empty() { 0 } else { self.context.revision };
        self.plan_days();
        let run = &self;
        let timers = run.state.stack.iter().enumerate().flat_map(|(depth, frame)| {
            frame.wake.iter().filter(move |wake| run.is_awake(depth, wake)).map(|wake| wake.at)
        });
        let alarm = timers.chain(run.state.days.values().copied()).min();
        let alarm = alarm.map(|at| self.state.quiet_until.map_or(at, |quiet| at.max(quiet)));
        let words = self.own_texts();
        let finished = self.outbox.finish(&self.context.screen, words);
        if finished.unread.is_some() {
            self.state.unread = finished.unread;
        }
        let rests = match self.open_line() {
            _ if self.state.unread.is_some() => Rests::Question,
            None => Rests::Ended,
            Some(_) if self.state.resume.is_some() => Rests::Question,
            Some((line, _)) if line.step.asking().is_some() || self.shown().is_some() => Rests::Question,
            Some(_) => Rests::Waiting,
        };
        if !finished.messages.is_empty() {
            self.state.via = Some(self.door.channel);
        }
        let counts = self.counts.iter().map(|(flow, step, what)| Count {
            flow: (*flow).into(),
            step: (*step).into(),
            what: *what,
        });
        let counts = counts.collect();
        Done {
            state: self.state,
            messages: finished.messages,
            alarm,
            said: finished.said,
            jobs: self.jobs,
            invited: self.invited,
            counts,
            rests,
            wish: self.wish,
            faults: self.faults,
        }
    }

    /// Counts what happens at the open step.
    pub(super) fn count(&mut self, what: Passing) {
        if let Some((line, _)) = self.open_line()
            && let Some(flow) = self.flow()
        {
            self.counts.push((&flow.name, &line.id, what));
        }
    }

    /// The session is over.
    pub(super) fn clear(&mut self) {
        if self.state.is_open() {
            self.count(Passing::Left);
        }
        self.state.stack.clear();
        self.state.resume = None;
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn flow(&self) -> Option<&'a Flow> {
        self.set.flow(&self.state.stack.last()?.flow)
    }

    pub(super) fn top(&mut self) -> Option<&mut Frame> {
        self.state.stack.last_mut()
    }

    /// Where the frame stands whose values are seen: a digression sees those of the flow it was written in.
    fn base_depth(&self) -> Option<usize> {
        let top = self.state.stack.last()?;
        self.state.stack.iter().rposition(|frame| !frame.aside && frame.flow == top.flow)
    }

    fn base(&self) -> Option<&Frame> {
        self.state.stack.get(self.base_depth()?)
    }

    pub(super) fn base_mut(&mut self) -> Option<&mut Frame> {
        let depth = self.base_depth()?;
        self.state.stack.get_mut(depth)
    }

    pub(crate) fn shown(&self) -> Option<Shown> {
        self.state.stack.last()?.shown.clone()
    }

    pub(super) fn language_code(&self) -> &str {
        self.state.lang.as_deref().unwrap_or(&self.context.language)
    }

    pub(super) fn texts(&self) -> Option<&'a Texts> {
        self.flow()?.texts(self.language_code())
    }

    /// The engine's own words in the language spoken now.
    pub(crate) fn own_texts(&self) -> &'static Language {
        self.texts().map_or_else(|| language(self.language_code()), |texts| texts.language)
    }

    pub(crate) fn value_of(&self, name: &str) -> Option<&Value> {
        self.base()?.vals.get(name)
    }

    /// Gives a name its value; `contact.x` lasts beyond the flow.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        if let Some(field) = name.strip_prefix("contact.") {
            self.state.contact.insert(field.to_owned(), value);
            return;
        }
        let Some(frame) = self.base_mut() else { return };
        let new = !frame.vals.contains_key(name);
        frame.give(name, value);
        // What was there before the question is there when `back` returns to it.
        if let Some(passed) =
            frame.trail.last_mut().filter(|passed| new && !passed.gave.iter().any(|given| given == name))
        {
            passed.gave.push(name.into());
        }
    }

    /// Sets what an operation gave, without the fields that nothing in the flow can read.
    pub(crate) fn set_found(&mut self, name: &str, value: &Value) {
        let Some(flow) = self.flow() else { return };
        self.set(name, flow.reads.project(name, value));
    }

    /// Puts a name back to what it was.
    pub(crate) fn restore(&mut self, name: &str, before: Option<Value>) {
        if let Some(value) = before {
            self.set(name, value);
        } else if let Some(field) = name.strip_prefix("contact.") {
            self.state.contact.remove(field);
        } else if let Some(frame) = self.base_mut() {
            frame.take_away(name);
        }
    }

    /// Drops a list of rows after the choice, if nothing but choices read it: they would find it anew.
    pub(crate) fn forget_rows(&mut self, name: &str) {
        let droppable = self.flow().is_some_and(|flow| flow.reads.only_chosen_from(name));
        if let Some(frame) = self.base_mut().filter(|_| droppable) {
            frame.take_away(name);
        }
    }

    /// Whether a value is known already: a contact's field may come from the profile.
    pub(crate) fn known(&mut self, name: &str) -> bool {
        match name.strip_prefix("contact.") {
            None => self.value_of(name).is_some(),
            Some(field) => {
                if field == "name" && !self.state.contact.contains_key(field) {
                    let profile = self.context.profile_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
                    self.state.contact.extend(profile.map(|name| (field.to_owned(), Value::text(name))));
                }
                self.state.contact.contains_key(field)
            }
        }
    }

    /// An expression's value; one that has none is counted.
    pub(crate) fn value(&mut self, formula: &Formula) -> Option<Value> {
        let value = formula.expression.value(self).map(Cow::into_owned);
        if value.is_none() {
            self.faults.push(Fault::Expression);
        }
        value
    }

    /// Whether a condition holds; one that cannot be evaluated counts as false.
    pub(crate) fn holds(&mut self, formula: &Formula) -> bool {
        let holds = formula.expression.holds(self);
        if holds.is_none() {
            self.faults.push(Fault::Expression);
        }
        holds.unwrap_or(false)
    }

    /// Named expressions as a row. A value that is not there is left out: an operation's input may be optional.
    pub(crate) fn row(&mut self, formulas: &[(String, Formula)]) -> Row {
        formulas
            .iter()
            .filter_map(|(name, formula)| Some((name.clone(), formula.expression.value(self)?.into_owned())))
            .collect()
    }

    /// The answer of an operation, or what the walk has to do to get it.
    pub(crate) fn operation(&mut self, name: &str, with: &[(String, Formula)]) -> Result<&'a Answer, Then<'a>> {
        if self.asked >= OPERATIONS_MAX {
            return Err(Then::Spent);
        }
        let ordinal = self.asked;
        self.asked += 1;
        self.answers.get(ordinal).ok_or_else(|| {
            let arguments = self.row(with);
            Then::Ask(Question { ordinal: ordinal as u8, operation: name.to_owned(), arguments })
        })
    }

    pub(crate) fn has_outcome(&self, operation: &str, outcome: &str) -> bool {
        let signature = self.set.signatures.get(operation);
        signature.is_some_and(|signature| signature.outcomes.iter().any(|known| known.name == outcome))
    }

    /// Here is something that `back` never passes: a command, the next item of a loop.
    pub(crate) fn no_way_back(&mut self) {
        if let Some(frame) = self.base_mut() {
            frame.trail.clear();
        }
    }
}

impl Scope for Run<'_> {
    fn look_up(&self, path: &[String]) -> Option<Cow<'_, Value>> {
        let (first, rest) = path.split_first()?;
        let own = |value: Value| rest.is_empty().then_some(Cow::Owned(value));
        if let Some(value) = self.base().and_then(|frame| frame.vals.get(first)) {
            return within(value, rest);
        }
        match first.as_str() {
            "contact" => {
                let (field, rest) = rest.split_first()?;
                if let Some(known) = self.state.contact.get(field) {
                    return within(known, rest);
                }
                let profile = self.context.profile_name.as_ref().filter(|_| field == "name" && rest.is_empty());
                profile.map(|name| Cow::Owned(Value::text(name)))
            }
            "input" if rest == ["text"] => self.text.as_ref().map(Cow::Borrowed),
            "channel" => own(Value::text(self.door.channel.as_str())),
            "language" => own(Value::text(self.own_texts().code)),
            "today" => own(Value::Date(self.today())),
            "now" => own(Value::DateTime(self.now())),
            _ => None,
        }
    }

    fn today(&self) -> NaiveDate {
        self.context.now.with_timezone(&self.context.zone).date_naive()
    }

    fn now(&self) -> Timestamp {
        self.context.now
    }

    fn zone(&self) -> Tz {
        self.context.zone
    }

    fn ears(&self) -> Ears {
        Run::ears(self)
    }

    fn tagged(&self, tag: &str) -> bool {
        self.state.tags.contains(tag)
    }
}

/// The part of a value that a path's further names lead to.
fn within<'v>(value: &'v Value, path: &[String]) -> Option<Cow<'v, Value>> {
    let Some((last, between)) = path.split_last() else { return Some(Cow::Borrowed(value)) };
    between.iter().try_fold(value, |value, field| value.field(field))?.part(last)
}

impl Run<'_> {
    /// How the person's words are heard now.
    pub(crate) fn ears(&self) -> Ears {
        let ears = Ears::new(self.language_code(), self.context.now, self.context.zone);
        ears.in_country(self.context.country)
    }

    /// Gives the person a tag, or takes it away.
    pub(crate) fn tag(&mut self, tag: &str, has: bool) {
        if has {
            self.state.tags.insert(tag.to_owned());
        } else {
            self.state.tags.remove(tag);
        }
    }

    /// From now on the person is spoken to in this language.
    pub(crate) fn speak(&mut self, language: &str) {
        self.state.lang = Some(language.to_owned());
    }

    /// Whether a step's own list of steps has just run through.
    pub(crate) fn comes_round(&mut self) -> bool {
        std::mem::take(&mut self.came_round)
    }

    /// What the last answer could mean.
    pub(crate) fn readings(&self) -> &[Value] {
        self.state.stack.last().map_or(&[], |frame| &frame.readings)
    }

    /// The last answer could mean any of these; none, when it is clear.
    pub(crate) fn doubt(&mut self, readings: Vec<Value>) {
        if let Some(frame) = self.top() {
            frame.readings = readings;
        }
    }

    /// The item of a loop that comes now: the first, or the next when its steps have run through.
    pub(crate) fn next_item(&mut self, line: &Line) -> usize {
        let again = self.comes_round();
        let Some(frame) = self.top() else { return 0 };
        let place = frame.rounds.iter().position(|round| round.at == line.id);
        let item = place.filter(|_| again).and_then(|n| frame.rounds.get(n)).map_or(0, |round| round.item + 1);
        match place {
            Some(n) => frame.rounds[n].item = item,
            None => frame.rounds.push(Round { at: line.id.as_str().into(), item }),
        }
        usize::from(item)
    }

    /// A loop is over.
    pub(crate) fn items_over(&mut self, line: &Line) {
        if let Some(frame) = self.top() {
            frame.rounds.retain(|round| round.at != line.id);
        }
    }

    /// Today in the tenant's zone.
    pub(crate) fn today(&self) -> NaiveDate {
        Scope::today(self)
    }
}
