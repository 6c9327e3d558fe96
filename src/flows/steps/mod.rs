//! The kinds of steps, one file each. [`KINDS`] is the one table that knows them.

mod ask;
mod asking;
mod branch;
mod call;
mod choose;
mod each;
mod end;
mod find;
mod form;
pub(crate) mod go;
mod human;
mod job;
mod language;
mod moving;
mod perform;
mod readings;
mod say;
mod set;
mod shares;
mod switch;
mod tag;
mod wait;

use std::fmt::Debug;

pub(crate) use asking::Asking;
pub(crate) use job::PAYMENTS;

use super::definition::{Arm, Formula, Line};
use super::expression::Kind;
use super::machine::{Heard, Missed, Run, Then};
use super::mistake::At;
use super::reader::{Keys, Reader};
use super::turn::{Channel, JobKind};
use super::value::{Row, Value};

/// A verb and how its step is read.
pub(crate) struct StepKind {
    pub verb: &'static str,
    pub read: fn(&mut Keys<'_>, &mut Reader<'_>) -> Option<Box<dyn Step>>,
}

/// Every kind of step. A kind without test data fails the suite.
pub(crate) const KINDS: &[StepKind] = &[
    StepKind { verb: "say", read: say::read },
    StepKind { verb: "choose", read: choose::read },
    StepKind { verb: "ask", read: ask::read },
    StepKind { verb: "form", read: form::read },
    StepKind { verb: "find", read: find::read },
    StepKind { verb: "do", read: perform::read },
    StepKind { verb: "if", read: branch::read },
    StepKind { verb: "switch", read: switch::read },
    StepKind { verb: "split", read: shares::read },
    StepKind { verb: "each", read: each::read },
    StepKind { verb: "set", read: set::read },
    StepKind { verb: "tag", read: tag::read },
    StepKind { verb: "untag", read: tag::read_untag },
    StepKind { verb: "language", read: language::read },
    StepKind { verb: "call", read: call::read },
    StepKind { verb: "go", read: go::read },
    StepKind { verb: "wait", read: wait::read },
    StepKind { verb: "move", read: moving::read },
    StepKind { verb: "human", read: human::read },
    StepKind { verb: "read", read: job::read_document },
    StepKind { verb: "pay", read: job::pay },
    StepKind { verb: "request", read: job::request },
    StepKind { verb: "end", read: end::read },
];

/// The verbs a flow may use.
pub fn verbs() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.verb)
}

/// What a step tells `check` about a message it uses.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of its own")]
pub(crate) struct Needs {
    pub message: String,
    /// Attributes that every language must have.
    pub labels: Vec<String>,
    /// Whether the message needs a text of its own.
    pub valued: bool,
    /// Whether the labels stand on buttons or rows.
    pub prompt: bool,
    /// The flow can do without: then nothing is said.
    pub optional: bool,
    /// Whether channels without pictures need a text of their own, `.plain`.
    pub plain: bool,
}

impl Needs {
    /// A message that is said if the flow has it.
    pub(crate) fn if_there(message: String) -> Self {
        Self { message, labels: Vec::new(), valued: true, prompt: false, optional: true, plain: false }
    }
}

/// Where a called operation's outcomes go, for `check`.
#[derive(Debug)]
pub(crate) struct Operation<'a> {
    pub name: &'a str,
    pub with: &'a [(String, Formula)],
    pub outcomes: &'a [(String, Arm)],
    pub empty: Option<&'a Arm>,
    pub question: bool,
    pub yields: &'a str,
}

/// A called flow, for `check`.
#[derive(Debug)]
pub(crate) struct Callee<'a> {
    pub flow: &'a str,
    pub with: &'a [(String, Formula)],
    pub outcomes: &'a [(String, Arm)],
    pub yields: Option<&'a str>,
}

/// What a resting step may hear that does not come from the person.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal<'s> {
    /// The instant until which it rests has come.
    TimeUp,
    News {
        name: &'s str,
        payload: &'s Row,
    },
    Job {
        outcome: &'s str,
        value: Option<&'s Value>,
    },
    GivenBack,
    NobodyThere,
    /// The person came to the channel she was told to come to.
    Moved,
}

/// The outcomes of a step that calls neither an operation nor a flow, for `check`.
#[derive(Debug)]
pub(crate) struct Outcomes<'a> {
    pub known: Vec<&'a str>,
    pub handled: &'a [(String, Arm)],
}

/// Who outside does a step's work, for `check`.
#[derive(Debug)]
pub(crate) struct Helper<'a> {
    pub kind: JobKind,
    /// The step's own name.
    pub step: &'a str,
    pub name: &'a str,
    /// The names of what it is told.
    pub arguments: Vec<&'a str>,
}

/// The cases of a `switch`, for `check`.
#[derive(Debug)]
pub(crate) struct Cases<'a> {
    pub value: &'a Formula,
    pub names: Vec<(&'a str, At)>,
}

/// An answer to a question.
#[derive(Debug)]
pub(crate) enum Answered {
    Value(Value),
    /// It could mean any of these.
    Several(Vec<Value>),
    /// An option, by its place.
    Option(usize),
}

/// An answer inside a sentence.
#[derive(Debug)]
pub(crate) struct AnswerIn {
    /// Bytes of the sentence.
    pub range: std::ops::Range<usize>,
    pub what: Answered,
}

/// One step. `run` comes when the walk reaches it; a step that rests hears the person's next words in `receive`.
pub(crate) trait Step: Debug + Send + Sync {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a>;

