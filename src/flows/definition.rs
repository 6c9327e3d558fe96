//! A flow as the machine walks it: scenes of steps, with every arm resolved to a block of steps.

use std::collections::HashMap;

use chrono::NaiveTime;

use super::by_name::ByName;
use super::environment::Environment;
use super::expression::Expression;
use super::layout::SmsStyle;
use super::messages::Texts;
use super::mistake::{At, Mistake};
use super::moves::Moving;
use super::operation::{Signature, Type};
use super::reads::Reads;
use super::steps::Step;
use super::turn::{Channel, Purpose};
use super::ways::Live;

/// All flows of a folder, which call each other: a revision is published whole.
#[derive(Debug)]
pub struct FlowSet {
    pub(crate) flows: Vec<Flow>,
    pub(crate) by_name: ByName<usize>,
    pub(crate) signatures: HashMap<&'static str, Signature>,
    /// What its steps may name.
    pub(crate) environment: Environment,
    /// What is odd but not wrong.
    pub(crate) warnings: Vec<Mistake>,
}

impl FlowSet {
    pub(crate) fn flow(&self, name: &str) -> Option<&Flow> {
        self.by_name.get(name).map(|n| &self.flows[*n])
    }
}

#[derive(Debug)]
pub(crate) struct Flow {
    pub name: String,
    pub file: String,
    pub channels: Vec<String>,
    pub languages: Vec<String>,
    pub takes: Vec<(String, Type)>,
    /// Ends by name, each with the values it gives back.
    pub ends: Vec<(String, Vec<(String, Type)>)>,
    pub start: Start,
    pub head: Head,
    pub scenes: Vec<Scene>,
    pub blocks: Vec<Block>,
    /// Where a step stands, by its id (`slots.slot`).
    pub spots: ByName<Spot>,
    /// In the order of `languages`.
    pub texts: Vec<Texts>,
    pub reads: Reads,
    /// Which values a session must keep at each place; filled in when the set is whole.
    pub live: Live,
    /// What becomes of sessions of earlier revisions.
    pub moves: Option<Moving>,
}

#[derive(Debug, Default)]
pub(crate) struct Start {
    pub at: At,
    /// The words of `start.words` begin it.
    pub words: bool,
    /// Anything else begins it.
    pub otherwise: bool,
    /// Per language, folded; filled in when the messages are read.
    pub folded: Vec<String>,
    /// The USSD code that begins it, without its closing `#`: `*384*77`.
    pub ussd: Option<(At, String)>,
    /// By an advertisement's id, or a word that stands behind `#` in the text of a link.
    pub referral: Vec<(String, Arm)>,
    pub event: Vec<Occasion>,
    pub schedule: Vec<Schedule>,
}

/// News that begins a flow.
#[derive(Debug)]
pub(crate) struct Occasion {
    pub name: String,
    pub arm: Arm,
    /// What the news carries.
    pub gives: Vec<(String, Type)>,
    pub purpose: Purpose,
}

/// A day or an instant of the contact's that begins a flow: a day every year at `clock`, an instant once.
#[derive(Debug)]
pub(crate) struct Schedule {
    pub key: String,
    pub arm: Arm,
    pub when: Formula,
    pub clock: NaiveTime,
    pub purpose: Purpose,
}

/// What to do with a person who comes back while a question is open, by another door or by dialling again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    GoOn,
    Ask,
    Restart,
}

impl Start {
    /// Whether nothing a person or anything else does begins the flow: it can only be called.
    pub(crate) fn is_nothing(&self) -> bool {
        !self.words
            && !self.otherwise
            && self.ussd.is_none()
            && self.referral.is_empty()
            && self.event.is_empty()
            && self.schedule.is_empty()
    }
}

