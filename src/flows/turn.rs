//! The words in which the engine and the core speak of one turn.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::keeping::{OptOut, Wish};
use super::machine::State;
use super::value::{Row, Value};
use crate::domain::outbound::WhenUnknown;
use crate::domain::{Content, Country, MessageBody, MoveCode, QuietHours, Referral, Timestamp};

/// One thing that happened to a conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The person said, tapped or sent something.
    Message { body: MessageBody, referral: Option<Referral> },
    /// The alarm the state asked for has come (possibly early: then the turn only arms it again).
    Alarm,
    /// The owner answered the person herself: be silent until `quiet_until`.
    StaffSpoke { quiet_until: Timestamp },
    /// A message of ours could not be delivered, or was not allowed (`reason` is a stable word: `window_shut`, `undeliverable`, …).
    SendFailed { reason: &'static str },
    /// News from outside the conversation. A receipt somebody waits for comes this way too, as `receipt`.
    Event { name: String, payload: Row },
    /// A USSD code was dialled: `*384*77*1*2#` begins the flow whose `start.ussd` is its longest prefix, the rest is walked.
    Dial { code: String },
    /// A job this conversation ordered has ended. `number` is that of its [`JobOrder`].
    Job {
        number: u32,
        outcome: String,
        value: Option<Value>,
        /// What it was ordered for, if it is a payment: its result is never dropped.
        payment: Option<Payment>,
    },
    /// The person whom staff talked to is handed back.
    GivenBack,
    /// A person was to be handed over, and nobody is there for it.
    NobodyThere,
    /// The network heard the person say that she wants no more messages here (or, with `again`, that she does), and has told her so.
    Kept { again: bool },
    /// The USSD session broke off: its screen is gone, what was open stays open. The news `hung_up` to a flow that begins with it.
    HungUp,
    /// The person came by another channel with the code of a move.
    Moved,
    /// Where the person wants to be written to, for one purpose or, without one, for all. `None` takes a wish back.
    Prefers { purpose: Option<Purpose>, channel: Option<Channel> },
}

/// What a channel can carry, as the layout of prompts needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    WhatsApp,
    Ussd,
    Sms,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::WhatsApp, Self::Ussd, Self::Sms];

    /// Its name in flows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Ussd => "ussd",
            Self::Sms => "sms",
        }
    }

    /// The channel a flow names so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }
}

/// Why the business writes first. What answers the person has no purpose of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// News of what the person has ordered or asked for.
    Service,
    Reminder,
    Marketing,
    /// A code that proves who she is, for which she asked elsewhere.
    Code,
}

impl Purpose {
    /// Those for which she may choose a channel.
    pub const ALL: [Self; 3] = [Self::Service, Self::Reminder, Self::Marketing];
    /// Those that a message may have.
    pub const OF_MESSAGES: [Self; 4] = [Self::Service, Self::Reminder, Self::Marketing, Self::Code];

    /// Its name in flows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Reminder => "reminder",
            Self::Marketing => "marketing",
            Self::Code => "code",
        }
    }

    /// The purpose a flow names so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// How the person can be brought to channels at which nobody can speak to her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The code this turn may give her.
    pub code: MoveCode,
    /// How long it is good where the flow does not say.
    pub life_s: u32,
    /// The WhatsApp number, `+` and digits.
    pub whatsapp: Option<String>,
    /// The number or short code that takes SMS.
    pub sms: Option<String>,
    /// The code to dial where no flow has one, `*384*77#`.
    pub ussd: Option<String>,
    /// Her phone number is known: who dials with it is known without a code.
    pub phone_known: bool,
}

/// A code that this turn gave to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invited {
    /// The channel at which it is taken.
    pub to: Channel,
    pub until: Timestamp,
}

/// One way by which the person can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    pub channel: Channel,
    /// Free text may leave there now: WhatsApp inside its 24 hours, SMS always, USSD only while its screen waits for this answer.
    pub open: bool,
}

/// How the screens of the USSD account are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Characters of GSM 03.38 on one screen.
    pub chars: u16,
    /// The key that shows the next page.
    pub more: String,
    /// The key that goes back.
    pub back: String,
}

