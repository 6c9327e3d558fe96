//! A conversation whose every turn is decided by bytes, with what must hold after each.

use chrono::Duration;
use ganira::domain::{MediaKind, MediaRef, MessageBody, Money, Referral, Timestamp};
use ganira::flows::operation::salon;
use ganira::flows::talk::taps;
use ganira::flows::{
    Answer, Channel, Context, Done, Door, Environment, Field, FlowSet, Input, Payment, Place, ProviderKind, Question,
    Row, State, Turn, Type, Value, advance,
};

use crate::bytes::Bytes;
use crate::harness::Seen;

/// Turns of one conversation.
const TURNS_MAX: usize = 24;
/// Operations of one turn.
const OPERATIONS_MAX: usize = 16;
/// Bytes of a written state.
const STATE_BYTES_MAX: usize = 64 * 1024;
/// Seconds that pass at once: five years.
const SECONDS_MAX: i64 = 5 * 366 * 86_400;

const SAID: [&str; 40] = [
    "1",
    "2",
    "3",
    "10",
    "00",
    "0",
    "book",
    "menu",
    "hours",
    "help",
    "stop",
    "start",
    "more",
    "yes",
    "no",
    "first",
    "back",
    "language",
    "cancel",
    "Uwase",
    "Kinyarwanda",
    "demain",
    "ejo",
    "saa mbiri",
    "friday",
    "9",
    "9:30",
    "tomorrow afternoon",
    "2.5",
    "5000",
    "",
    " ",
    "0788123456",
    "a@b.rw",
    "agree",
    "last",
    "none",
    "two and a half hours",
    "change",
    "restart",
];

/// What flows of this harness may name.
pub fn environment() -> Environment {
    Environment::of(salon::ALL)
        .with_provider(ProviderKind::Read, "eyes")
        .with_provider(ProviderKind::Read, "cards")
        .with_provider(ProviderKind::Pay, "till")
        .with_provider(ProviderKind::Pay, "default")
        .with_server("shop")
}

pub fn now() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().unwrap()
}

pub fn context(channel: Channel) -> Context {
    Context::at(now(), chrono_tz::Africa::Kigali, channel)
}

pub fn text(text: &str) -> Input {
    Input::Message { body: MessageBody::Text { text: text.to_owned() }, referral: None }
}

/// One person, one engine.
pub struct Talk<'f> {
    flows: &'f FlowSet,
    pub state: State,
    context: Context,
    ids: Vec<String>,
    jobs: Vec<u32>,
}

impl<'f> Talk<'f> {
    pub fn new(flows: &'f FlowSet, state: State, channel: Channel) -> Self {
        Self { flows, state, context: context(channel), ids: Vec::new(), jobs: Vec::new() }
    }

    /// Turns as long as there are bytes.
    pub fn go_on(&mut self, bytes: &mut Bytes<'_>, seen: &mut Seen) {
        for _ in 0..TURNS_MAX {
            if bytes.is_empty() {
                break;
            }
            let Some(input) = self.input(bytes) else { continue };
            self.turn(&input, bytes, seen);
        }
    }

    /// One turn; `None` where the bytes ask for what cannot be done.
    pub fn act(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        let input = self.input(bytes)?;
        self.turn(&input, bytes, &mut Seen::default());
        Some(())
    }

    pub fn turn(&mut self, input: &Input, bytes: &mut Bytes<'_>, seen: &mut Seen) {
        let mut answers = Vec::new();
        let done = loop {
            match advance(self.flows, &self.state, input, &answers, &self.context) {
                Turn::Done(done) => break done,
                Turn::Ask(questions) => {
                    assert_eq!(questions.len(), 1);
                    assert_eq!(usize::from(questions[0].ordinal), answers.len());
                    assert!(answers.len() < OPERATIONS_MAX);
                    answers.push(answer(&questions[0], bytes));
                }
            }
        };
        let again = advance(self.flows, &self.state, input, &answers, &self.context);
        assert_eq!(again, Turn::Done(done.clone()), "a turn is a function");
        self.took(*done, seen);
    }

