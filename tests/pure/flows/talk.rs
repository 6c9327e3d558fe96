//! Plays a talk written in YAML against the machine. One exchange a line; the session is written and read back between any two turns.
//!
//! `say` is typed as it stands, `pick` is a tap on an option of the last prompt (or on the `n`th last with `from: n`), `later` lets time
//! pass (an alarm comes when it was asked for), `staff` lets a human answer, `door: shut` shuts the channel's window, `failed` reports an
//! undelivered message, `answer` changes the next answer of an operation and `world` all further ones. `bot` names what was said.

use std::fmt::Write as _;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use ganira::domain::{Content, MessageBody};
use ganira::flows::{Channel, Context, Fault, FlowSet, Input, State, Turn, advance};
use serde_json::Value as Json;

use super::world::World;

pub struct Talk<'f> {
    flows: &'f FlowSet,
    pub world: World,
    pub state: State,
    context: Context,
    alarm: Option<DateTime<Utc>>,
    /// The options of every prompt so far: option ids as they were sent.
    prompts: Vec<Vec<String>>,
    pub faults: Vec<Fault>,
    /// Everything said on both sides.
    pub transcript: String,
}

impl<'f> Talk<'f> {
    pub fn new(flows: &'f FlowSet, file: &Json, test: &Json) -> Self {
        let word = |name: &str, otherwise: &str| {
            let found = test.get(name).or_else(|| file.get(name)).and_then(Json::as_str);
            found.unwrap_or(otherwise).to_owned()
        };
        let now = word("now", "2026-11-20T10:00 Africa/Kigali");
        let (now, zone) = now.split_once(' ').expect("now: time zone");
        let zone: chrono_tz::Tz = zone.parse().expect("a zone");
        let now = NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M").expect("a time");
        let now = now.and_local_timezone(zone).unwrap().with_timezone(&Utc);
        let channel = match word("channel", "whatsapp").as_str() {
            "ussd" => Channel::Ussd,
            "sms" => Channel::Sms,
            _ => Channel::WhatsApp,
        };
        let profile_name = test.get("profile").and_then(Json::as_str).map(str::to_owned);
        let context = Context { language: word("language", "en"), profile_name, ..Context::at(now, zone, channel) };
        Self {
            flows,
            world: World::of(file),
            state: State::default(),
            context,
            alarm: None,
            prompts: Vec::new(),
            faults: Vec::new(),
            transcript: String::new(),
        }
    }

    /// Plays one line of a talk.
    pub fn line(&mut self, line: &Json) {
        let map = line.as_object().expect("a line is a map");
        let text = |name: &str| map.get(name).and_then(Json::as_str);
        let mut said = Vec::new();
        if let Some(answers) = map.get("answer") {
            self.world.once(answers);
        }
        if let Some(answers) = map.get("world") {
            self.world.change(answers);
        }
        if let Some(door) = text("door") {
            self.context.door_open = door == "open";
        }
        if let Some(channel) = text("channel") {
            self.context.channel = if channel == "sms" { Channel::Sms } else { Channel::WhatsApp };
        }
        if map.contains_key("start") {
            said = self.message(MessageBody::Text { text: "muraho!".to_owned() }, "> muraho!");
        }
        if let Some(text) = text("say") {
            said = self.message(MessageBody::Text { text: text.to_owned() }, &format!("> {text}"));
        }
        if let Some(option) = text("pick") {
            let from = map.get("from").and_then(Json::as_u64).unwrap_or(1) as usize;
            said = self.pick(option, from);
        }
        if let Some(what) = text("send") {
            said = self.message(MessageBody::Unsupported { what: what.to_owned() }, &format!("> ({what})"));
        }
        if map.contains_key("react") {
            let body = MessageBody::Reaction { to: "wamid.X".to_owned(), emoji: Some("👍".to_owned()) };
            said = self.message(body, "> (reaction)");
        }
        if let Some(time) = text("later") {
            said = self.later(duration(time));
        }
        if let Some(time) = text("staff") {
            let quiet_until = self.context.now + duration(time);
            said = self.turn(&Input::StaffSpoke { quiet_until }, "> (staff answers)");
        }
        if map.contains_key("alarm") {
            said = self.turn(&Input::Alarm, "> (alarm)");
        }
        if map.contains_key("failed") {
            said = self.turn(&Input::SendFailed { reason: "window_shut" }, "> (not delivered)");
        }
        if let Some(bot) = map.get("bot") {
            self.expect(bot, &said, line);
        }
        if let Some(check) = map.get("check") {
            self.check(check);
        }
    }

    fn message(&mut self, body: MessageBody, shown: &str) -> Vec<String> {
        self.turn(&Input::Message { body, referral: None }, shown)
    }

    fn pick(&mut self, option: &str, from: usize) -> Vec<String> {
        let row = self.world.row_id(option).map(|id| format!("={id}"));
        let ids = &self.prompts[self.prompts.len() - from];
        let wanted = |id: &&String| {
            let name = id.split_once(':').map_or("", |(_, name)| name);
            name == option
                || row.as_deref() == Some(name)
                || name.strip_prefix('+') == Some(option)
                || name == format!("={option}")
        };
        let id = ids.iter().find(wanted).unwrap_or_else(|| panic!("no option {option} among {ids:?}")).clone();
        self.message(MessageBody::Tap { id, title: option.to_owned() }, &format!("> [{option}]"))
    }

    fn later(&mut self, time: Duration) -> Vec<String> {
        let until = self.context.now + time;
        let mut said = Vec::new();
        while let Some(at) = self.alarm.filter(|at| *at <= until) {
            self.context.now = at.max(self.context.now);
            let before = self.alarm;
            said.extend(self.turn(&Input::Alarm, "> (alarm)"));
            assert_ne!(before, self.alarm, "an alarm that came must not be asked for again");
        }
        self.context.now = until;
        said
    }

