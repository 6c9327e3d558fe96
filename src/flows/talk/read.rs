//! Reads a file of conversation tests. Every mistake is named with its place; a key nobody knows is one.

use std::collections::HashMap;

use chrono::{Duration, NaiveDateTime, Utc};

use super::screen;
use super::script::{Act, Exchange, Expected, Flows, Middle, Named, Pin, Sent, Settings, Test};
use super::typed::{self, word};
use super::{Talks, TestKeys};
use crate::domain::Timestamp;
use crate::flows::mistake::{At, Mistake, Mistakes, did_you_mean};
use crate::flows::reader::{Keys, describe, text};
use crate::flows::source::{self, Kind, Node};
use crate::flows::turn::Channel;

/// When nothing else is said, talks begin then, in Kigali: 2026-11-20T10:00.
const NOW: i64 = 1_795_161_600;
/// A time jump at most.
const LATER_MAX_D: i64 = 3_650;

/// What a file gives to those of its tests that do not say otherwise.
struct Given {
    flow: Option<String>,
    now: (Timestamp, chrono_tz::Tz),
    language: String,
    profile: Option<String>,
    shares: u64,
    contact: Vec<(String, Node)>,
    doors: Vec<Channel>,
    channels: Vec<Channel>,
}

pub(super) fn talks(file: &str, text: &str, data: Option<(&str, &str)>) -> Result<Talks, Vec<Mistake>> {
    let mut mistakes = Mistakes::of(file);
    let mut beside = Data::default();
    let mut found = Vec::new();
    if let Some((name, text)) = data {
        let mut of_data = Mistakes::of(name);
        beside = Data::read(text, &mut of_data);
        found.extend(of_data.found);
    }
    let talks = source::read(text, &mut mistakes).and_then(|root| {
        let mut reader = Reader { mistakes: &mut mistakes };
        reader.talks(file, &root, beside)
    });
    found.extend(mistakes.found);
    match talks {
        Some(talks) if found.is_empty() => Ok(talks),
        _ => {
            found.sort();
            Err(found)
        }
    }
}

/// One line of a talk, by itself.
pub(super) fn exchange(line: &str) -> Result<Exchange, Vec<Mistake>> {
    let mut mistakes = Mistakes::of("line");
    let root = source::read(line, &mut mistakes);
    let exchange = root.and_then(|root| Reader { mistakes: &mut mistakes }.exchange(&root));
    match exchange {
        Some(exchange) if mistakes.found.is_empty() => Ok(exchange),
        _ => Err(mistakes.found),
    }
}

/// The keys that the readers of this file look for.
pub(super) fn keys() -> TestKeys {
    let nothing = Node { at: At { line: 1, column: 1 }, kind: Kind::Map(Vec::new()) };
    let asked = |read: &dyn Fn(&mut Reader<'_>, &mut Keys<'_>)| {
        let mut mistakes = Mistakes::of("");
        let keys = Keys::of(&nothing, "", &mut mistakes);
        keys.map_or_else(Vec::new, |mut keys| {
            read(&mut Reader { mistakes: &mut mistakes }, &mut keys);
            keys.asked().to_vec()
        })
    };
    TestKeys {
        file: asked(&|reader, keys| {
            reader.file("", keys, Data::default());
        }),
        test: asked(&|reader, keys| {
            reader.one(keys, &Given::default());
        }),
        exchange: asked(&|reader, keys| {
            reader.happening(keys);
        }),
        check: super::check::KNOWN.to_vec(),
    }
}

/// A data file: rows by their names, and what operations answer when a test says nothing else.
#[derive(Debug, Default)]
pub(super) struct Data {
    pub world: HashMap<String, Node>,
    pub rows: HashMap<String, Node>,
}

impl Data {
    pub(super) fn read(text: &str, mistakes: &mut Mistakes) -> Self {
        let Some(root) = source::read(text, mistakes) else { return Self::default() };
        let Some(mut keys) = Keys::of(&root, "a data file", mistakes) else { return Self::default() };
        let data = Self {
            world: pairs(keys.take("world"), "world", mistakes).into_iter().collect(),
            rows: pairs(keys.take("rows"), "rows", mistakes).into_iter().collect(),
        };
        keys.finish("a data file", mistakes);
        data
    }
}