impl Default for Screen {
    fn default() -> Self {
        Self { chars: 160, more: "00".to_owned(), back: "0".to_owned() }
    }
}

/// Everything a turn may know besides the state and the input.
#[derive(Debug, Clone)]
pub struct Context {
    pub now: Timestamp,
    /// The tenant's zone: what "today" means.
    pub zone: chrono_tz::Tz,
    /// The door by which the input came in, or, for what does not come from the person, the one she used last.
    pub channel: Channel,
    /// Whether that door lets us write freely now (WhatsApp's 24-hour window, a USSD screen that waits). If not, only templates leave.
    pub door_open: bool,
    /// All doors of the person, the last used first, then those by which she could be reached. Empty where only `channel` is known.
    pub doors: Vec<Door>,
    /// The channels of those doors at which she has never been.
    pub unused: Vec<Channel>,
    /// `None`: nothing is known by which she could be brought to another channel.
    pub invitation: Option<Invitation>,
    /// What cannot leave by one of these channels goes by a later one.
    pub fallback: Vec<Channel>,
    /// The language of a person who has chosen none.
    pub language: String,
    /// The name from the person's profile, if the channel told it.
    pub profile_name: Option<String>,
    /// Which revision of its flows the tenant's set is, noted in sessions that begin; 0 for flows that were never published.
    pub revision: i32,
    /// A number of the person that stays hers: by it `split` gives her the same arm every time.
    pub shares: u64,
    pub screen: Screen,
    /// The name of the business, for the answers to STOP, START and HELP.
    pub business: String,
    /// In whose form phone numbers are typed; `None`: the country of the zone.
    pub country: Option<Country>,
    /// When the business leaves people in peace: a reminder goes before.
    pub quiet: Option<QuietHours>,
    /// What the person has stopped.
    pub opt_outs: Vec<OptOut>,
    /// The code of the business on USSD, such as `*384*77#`; empty where none was dialled.
    pub code: String,
}

impl Context {
    /// What is true of a person who writes by an open door and of whom nothing else is known.
    pub fn at(now: Timestamp, zone: chrono_tz::Tz, channel: Channel) -> Self {
        Self {
            now,
            zone,
            channel,
            door_open: true,
            doors: vec![Door { channel, open: true }],
            unused: Vec::new(),
            invitation: None,
            fallback: Vec::new(),
            language: "en".to_owned(),
            profile_name: None,
            revision: 0,
            shares: 0,
            screen: Screen::default(),
            business: String::new(),
            country: None,
            quiet: None,
            opt_outs: Vec::new(),
            code: String::new(),
        }
    }
}

/// A question to operations: an operation and its arguments, numbered in the order the turn met them.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub ordinal: u8,
    pub operation: String,
    pub arguments: Row,
}

/// What an operation answered. `outcome` is one of its signature's, or `unavailable`.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub outcome: String,
    pub value: Option<Value>,
}

/// One message of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Say {
    pub content: Content,
    pub when_unknown: WhenUnknown,
    /// The flow wants to hear of this message's receipts.
    pub wake: bool,
    /// The channel by whose door it leaves; `None` is the context's own.
    pub by: Option<Channel>,
    /// What its flow says that it is for.
    pub purpose: Option<Purpose>,
    /// The channel by which it should have left, had its door been open.
    pub instead_of: Option<Channel>,
    /// The same words as an SMS, for a message that does not hold them itself, such as a template.
    pub words: Vec<Content>,
}

/// Work outside the conversation. Its result comes back as [`Input::Job`] with the same number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobOrder {
    pub number: u32,
    /// The step that ordered it, as the flow names it.
    #[serde(default)]
    pub step: String,
    pub kind: JobKind,
    /// The provider's or server's name.
    pub name: String,
    /// What the provider or server is told.
    pub arguments: Row,
    /// When it has failed if there is no result yet.
    pub deadline: Timestamp,
}

impl JobOrder {
    /// What a payment is for; `None` for other work.
    pub fn payment(&self) -> Option<Payment> {
        (self.kind == JobKind::Pay).then(|| Payment { name: self.step.clone(), ordered: self.arguments.clone() })
    }
}

