//! One line of a talk: what happens, what the bot is to say, what must be true then.

use super::Reader;
use super::words::pairs;
use crate::flows::mistake::{At, did_you_mean};
use crate::flows::reader::{Keys, text};
use crate::flows::source::{Kind, Node};
use crate::flows::talk::check;
use crate::flows::talk::script::{Act, Exchange, Middle, Sent};
use crate::flows::talk::typed::{self, word};

impl Reader<'_> {
    pub(super) fn exchange(&mut self, node: &Node) -> Option<Exchange> {
        let mut keys = Keys::of(node, "an exchange", self.mistakes)?;
        let exchange = self.happening(&mut keys);
        keys.finish("an exchange", self.mistakes);
        Some(exchange)
    }

    pub(super) fn happening(&mut self, keys: &mut Keys<'_>) -> Exchange {
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
        for (at, what, _) in checks.iter().filter(|(_, what, _)| !check::KNOWN.contains(&what.as_str())) {
            let mend = did_you_mean(what, check::KNOWN, "remove it");
            self.mistakes.add(
                *at,
                format!("check knows no \"{what}\""),
                format!("it knows {}", check::KNOWN.join(", ")),
                mend,
            );
        }
        Exchange { at: keys.at, acts, bot, checks }
    }

    /// What happens in an exchange.
    pub(super) fn inputs(&mut self, keys: &mut Keys<'_>, acts: &mut Vec<(At, Act)>) {
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
            ("code", Act::Code),
            ("given_back", Act::GivenBack),
            ("nobody", Act::Nobody),
        ] {
            if let Some(node) = keys.take(name) {
                acts.push((node.at, act));
            }
        }
    }

    /// What a person sends: a word, or `{image: file}`, `{place: "-1.9441, 30.0619"}`.
    pub(super) fn sent(&mut self, node: &Node) -> Option<Sent> {
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

    pub(super) fn middle(&mut self, node: &Node) -> Option<Middle> {
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
}