    fn took(&mut self, done: Done, seen: &mut Seen) {
        let written = serde_json::to_vec(&done.state).unwrap();
        assert!(written.len() < STATE_BYTES_MAX, "a state of {} bytes", written.len());
        assert_eq!(State::read(&written).unwrap(), done.state, "a state is read back equal");
        seen.see((done.state.place(), &done.said));
        for fault in &done.faults {
            seen.see(fault);
        }
        self.ids.extend(done.messages.iter().filter_map(|say| taps(&say.content)).flatten());
        self.jobs.extend(done.jobs.iter().map(|job| job.number));
        self.state = done.state;
    }

    fn input(&mut self, bytes: &mut Bytes<'_>) -> Option<Input> {
        let message = |body| Some(Input::Message { body, referral: None });
        let tap = |id: &str| MessageBody::Tap { id: id.to_owned(), title: String::new() };
        match bytes.byte() % 24 {
            0..=3 => {
                let said = *bytes.one_of(&SAID);
                Some(text(said))
            }
            4 => Some(text(&bytes.text())),
            5..=10 => {
                let back = usize::from(bytes.byte()) % 12;
                message(tap(self.ids.iter().rev().nth(back)?))
            }
            11 => message(tap(&bytes.text())),
            12 => message(MessageBody::Unsupported { what: "poll".to_owned() }),
            13 => {
                let degrees = [0.0, -1.9441, 90.0, -180.0, 91.0, f64::NAN, f64::INFINITY, 1e300];
                let (latitude, longitude) = (*bytes.one_of(&degrees), *bytes.one_of(&degrees));
                message(MessageBody::Location {
                    latitude,
                    longitude,
                    name: Some(bytes.text().into_owned()),
                    address: None,
                })
            }
            14 => {
                let kind = *bytes.one_of(&[MediaKind::Image, MediaKind::Document, MediaKind::Voice]);
                let caption = Some(bytes.text().into_owned());
                let (id, mime) = ("4711".to_owned(), "image/jpeg".to_owned());
                message(MessageBody::Media(MediaRef { kind, id, mime, sha256: None, caption, filename: None }))
            }
            15 => {
                self.pass(bytes);
                Some(Input::Alarm)
            }
            16 => Some(Input::StaffSpoke {
                quiet_until: self.context.now + Duration::seconds(bytes.number() % SECONDS_MAX),
            }),
            17 => {
                Some(*bytes.one_of(&["window_shut", "undeliverable", "x"])).map(|reason| Input::SendFailed { reason })
            }
            18 => Some(Input::Event { name: bytes.text().into_owned(), payload: row(bytes) }),
            19 => Some(Input::Dial { code: bytes.text().into_owned() }),
            20 => Some(self.job(bytes)),
            21 => Some(bytes.one_of(&[Input::GivenBack, Input::NobodyThere, Input::HungUp]).clone()),
            22 => {
                let payload = bytes.text().into_owned();
                let referral = Some(Referral { source_id: Some("ad".to_owned()), ..Referral::default() });
                let body = MessageBody::TemplateTap { text: payload.clone(), payload };
                Some(Input::Message { body, referral })
            }
            _ => {
                self.turn_door(bytes);
                None
            }
        }
    }

    fn pass(&mut self, bytes: &mut Bytes<'_>) {
        self.context.now += Duration::seconds(bytes.number() % *bytes.one_of(&[600, 90_000, SECONDS_MAX]));
    }

    fn turn_door(&mut self, bytes: &mut Bytes<'_>) {
        let channel = *bytes.one_of(&Channel::ALL);
        let open = bytes.byte().is_multiple_of(2);
        self.context.channel = channel;
        self.context.door_open = open;
        self.context.doors.retain(|door| door.channel != channel);
        self.context.doors.insert(0, Door { channel, open });
        self.context.screen.chars = *bytes.one_of(&[160, 182, 70, 1, 0, u16::MAX]);
        let language = *bytes.one_of(&["en", "fr", "rw", "sw", "xx", ""]);
        language.clone_into(&mut self.context.language);
    }