/// What a payment is for. When nobody waits for its result any more, the flow begins that has the event `pay.` with its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Payment {
    /// The name of its `pay` step.
    pub name: String,
    /// What was ordered: the amount, and what else the provider was told.
    pub ordered: Row,
}

impl Payment {
    /// What the event tells: what was ordered, the outcome, and the reference, which is empty where there is none.
    pub(crate) fn told(&self, outcome: &str, value: Option<&Value>) -> Row {
        let mut told = self.ordered.clone();
        told.insert(OUTCOME.to_owned(), Value::text(outcome));
        told.insert(REFERENCE.to_owned(), Value::text(""));
        if let Some(Value::Row(value)) = value
            && let Some(reference @ Value::Text(_)) = value.get(REFERENCE)
        {
            told.insert(REFERENCE.to_owned(), reference.clone());
        }
        told
    }
}

/// How the events of payments begin that nobody waits for any more. Nothing else is news under such a name.
pub(crate) const PAID: &str = "pay.";
/// What such an event tells besides what was ordered.
pub(crate) const OUTCOME: &str = "outcome";
/// A payment's number at its provider, in its result and in such an event.
pub(crate) const REFERENCE: &str = "reference";
/// What every payment is ordered with.
pub(crate) const AMOUNT: &str = "amount";

/// Who does a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobKind {
    /// Reads a document or a picture.
    Read,
    /// Takes a payment.
    Pay,
    /// The tenant's own server.
    Request,
}

impl JobKind {
    pub const ALL: [Self; 3] = [Self::Read, Self::Pay, Self::Request];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Pay => "pay",
            Self::Request => "request",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One step of a flow on which something happened that a funnel counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Count {
    pub flow: SmolStr,
    pub step: SmolStr,
    pub what: Passing,
}

/// What happens to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Passing {
    /// It was asked.
    Entered,
    Answered,
    /// The answer could not be read.
    Reasked,
    /// It was left without an answer: by silence, by another flow, by `stop`.
    Left,
}

impl Passing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Answered => "answered",
            Self::Reasked => "reasked",
            Self::Left => "left",
        }
    }
}

/// In what way a conversation rests after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rests {
    /// A question is open: a USSD screen stays.
    Question,
    /// Something else is waited for.
    Waiting,
    /// No flow runs.
    #[default]
    Ended,
}

/// How far a turn came.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// These must be answered; then the turn runs again from the start with all answers so far, in the order of their ordinals.
    Ask(Vec<Question>),
    Done(Box<Done>),
}

/// A finished turn. The guarded effects among its answers belong into the commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    pub state: State,
    pub messages: Vec<Say>,
    /// When the core wants to be woken at the latest.
    pub alarm: Option<Timestamp>,
    /// The names of the messages said, in their order: for tests and logs.
    pub said: Vec<String>,
    pub jobs: Vec<JobOrder>,
    /// The code that was given to the person, if one was.
    pub invited: Option<Invited>,
    /// For the funnel.
    pub counts: Vec<Count>,
    pub rests: Rests,
    /// The person wants no more messages here, or wants them again.
    pub wish: Option<Wish>,
    /// What went otherwise than a checked flow should: for the metrics, never for the person.
    pub faults: Vec<Fault>,
}

/// Something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A turn wanted more steps, operations or text than it may have.
    Budget,
    /// An expression had no value.
    Expression,
    /// A message is missing.
    Message,
    /// A flow or scene is missing, or none takes this input.
    Flow,
    /// The session rested at a place that this revision does not have.
    Place,
    /// An operation could not answer.
    Unavailable,
    /// Something could not be said because the channel's window is shut.
    WindowShut,
    /// News that no flow waits for.
    Event,
    /// The result of a job that nobody waits for any more.
    Job,
    /// A payment was made, or may have been, for which nobody waits any more and which no flow claims.
    Payment,
}

impl Fault {
    /// A stable word for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Expression => "expression",
            Self::Message => "message",
            Self::Flow => "flow",
            Self::Place => "place",
            Self::Unavailable => "unavailable",
            Self::WindowShut => "window_shut",
            Self::Event => "event",
            Self::Job => "job",
            Self::Payment => "payment",
        }
    }
}