    /// Asks again: `lead` stands before the question.
    fn pose<'a>(&'a self, _run: &mut Run<'a>, _line: &'a Line, _lead: Option<String>, _page: u8) -> Then<'a> {
        Then::Next
    }

    /// Reads what the person said.
    fn receive<'a>(&'a self, _run: &mut Run<'a>, _line: &'a Line, _heard: Heard<'_>) -> Then<'a> {
        Then::Next
    }

    /// The answer inside a longer sentence, once nothing else has understood it.
    fn answer_in(&self, _run: &Run<'_>, _text: &str) -> Option<AnswerIn> {
        None
    }

    /// Takes such an answer.
    fn take_answer<'a>(&'a self, _run: &mut Run<'a>, _line: &'a Line, _answered: Answered) -> Then<'a> {
        Then::Missed(Missed::Unread)
    }

    /// The flow called here has ended.
    fn returned<'a>(&'a self, _run: &mut Run<'a>, _end: Option<&str>, _value: Option<Value>) -> Then<'a> {
        Then::Next
    }

    /// What a step has if it asks.
    fn asking(&self) -> Option<&Asking> {
        None
    }

    /// What answers it, if it can only be sent, as `type:` names it: not every channel carries that.
    fn only_sent(&self) -> Option<&'static str> {
        None
    }

    /// Whether any text at all answers it, so that words understood at any time must be looked for first.
    fn takes_any_text(&self) -> bool {
        false
    }

    /// Every arm with what leads there, for `check`.
    fn arms(&self) -> Vec<(String, &Arm)> {
        Vec::new()
    }

    /// Whether the walk may go on to the next step without an arm saying so.
    fn falls_through(&self) -> bool {
        true
    }

    /// What follows without the person saying anything: whether the next step may, and by which arms. Everything, for a step that does
    /// not ask.
    fn unasked(&self) -> (bool, Vec<&Arm>) {
        match self.asking() {
            Some(asking) => (false, asking.window_shut.iter().collect()),
            None => (self.falls_through(), self.arms().into_iter().map(|(_, arm)| arm).collect()),
        }
    }

    /// The formula that must be yes or no.
    fn condition(&self) -> Option<&Formula> {
        None
    }

    fn formulas(&self) -> Vec<&Formula> {
        Vec::new()
    }

    /// Names this step gives a value, and its kind as far as the step itself knows.
    fn yields(&self) -> Vec<(&str, Kind)> {
        Vec::new()
    }

    /// The names among `yields` that surely have a value when the step is left along an arm (named as in `arms`), or, for `None`, on to
    /// the next step. The ways of a missed answer give nothing.
    fn gives(&self, way: Option<&str>) -> Vec<&str> {
        const MISSED: [&str; 6] = ["stuck", "silence", "window_shut", "empty", "unavailable", "late"];
        if way.is_some_and(|way| MISSED.contains(&way)) {
            return Vec::new();
        }
        self.yields().into_iter().map(|(name, _)| name).collect()
    }

    /// Whether each formula gives the yielded name of the same place, in turn.
    fn gives_in_turn(&self) -> bool {
        false
    }

    fn needs(&self) -> Vec<Needs> {
        Vec::new()
    }

    fn operation(&self) -> Option<Operation<'_>> {
        None
    }

    fn callee(&self) -> Option<Callee<'_>> {
        None
    }

    /// The end named here.
    fn end(&self) -> Option<&str> {
        None
    }

    /// The number an option has whatever the order becomes.
    fn fixed_key(&self, _option: &str) -> Option<u16> {
        None
    }

    /// What each digit chooses, whatever the data are.
    fn digits(&self) -> Vec<(u16, &str)> {
        Vec::new()
    }

    /// The list a choice or a loop takes its rows from.
    fn rows_from(&self) -> Option<&str> {
        None
    }

    /// Whether it rests until something other than an answer comes: an instant, news, a result, staff.
    fn waits(&self) -> bool {
        false
    }

    /// What such a step makes of a signal; `None` when it is not what it waits for.
    fn signal<'a>(&'a self, _run: &mut Run<'a>, _line: &'a Line, _signal: Signal<'_>) -> Option<Then<'a>> {
        None
    }

    fn outcomes(&self) -> Option<Outcomes<'_>> {
        None
    }

    fn helper(&self) -> Option<Helper<'_>> {
        None
    }

    /// The channel on which the flow is to go on.
    fn moves_to(&self) -> Option<Channel> {
        None
    }

    /// Whether staff talk here while it rests.
    fn is_with_staff(&self) -> bool {
        false
    }

    /// For news it would wait for without end.
    fn waits_without_end(&self) -> bool {
        false
    }
    /// The name that becomes one of those rows.
    fn rows_into(&self) -> Option<&str> {
        self.rows_from().and(self.asking()).map(|asking| asking.name.as_str())
    }

    /// Whether that list may also be one of texts.
    fn takes_texts(&self) -> bool {
        false
    }

    /// Formulas beyond [`Step::condition`] that must be yes or no.
    fn rules(&self) -> Vec<&Formula> {
        Vec::new()
    }

    /// Formulas whose values are compared with an answer of this kind.
    fn compared(&self) -> Vec<(Kind, &Formula)> {
        Vec::new()
    }

    /// All values it can give its name, where they can be listed.
    fn fixed_values(&self) -> Option<Vec<String>> {
        None
    }

    /// Formulas that must be of one of these kinds.
    fn wants(&self) -> Vec<(&Formula, &'static [Kind])> {
        Vec::new()
    }

    fn cases(&self) -> Option<Cases<'_>> {
        None
    }

    /// The language spoken from here on.
    fn language(&self) -> Option<(&str, At)> {
        None
    }
}