/// The head's arms and settings.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub tries: Option<u8>,
    pub stuck: Option<Arm>,
    pub unavailable: Option<Arm>,
    pub undeliverable: Option<Arm>,
    pub silence: Vec<Silence>,
    /// How its SMS are written.
    pub sms: SmsStyle,
    /// Pages that a prompt or text may take on USSD.
    pub ussd_pages: UssdPages,
    pub anytime: Vec<Anytime>,
    pub resume: Option<Return>,
    /// Where replies go after a USSD screen closed, the first door that is open.
    pub carry_on: Vec<Channel>,
}

/// `ussd: {pages: 9}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UssdPages(pub u8);

impl Default for UssdPages {
    fn default() -> Self {
        Self(9)
    }
}

impl Head {
    /// Every arm.
    pub(crate) fn arms(&self) -> impl Iterator<Item = &Arm> {
        let named = self.stuck.iter().chain(&self.unavailable).chain(&self.undeliverable);
        let silences = self.silence.iter().map(|silence| &silence.arm);
        named.chain(silences).chain(self.anytime.iter().map(|entry| &entry.arm))
    }
}

/// What happens when a question stays unanswered for a while.
#[derive(Debug)]
pub(crate) struct Silence {
    pub after_s: u32,
    pub arm: Arm,
}

/// Words that are understood at any question.
#[derive(Debug)]
pub(crate) struct Anytime {
    pub key: String,
    pub at: At,
    pub arm: Arm,
    /// All languages', folded; filled in when the messages are read.
    pub folded: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Scene {
    pub name: String,
    pub at: At,
    pub block: usize,
}

/// A list of steps.
#[derive(Debug)]
pub(crate) struct Block {
    pub lines: Vec<Line>,
    pub after: After,
    /// The step whose arm this is.
    pub owner: Option<Spot>,
}

/// Where one goes on when a list of steps has run through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// A scene may not run off its end; if it does, the flow ends.
    End,
    /// The step after the one whose arm it was.
    Next,
    /// The step whose list it is goes on: `each` with its next item, `form` with what is still to be asked.
    Round,
    /// The open question stays open and is not asked again.
    Wait,
    /// The open question is asked again.
    Resume,
}

/// A step and what every step may have.
#[derive(Debug)]
pub(crate) struct Line {
    /// Scene and name: unique in its flow, and stable from one revision to the next.
    pub id: String,
    pub verb: &'static str,
    pub at: At,
    pub guard: Option<Guard>,
    pub step: Box<dyn Step>,
}

/// `when:` or `unless:`.
#[derive(Debug)]
pub(crate) struct Guard {
    pub wanted: bool,
    pub condition: Formula,
}

/// An expression and where it stands.
#[derive(Debug)]
pub(crate) struct Formula {
    pub at: At,
    pub source: String,
    pub expression: Expression,
}

/// A step's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub block: usize,
    pub index: usize,
}

impl Spot {
    pub(crate) fn next(self) -> Self {
        Self { block: self.block, index: self.index + 1 }
    }
}

/// What follows an option, an outcome or a condition.
#[derive(Debug, Clone)]
pub(crate) struct Arm {
    pub at: At,
    pub to: To,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    Scene(String),
    Block(usize),
    Next,
    Again,
    Back,
    End,
}

impl Flow {
    pub(crate) fn scene(&self, name: &str) -> Option<&Scene> {
        self.scenes.iter().find(|scene| scene.name == name)
    }

    pub(crate) fn line(&self, spot: Spot) -> Option<&Line> {
        self.blocks.get(spot.block)?.lines.get(spot.index)
    }

    /// The texts of the language `code`, else of its primary language, else the flow's first.
    pub(crate) fn texts(&self, code: &str) -> Option<&Texts> {
        let primary = |code: &str| code.split(['-', '_']).next().map(str::to_owned);
        self.texts
            .iter()
            .find(|texts| texts.code == code)
            .or_else(|| self.texts.iter().find(|texts| primary(&texts.code) == primary(code)))
            .or_else(|| self.texts.first())
    }
}