impl Default for Given {
    fn default() -> Self {
        Self {
            flow: None,
            now: (Timestamp::from_timestamp(NOW, 0).unwrap_or_default(), chrono_tz::Africa::Kigali),
            language: "en".to_owned(),
            profile: None,
            shares: 0,
            contact: Vec::new(),
            doors: Vec::new(),
            channels: vec![Channel::WhatsApp],
        }
    }
}

struct Reader<'m> {
    mistakes: &'m mut Mistakes,
}

impl Reader<'_> {
    fn talks(&mut self, file: &str, root: &Node, beside: Data) -> Option<Talks> {
        let mut keys = Keys::of(root, "a file of tests", self.mistakes)?;
        let talks = self.file(file, &mut keys, beside);
        keys.finish("a file of tests", self.mistakes);
        Some(talks)
    }

    fn file(&mut self, file: &str, keys: &mut Keys<'_>, beside: Data) -> Talks {
        let Data { mut world, mut rows } = beside;
        let flows = self.flows(keys);
        world.extend(pairs(keys.take("world"), "world", self.mistakes));
        rows.extend(pairs(keys.take("rows"), "rows", self.mistakes));
        let contact = world.remove("contact");
        let contact = contact.map_or_else(Vec::new, |node| pairs(Some(&node), "contact", self.mistakes));
        let nothing = Given { contact, ..Given::default() };
        let given = self.given(keys, &nothing);
        let mut tests = Vec::new();
        match keys.take("tests").map(|node| (node, &node.kind)) {
            Some((_, Kind::List(items))) => {
                for item in items {
                    tests.extend(self.test(item, &given));
                }
            }
            Some((node, _)) => self.expected(node, "tests are a list", "write a test a line after \"-\""),
            None => self.mistakes.add(keys.at, "a file of tests has tests", "there is no key \"tests\"", "add tests:"),
        }
        Talks { file: file.to_owned(), settings: Settings { flows, flow: given.flow, world, rows }, tests }
    }

    fn flows(&mut self, keys: &mut Keys<'_>) -> Flows {
        let set = keys.text("set", self.mistakes).map(|name| Flows::Shipped(name.to_owned()));
        let files = pairs(keys.take("files"), "files", self.mistakes);
        if let Some(set) = set {
            return set;
        }
        if files.is_empty() {
            return Flows::Beside;
        }
        let mut inline = Vec::new();
        for (name, node) in files {
            inline.extend(text(&node, "a file", self.mistakes).map(|text| (name.clone(), text.to_owned())));
        }
        Flows::Inline(inline)
    }

    /// What a file or a test says of all its exchanges.
    fn given(&mut self, keys: &mut Keys<'_>, above: &Given) -> Given {
        let now = keys.take("now").and_then(|node| {
            let found = word(node).as_deref().and_then(now);
            if found.is_none() {
                self.expected(node, "now is a time and a zone", "write 2026-11-20T10:00 Africa/Kigali");
            }
            found
        });
        let one = keys.take("channel").and_then(|node| Some(vec![self.channel(node)?]));
        let channels = keys.take("channels").and_then(|node| match &node.kind {
            Kind::List(items) if !items.is_empty() => {
                Some(items.iter().filter_map(|item| self.channel(item)).collect())
            }
            _ => {
                self.expected(node, "channels are a list", "write [whatsapp, ussd, sms]");
                None
            }
        });
        let doors = keys.take("doors").map(|node| {
            if let Kind::List(items) = &node.kind {
                return items.iter().filter_map(|item| self.channel(item)).collect();
            }
            self.expected(node, "doors are a list of channels", "write [whatsapp, sms]");
            Vec::new()
        });
        let mut contact = above.contact.clone();
        for (name, value) in pairs(keys.take("contact"), "contact", self.mistakes) {
            contact.retain(|(known, _)| *known != name);
            contact.push((name, value));
        }
        let word = |found: Option<&str>, above: &Option<String>| found.map(str::to_owned).or_else(|| above.clone());
        Given {
            flow: word(keys.text("flow", self.mistakes), &above.flow),
            now: now.unwrap_or(above.now),
            language: keys.text("language", self.mistakes).unwrap_or(&above.language).to_owned(),
            profile: word(keys.text("profile", self.mistakes), &above.profile),
            shares: keys.whole("shares", 0, i64::MAX, self.mistakes).map_or(above.shares, |shares| shares as u64),
            contact,
            doors: doors.unwrap_or_else(|| above.doors.clone()),
            channels: channels.or(one).unwrap_or_else(|| above.channels.clone()),
        }
    }

    fn test(&mut self, node: &Node, above: &Given) -> Option<Test> {
        let mut keys = Keys::of(node, "a test", self.mistakes)?;
        let test = self.one(&mut keys, above);
        keys.finish("a test", self.mistakes);
        Some(test)
    }

    fn one(&mut self, keys: &mut Keys<'_>, above: &Given) -> Test {
        let name = keys.text("test", self.mistakes).map(str::to_owned);
        if name.is_none() {
            let mend = "begin with test: a sentence";
            self.mistakes.add(keys.at, "a test has a name", "there is no key \"test\"", mend);
        }
        let given = self.given(keys, above);
        let mut talk = Vec::new();
        match keys.take("talk").map(|node| (node, &node.kind)) {
            Some((_, Kind::List(items))) => {
                for item in items {
                    talk.extend(self.exchange(item));
                }
            }
            Some((node, _)) => self.expected(node, "a talk is a list", "write an exchange a line after \"-\""),
            None => self.mistakes.add(keys.at, "a test has a talk", "there is no key \"talk\"", "add talk:"),
        }
        let Given { flow, now: (now, zone), language, profile, shares, contact, doors, channels } = given;
        Test {
            name: name.unwrap_or_default(),
            channels,
            flow,
            now,
            zone,
            language,
            profile,
            shares,
            contact,
            doors,
            talk,
        }
    }

    fn exchange(&mut self, node: &Node) -> Option<Exchange> {
        let mut keys = Keys::of(node, "an exchange", self.mistakes)?;
        let exchange = self.happening(&mut keys);
        keys.finish("an exchange", self.mistakes);
        Some(exchange)
    }

    fn happening(&mut self, keys: &mut Keys<'_>) -> Exchange {
        let mut acts = Vec::new();
        if let Some(node) = keys.take("answer") {
            acts.push((node.at, Act::Once(pairs(Some(node), "answer", self.mistakes))));
        }
        if let Some(node) = keys.take("world") {
            acts.push((node.at, Act::World(pairs(Some(node), "world", self.mistakes))));
        }
        if let Some(node) = keys.take("later") {
            acts.extend(self.duration(node).map(|time| (node.at, Act::Later(time))));
        }
        if let Some(node) = keys.take("door") {
            let open = self.one_of(node, "door", &["open", "shut"]);
            acts.extend(open.map(|word| (node.at, Act::Door { open: word == "open" })));
        }
        if let Some(node) = keys.take("via") {
            acts.extend(self.channel(node).map(|channel| (node.at, Act::Via(channel))));
        }
        if let Some(node) = keys.take("referral") {
            acts.extend(word(node).map(|id| (node.at, Act::Referral(id))));
        }
        self.inputs(keys, &mut acts);
        let bot = keys.take("bot").map(|node| (node.at, self.expected_bot(node)));
        let checks = keys.take("check").and_then(|node| Keys::of(node, "check", self.mistakes)).map_or_else(
            Vec::new,
            |checks| {
                checks.pairs().iter().map(|(key, value)| (key.at, key.name.clone(), value.clone())).collect::<Vec<_>>()
            },
        );
        for (at, what, _) in checks.iter().filter(|(_, what, _)| !super::check::KNOWN.contains(&what.as_str())) {
            let mend = did_you_mean(what, super::check::KNOWN, "remove it");
            self.mistakes.add(
                *at,
                format!("check knows no \"{what}\""),
                format!("it knows {}", super::check::KNOWN.join(", ")),
                mend,
            );
        }
        Exchange { at: keys.at, acts, bot, checks }
    }

    /// What happens in an exchange.
    fn inputs(&mut self, keys: &mut Keys<'_>, acts: &mut Vec<(At, Act)>) {
        if let Some(node) = keys.take("start") {
            acts.push((node.at, Act::Start));
        }
        if let Some(node) = keys.take("say") {
            let said = word(node);
            if said.is_none() {
                self.expected(node, "say is what the person types", "write it, in quotes if need be");
            }
            acts.extend(said.map(|said| (node.at, Act::Say(said))));
        }
        let from = keys.whole("from", 1, 1_000, self.mistakes).unwrap_or(1) as usize;
        if let Some(node) = keys.take("pick") {
            match word(node) {
                Some(option) => acts.push((node.at, Act::Pick { option, from })),
                None => self.expected(node, "pick is an option", "write its name, or the name of a row"),
            }
        }
        if let Some(node) = keys.take("send") {
            acts.extend(self.sent(node).map(|sent| (node.at, Act::Send(sent))));
        }
        if let Some(node) = keys.take("dial") {
            acts.extend(text(node, "dial", self.mistakes).map(|code| (node.at, Act::Dial(code.to_owned()))));
        }
        if let Some(node) = keys.take("at") {
            acts.extend(self.middle(node).map(|middle| (node.at, Act::At(middle))));
        }
        for (name, node) in pairs(keys.take("event"), "event", self.mistakes) {
            let payload =
                if node.kind == Kind::Empty { Vec::new() } else { pairs(Some(&node), "an event", self.mistakes) };
            acts.push((node.at, Act::Event { name, payload }));
        }
        for (name, answer) in pairs(keys.take("job"), "job", self.mistakes) {
            acts.push((answer.at, Act::Job { name, answer }));
        }
        if let Some(node) = keys.take("staff") {
            acts.extend(self.duration(node).map(|time| (node.at, Act::Staff(time))));
        }
        for (name, act) in [
            ("react", Act::React),
            ("alarm", Act::Alarm),
            ("failed", Act::Failed),
            ("hangup", Act::HangUp),
            ("given_back", Act::GivenBack),
            ("nobody", Act::Nobody),
        ] {
            if let Some(node) = keys.take(name) {
                acts.push((node.at, act));
            }
        }
    }

    /// What a person sends: a word, or `{image: file}`, `{place: "-1.9441, 30.0619"}`.
    fn sent(&mut self, node: &Node) -> Option<Sent> {
        if let Kind::Map(pairs) = &node.kind
            && let [(key, value)] = &pairs[..]
        {
            if key.name == "place" {
                let found = typed::place(value);
                if found.is_none() {
                    self.expected(value, "a place is latitude, longitude", "write \"-1.9441, 30.0619\"");
                }
                return found.map(Sent::Place);
            }
            let name = word(value).unwrap_or_default();
            if let Some(media) = typed::media(format!("{} {name}", key.name).trim()) {
                return Some(Sent::Media(media));
            }
        }
        let Some(what) = word(node) else {
            let mend = "write image, {document: menu.pdf} or {place: \"-1.9441, 30.0619\"}";
            self.expected(node, "send is what a person sends", mend);
            return None;
        };
        Some(typed::media(&what).map_or(Sent::Unsupported(what), Sent::Media))
    }

    fn middle(&mut self, node: &Node) -> Option<Middle> {
        let mut keys = Keys::of(node, "at", self.mistakes)?;
        let middle = Middle {
            flow: keys.text("flow", self.mistakes).map(str::to_owned),
            scene: keys.text("scene", self.mistakes).unwrap_or_default().to_owned(),
            values: pairs(keys.take("values"), "values", self.mistakes),
            caller: keys.text("caller", self.mistakes).map(str::to_owned),
        };
        if middle.scene.is_empty() {
            self.mistakes.add(node.at, "at names a scene", "there is no key \"scene\"", "add scene:");
        }
        keys.finish("at", self.mistakes);
        Some(middle)
    }

    fn expected_bot(&mut self, node: &Node) -> Expected {
        let by_channel = |pairs: &[(source::Key, Node)]| {
            !pairs.is_empty() && pairs.iter().all(|(key, _)| key.name == "else" || Channel::named(&key.name).is_some())
        };
        match &node.kind {
            Kind::Map(pairs) if by_channel(pairs) => Expected::PerChannel(
                pairs.iter().map(|(key, value)| (Channel::named(&key.name), self.names(value))).collect(),
            ),
            _ => Expected::Everywhere(self.names(node)),
        }
    }

    fn names(&mut self, node: &Node) -> Vec<Named> {
        match &node.kind {
            Kind::Empty => Vec::new(),
            Kind::List(items) => items.iter().flat_map(|item| self.names(item)).collect(),
            Kind::Map(pairs) => {
                pairs.iter().map(|(key, pins)| Named { name: key.name.clone(), pins: self.pins(pins) }).collect()
            }
            _ => word(node).into_iter().map(|name| Named { name, pins: Vec::new() }).collect(),
        }
    }

    fn pins(&mut self, node: &Node) -> Vec<Pin> {
        let Some(mut keys) = Keys::of(node, "what is expected of a message", self.mistakes) else { return Vec::new() };
        let mut pins = Vec::new();
        match keys.take("has").map(|node| (node, &node.kind)) {
            Some((_, Kind::List(items))) => pins.extend(items.iter().filter_map(word).map(Pin::Has)),
            Some((node, _)) => pins.extend(word(node).map(Pin::Has)),
            None => {}
        }
        pins.extend(keys.take("text").and_then(word).map(Pin::Text));
        if let Some(node) = keys.take("is") {
            pins.extend(self.one_of(node, "is", &screen::KINDS).map(Pin::Is));
        }
        let screen = keys.whole("screen_at_most", 1, 100_000, self.mistakes);
        pins.extend(screen.map(|chars| Pin::ScreenAtMost(chars as usize)));
        keys.finish("what is expected of a message", self.mistakes);
        pins
    }

    fn channel(&mut self, node: &Node) -> Option<Channel> {
        Channel::named(&self.one_of(node, "a channel", &["whatsapp", "ussd", "sms"])?)
    }

    fn one_of(&mut self, node: &Node, what: &str, known: &[&str]) -> Option<String> {
        let found = word(node).filter(|word| known.contains(&word.as_str()));
        if found.is_none() {
            let mend = did_you_mean(&word(node).unwrap_or_default(), known.iter().copied(), "write one of them");
            let what = format!("{what} is one of {}", known.join(", "));
            self.mistakes.add(node.at, what, format!("here stands {}", describe(node)), mend);
        }
        found
    }

    fn duration(&mut self, node: &Node) -> Option<Duration> {
        let found = word(node).as_deref().and_then(duration);
        if found.is_none() {
            self.expected(node, "here stands a duration", "write 25s, 10m, 2h or 1d");
        }
        found
    }

    fn expected(&mut self, node: &Node, what: &str, mend: &str) {
        self.mistakes.add(node.at, what, format!("here stands {}", describe(node)), mend);
    }
}

/// The pairs of a map, owned.
fn pairs(node: Option<&Node>, what: &str, mistakes: &mut Mistakes) -> Vec<(String, Node)> {
    let keys = node.and_then(|node| Keys::of(node, what, mistakes));
    keys.map_or_else(Vec::new, |keys| {
        keys.pairs().iter().map(|(key, value)| (key.name.clone(), value.clone())).collect()
    })
}

/// `2026-11-20T10:00 Africa/Kigali`.
fn now(text: &str) -> Option<(Timestamp, chrono_tz::Tz)> {
    let (at, zone) = text.split_once(' ')?;
    let zone: chrono_tz::Tz = zone.trim().parse().ok()?;
    let at = NaiveDateTime::parse_from_str(at, "%Y-%m-%dT%H:%M").ok()?;
    Some((at.and_local_timezone(zone).earliest()?.with_timezone(&Utc), zone))
}

/// `25s`, `10m`, `2h`, `1d`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    let time = match unit {
        "s" => Duration::try_seconds(number),
        "m" => Duration::try_minutes(number),
        "h" => Duration::try_hours(number),
        "d" => Duration::try_days(number),
        _ => None,
    }?;
    (time >= Duration::zero() && time.num_days() <= LATER_MAX_D).then_some(time)
}
