//! A person at the day list of the library's booking flow, however that is written now: she takes what is offered until she sees the days.

use anyhow::{Context as _, bail};

use crate::domain::{MessageBody, Money};
use crate::flows::operation::salon;
use crate::flows::talk::taps;
use crate::flows::{
    Answer, Channel, Context, Done, Field, FlowSet, Input, Question, Row, Signature, State, Turn, Type, Value, advance,
};

/// The set with the booking flow.
pub(super) const SET: &str = "salon";
/// The step at which the days are shown.
const DAYS: &str = "free_day";
/// Where a chat asks for a day in words: what it cannot read leads to the list.
const DAY: &str = "day";
/// Turns in which the list must be reached.
const TURNS_MAX: usize = 20;
/// Rows that an operation gives, if it may give so many.
const ROWS: u16 = 10;
/// Runs of one turn: one more than there may be operations.
const RUNS_MAX: usize = 17;

/// The session there, and what the person may do next.
pub(super) struct AtDays<'f> {
    flows: &'f FlowSet,
    context: Context,
    pub state: State,
    /// How many days are offered on the screen.
    pub offered: usize,
    /// She takes the first day.
    pub pick: Input,
    /// She says something that nothing is expected of.
    pub unread: Input,
}

impl<'f> AtDays<'f> {
    pub(super) fn reach(flows: &'f FlowSet, channel: Channel) -> anyhow::Result<Self> {
        let context = context(channel);
        let mut days =
            Self { flows, context, state: State::default(), offered: 0, pick: said("1"), unread: said("qwxzk vbnmp") };
        let mut input = said("book");
        for _ in 0..TURNS_MAX {
            let answers = days.answers(&days.state, &input);
            let done = days.turn(&days.state, &input, &answers).context("a turn did not end")?;
            days.state = done.state;
            let last = done.messages.last().map(|say| &say.content);
            let offered = last.and_then(taps).unwrap_or_default();
            let pick = offered.first().map_or_else(|| said("1"), |id| tap(id));
            if days.stands_at(DAYS) {
                return Ok(Self { offered: offered.len(), pick, ..days });
            }
            input = if days.stands_at(DAY) { days.unread.clone() } else { pick };
        }
        bail!("the day list was not reached: the session stands at {:?}", days.state.place())
    }

    fn stands_at(&self, name: &str) -> bool {
        self.state.place().is_some_and(|(_, step)| step.rsplit('.').next() == Some(name))
    }

    /// What operations answer in the turn that this input makes.
    pub(super) fn answers(&self, state: &State, input: &Input) -> Vec<Answer> {
        let mut answers = Vec::new();
        while let Turn::Ask(questions) = advance(self.flows, state, input, &answers, &self.context) {
            answers.extend(questions.iter().map(answer));
        }
        answers
    }

    /// The whole turn, run as often as it has questions.
    pub(super) fn turn(&self, state: &State, input: &Input, answers: &[Answer]) -> Option<Done> {
        for known in 0..RUNS_MAX {
            if let Turn::Done(done) = advance(self.flows, state, input, answers.get(..known)?, &self.context) {
                return Some(*done);
            }
        }
        None
    }

    /// The last of these runs alone.
    pub(super) fn last_run(&self, state: &State, input: &Input, answers: &[Answer]) -> Option<Done> {
        match advance(self.flows, state, input, answers, &self.context) {
            Turn::Done(done) => Some(*done),
            Turn::Ask(_) => None,
        }
    }
}

/// A Friday morning in Kigali.
pub(super) fn context(channel: Channel) -> Context {
    let now = chrono::DateTime::from_timestamp(1_795_161_600, 0).unwrap_or_default();
    Context::at(now, chrono_tz::Africa::Kigali, channel)
}

fn said(text: &str) -> Input {
    Input::Message { body: MessageBody::Text { text: text.to_owned() }, referral: None }
}

fn tap(id: &str) -> Input {
    Input::Message { body: MessageBody::Tap { id: id.to_owned(), title: String::new() }, referral: None }
}

/// The first outcome of the operation, with made-up values of the sizes that real ones have.
fn answer(question: &Question) -> Answer {
    let signature = salon::ALL.iter().find(|signature: &&Signature| signature.name == question.operation);
    let first = signature.and_then(|signature| signature.outcomes.first());
    Answer {
        outcome: first.map_or("unavailable", |outcome| outcome.name).to_owned(),
        value: first.and_then(|outcome| outcome.yields).map(|kind| value("", 1, kind)),
    }
}

fn value(name: &str, n: u16, kind: Type) -> Value {
    let start = context(Channel::WhatsApp).now + chrono::Duration::hours(i64::from(n));
    match kind {
        Type::Text { chars_max } => {
            let text = match name {
                "label" => format!("Saturday {n} Nov"),
                "id" => format!("2026-11-{n:02}"),
                _ => format!("from {n}:00"),
            };
            Value::text(text.chars().take(usize::from(chars_max)).collect::<String>())
        }
        Type::Texts { .. } => Value::Texts(vec![format!("n{n}")]),
        Type::Money => Value::Money(Money::rwf(5_000)),
        Type::YesNo => Value::YesNo(true),
        Type::Date => Value::Date(start.date_naive()),
        Type::Time => Value::Time(start.time()),
        Type::DateTime => Value::DateTime(start),
        Type::Row(fields) => Value::Row(row(n, fields)),
        Type::Rows { fields, rows_max } => Value::Rows((1..=ROWS.min(rows_max)).map(|n| row(n, fields)).collect()),
        Type::Duration => Value::Duration(3600),
        Type::Whole | Type::Decimal | Type::Place | Type::Media => Value::Whole(i64::from(n)),
    }
}

fn row(n: u16, fields: &[Field]) -> Row {
    fields.iter().map(|field| (field.name.to_owned(), value(field.name, n, field.kind))).collect()
}