    fn job(&self, bytes: &mut Bytes<'_>) -> Input {
        let number =
            self.jobs.last().copied().unwrap_or_default().wrapping_add(u32::from(bytes.byte().is_multiple_of(8)));
        let outcomes =
            ["read", "paid", "answered", "unclear", "declined", "failed", "unavailable", "unknown", "timed_out", "x"];
        let outcome = (*bytes.one_of(&outcomes)).to_owned();
        let value = value(bytes, 0);
        let name = (*bytes.one_of(&["deposit", "top_up", ""])).to_owned();
        let payment = bytes.byte().is_multiple_of(4).then(|| Payment { name, ordered: Row::new() });
        Input::Job { number, outcome, value, payment }
    }
}

/// An answer of any shape, mostly of a right one.
fn answer(question: &Question, bytes: &mut Bytes<'_>) -> Answer {
    let signatures = &environment().signatures;
    let signature = signatures.iter().find(|known| known.name == question.operation);
    let how = bytes.byte();
    let Some(outcome) =
        signature.and_then(|known| known.outcomes.get(usize::from(how >> 4) % known.outcomes.len().max(1)))
    else {
        return Answer { outcome: "unavailable".to_owned(), value: None };
    };
    match how % 16 {
        15 => Answer { outcome: "unavailable".to_owned(), value: None },
        14 => Answer { outcome: "nonsense".to_owned(), value: value(bytes, 0) },
        13 => Answer { outcome: outcome.name.to_owned(), value: value(bytes, 0) },
        how => {
            let value = outcome.yields.map(|kind| of_kind(kind, i64::from(how), bytes));
            Answer { outcome: outcome.name.to_owned(), value }
        }
    }
}

fn of_kind(kind: Type, n: i64, bytes: &mut Bytes<'_>) -> Value {
    match kind {
        Type::Text { .. } => Value::text(format!("text {n}")),
        Type::Texts { .. } => Value::Texts(vec![format!("text {n}")]),
        Type::Money => Value::Money(Money::rwf(n)),
        Type::YesNo => Value::YesNo(n % 2 == 0),
        Type::Date => Value::Date(now().date_naive()),
        Type::Time => Value::Time(now().time()),
        Type::DateTime => Value::DateTime(now() + Duration::hours(n)),
        Type::Duration => Value::Duration(n * 60),
        Type::Whole => Value::Whole(n),
        Type::Decimal | Type::Place | Type::Media => value(bytes, 0).unwrap_or(Value::Whole(n)),
        Type::Row(fields) => Value::Row(fields_of(fields, n, bytes)),
        Type::Rows { fields, .. } => {
            let count = i64::from(bytes.byte() % 34);
            Value::Rows((0..count).map(|n| fields_of(fields, n, bytes)).collect())
        }
    }
}

fn fields_of(fields: &[Field], n: i64, bytes: &mut Bytes<'_>) -> Row {
    let there = fields.iter().filter(|field| !field.optional || n % 2 == 0);
    there.map(|field| (field.name.to_owned(), of_kind(field.kind, n, &mut bytes.clone()))).collect()
}

pub fn row(bytes: &mut Bytes<'_>) -> Row {
    let names = ["id", "label", "note", "price", "start", "receipt", "status", "x"];
    (0..bytes.byte() % 5).filter_map(|_| Some(((*bytes.one_of(&names)).to_owned(), value(bytes, 1)?))).collect()
}

fn value(bytes: &mut Bytes<'_>, depth: u8) -> Option<Value> {
    let at = now() + Duration::seconds(bytes.number() % SECONDS_MAX);
    Some(match bytes.byte() % 14 {
        0 | 1 => Value::text(bytes.text()),
        2 => Value::Whole(bytes.number().wrapping_mul(bytes.number())),
        3 => Value::YesNo(bytes.byte().is_multiple_of(2)),
        4 => Value::Money(Money::rwf(bytes.number())),
        5 => Value::Date(at.date_naive()),
        6 => Value::Time(at.time()),
        7 => Value::DateTime(at),
        8 => Value::Duration(bytes.number()),
        9 => Value::Place(Box::new(Place::at(-1.9441, 30.0619)?)),
        10 => Value::Texts((0..bytes.byte() % 9).map(|_| bytes.text().into_owned()).collect()),
        11 if depth < 2 => Value::Row(row(bytes)),
        12 if depth < 2 => Value::Rows((0..bytes.byte() % 40).map(|_| row(bytes)).collect()),
        _ => return None,
    })
}