    /// One turn, with all questions answered. The state goes through its written form.
    pub fn turn(&mut self, input: &Input, shown: &str) -> Vec<String> {
        let written = serde_json::to_vec(&self.state).unwrap();
        let state = State::read(&written).unwrap();
        assert_eq!(state, self.state, "a state is read back equal");
        let mut answers = Vec::new();
        let done = loop {
            match advance(self.flows, &state, input, &answers, &self.context) {
                Turn::Done(done) => break done,
                Turn::Ask(questions) => {
                    for question in questions {
                        assert_eq!(usize::from(question.ordinal), answers.len());
                        answers.push(self.world.answer(&question));
                    }
                }
            }
        };
        self.state = done.state;
        self.alarm = done.alarm;
        self.faults.extend(&done.faults);
        self.transcript.push_str(shown);
        self.transcript.push('\n');
        for say in &done.messages {
            self.transcript.push_str(&print(&say.content));
            self.prompts.extend(option_ids(&say.content));
        }
        done.said
    }

    fn expect(&self, bot: &Json, said: &[String], line: &Json) {
        let names = match bot {
            Json::Array(names) => names.clone(),
            Json::Null => Vec::new(),
            one => vec![one.clone()],
        };
        let wanted: Vec<String> = names
            .iter()
            .map(|name| match name {
                Json::Object(pair) => pair.keys().next().expect("a name").clone(),
                other => other.as_str().expect("a name").to_owned(),
            })
            .collect();
        assert_eq!(said, wanted, "in {line}\n{}", self.transcript);
        for pair in names.iter().filter_map(Json::as_object) {
            let has = pair.values().next().and_then(|what| what["has"].as_str()).expect("has: text");
            let last = self.transcript.rsplit("\n> ").next().unwrap_or_default();
            assert!(last.contains(has), "{has:?} is not in\n{last}");
        }
    }

    fn check(&self, check: &Json) {
        let check = check.as_object().expect("check: {what: value}");
        for (what, wanted) in check {
            match what.as_str() {
                "done" => assert_eq!(serde_json::json!(self.world.done), *wanted, "{}", self.transcript),
                "ended" => assert_eq!(!self.state.is_open(), wanted.as_bool().unwrap(), "{}", self.transcript),
                "at" => {
                    let at = self.state.place().map(|(flow, at)| format!("{flow}/{at}"));
                    assert_eq!(at.as_deref(), wanted.as_str(), "{}", self.transcript);
                }
                "bytes_at_most" => {
                    let bytes = serde_json::to_vec(&self.state).unwrap().len() as u64;
                    assert!(
                        bytes <= wanted.as_u64().unwrap(),
                        "{bytes} bytes: {}",
                        serde_json::to_string(&self.state).unwrap()
                    );
                }
                "alarm_in" => {
                    let wanted = wanted.as_str().map(|time| self.context.now + duration(time));
                    assert_eq!(self.alarm, wanted, "{}", self.transcript);
                }
                "fault" => {
                    let found = self.faults.iter().any(|fault| Some(fault.as_str()) == wanted.as_str());
                    assert!(found, "{:?}", self.faults);
                }
                "values" => {
                    for (name, value) in wanted.as_object().unwrap() {
                        let found = self.state.value(name).map(|value| serde_json::to_value(value).unwrap());
                        assert_eq!(found.as_ref(), Some(value).filter(|value| !value.is_null()), "{name}");
                    }
                }
                other => panic!("check does not know {other}"),
            }
        }
    }
}

fn duration(text: &str) -> Duration {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: i64 = number.parse().expect("a number");
    match unit {
        "s" => Duration::seconds(number),
        "m" => Duration::minutes(number),
        "h" => Duration::hours(number),
        "d" => Duration::days(number),
        other => panic!("no unit {other}"),
    }
}

pub fn option_ids(content: &Content) -> Option<Vec<String>> {
    match content {
        Content::Buttons { buttons, .. } => Some(buttons.iter().map(|button| button.id.clone()).collect()),
        Content::List { rows, .. } => Some(rows.iter().map(|row| row.id.clone()).collect()),
        Content::Template(template) => Some(
            template
                .buttons
                .iter()
                .filter_map(|button| match button {
                    ganira::domain::outbound::TemplateButton::QuickReply { payload, .. } => Some(payload.clone()),
                    _ => None,
                })
                .collect(),
        ),
        _ => None,
    }
}

/// A message as a person sees it.
fn print(content: &Content) -> String {
    let indented = |text: &str| format!("  {}\n", text.replace('\n', "\n  "));
    match content {
        Content::Text { text, .. } => indented(text),
        Content::Buttons { text, buttons, .. } => {
            let titles: Vec<String> = buttons.iter().map(|button| format!("[{}]", button.title)).collect();
            format!("{}  {}\n", indented(text), titles.join(" "))
        }
        Content::List { text, button, rows, .. } => {
            let mut out = format!("{}  [= {button}]\n", indented(text));
            for row in rows {
                let note = row.note.as_ref().map(|note| format!(" | {note}")).unwrap_or_default();
                let _ = writeln!(out, "   - {}{note}", row.title);
            }
            out
        }
        Content::Template(template) => {
            let body: Vec<String> = template.body.iter().map(|parameter| format!("{parameter:?}")).collect();
            format!(
                "  (template {} {}) {} {} buttons\n",
                template.name,
                template.language,
                body.join(" "),
                template.buttons.len()
            )
        }
        other => format!("  {other:?}\n"),
    }
}
