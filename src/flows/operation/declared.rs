//! Operations that a folder of flows declares itself, in `operations.yaml`: what they take, how they may end, and how large their values
//! can be. With them a flow can be checked and tested before the operations exist.
//!
//! ```yaml
//! types:
//!   driver: {id: text 40, label: text 24, note?: text 72, minutes: whole}
//! operations:
//!   drivers_near:
//!     kind: question                 # or command, or reservation
//!     takes: {place: text 40, vehicle?: text 10}
//!     outcomes: {found: driver x 10} # up to ten rows
//!   offer_ride:
//!     kind: command
//!     takes: {driver: text 40}
//!     outcomes: {offered: driver, gone: nothing}
//! providers: {read: [licence], pay: [deposit]}
//! servers: [stock]
//! ```

use super::{Field, OperationKind, Outcome, Signature, Type};
use crate::flows::environment::{Environment, ProviderKind};
use crate::flows::mistake::{At, Mistake, Mistakes, did_you_mean};
use crate::flows::reader::{Keys, describe, text};
use crate::flows::source::{self, Kind, Node};

/// Types that need no size.
const PLAIN: [(&str, Type); 10] = [
    ("whole", Type::Whole),
    ("decimal", Type::Decimal),
    ("yesno", Type::YesNo),
    ("money", Type::Money),
    ("date", Type::Date),
    ("time", Type::Time),
    ("datetime", Type::DateTime),
    ("duration", Type::Duration),
    ("place", Type::Place),
    ("media", Type::Media),
];

/// Adds what `operations.yaml` declares to an environment. The names live as long as the program: a signature is meant to be static, and a
/// file is small.
pub fn declare(file: &str, text: &str, environment: &mut Environment) -> Vec<Mistake> {
    let mut mistakes = Mistakes::of(file);
    if let Some(root) = source::read(text, &mut mistakes) {
        Declaring { mistakes: &mut mistakes, environment }.all(&root);
    }
    mistakes.found
}

struct Declaring<'m> {
    mistakes: &'m mut Mistakes,
    environment: &'m mut Environment,
}

impl Declaring<'_> {
    fn all(&mut self, root: &Node) {
        let Some(mut keys) = Keys::of(root, "operations.yaml", self.mistakes) else { return };
        for (name, _, node) in self.pairs(keys.take("types"), "types") {
            let fields = self.fields(node);
            self.environment.types.push((leaked(name), Type::Row(fields)));
        }
        for (name, at, node) in self.pairs(keys.take("operations"), "operations") {
            self.operation(name, at, node);
        }
        if let Some(mut providers) = keys.take("providers").and_then(|node| Keys::of(node, "providers", self.mistakes))
        {
            for (key, kind) in [("read", ProviderKind::Read), ("pay", ProviderKind::Pay)] {
                for name in self.names(providers.take(key)) {
                    *self.environment = std::mem::take(self.environment).with_provider(kind, &name);
                }
            }
            providers.finish("providers", self.mistakes);
        }
        for name in self.names(keys.take("servers")) {
            *self.environment = std::mem::take(self.environment).with_server(&name);
        }
        keys.finish("operations.yaml", self.mistakes);
    }

    fn operation(&mut self, name: &str, at: At, node: &Node) {
        let Some(mut keys) = Keys::of(node, "an operation", self.mistakes) else { return };
        let kind = match keys.text("kind", self.mistakes) {
            Some("question") => OperationKind::Question,
            Some("command") => OperationKind::Guarded,
            Some("reservation") => OperationKind::Reservation,
            other => {
                let known = ["question", "command", "reservation"];
                let mend = did_you_mean(other.unwrap_or_default(), known, "add kind: question");
                self.mistakes.add(
                    node.at,
                    format!("what kind is {name}?"),
                    format!("kinds are {}", known.join(", ")),
                    mend,
                );
                OperationKind::Question
            }
        };
        let inputs = keys.take("takes").map_or(&[][..], |node| self.fields(node));
        let mut outcomes = Vec::new();
        for (outcome, _, node) in self.pairs(keys.take("outcomes"), "outcomes") {
            let yields = match text(node, "a type", self.mistakes) {
                Some("nothing") | None => None,
                Some(_) => self.kind(node),
            };
            outcomes.push(Outcome { name: leaked(outcome), yields });
        }
        keys.finish("an operation", self.mistakes);
        if outcomes.is_empty() {
            self.mistakes.add(at, format!("{name} never ends"), "it has no outcomes", "add outcomes: {done: nothing}");
        } else if kind == OperationKind::Question
            && !matches!(outcomes[..], [Outcome { name: "found", yields: Some(_) }])
        {
            let cause = "a question only reads";
            self.mistakes.add(at, format!("{name} has one outcome, found"), cause, "write outcomes: {found: type}");
        } else if self.environment.signatures.iter().any(|known| known.name == name) {
            self.mistakes.add(
                at,
                format!("operation \"{name}\" exists already"),
                "it is built in",
                "give it another name",
            );
        } else {
            let signature = Signature { name: leaked(name), kind, inputs, outcomes: Vec::leak(outcomes) };
            self.environment.signatures.push(signature);
        }
    }

    /// `{id: text 40, note?: text 72}`.
    fn fields(&mut self, node: &Node) -> &'static [Field] {
        let mut fields = Vec::new();
        for (name, _, node) in self.pairs(Some(node), "fields") {
            let optional = name.ends_with('?');
            let name = leaked(name.trim_end_matches('?'));
            fields.extend(self.kind(node).map(|kind| Field { name, kind, optional }));
        }
        Vec::leak(fields)
    }

    /// `text 40`, `text 40 x 8`, `whole`, `driver`, `driver x 10`.
    fn kind(&mut self, node: &Node) -> Option<Type> {
        let written = text(node, "a type", self.mistakes)?;
        let words: Vec<&str> = written.split_whitespace().collect();
        let size = |word: &str| word.parse::<u16>().ok().filter(|size| *size > 0);
        let named = |name: &str| self.environment.types.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        let found = match words[..] {
            ["text", chars] => size(chars).map(|chars_max| Type::Text { chars_max }),
            ["text", chars, "x", items] => {
                size(chars).zip(size(items)).map(|(chars_max, items_max)| Type::Texts { chars_max, items_max })
            }
            [name, "x", rows] => match (named(name), size(rows)) {
                (Some(Type::Row(fields)), Some(rows_max)) => Some(Type::Rows { fields, rows_max }),
                _ => None,
            },
            [name] => PLAIN.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind).or_else(|| named(name)),
            _ => None,
        };
        if found.is_none() {
            let own = self.environment.types.iter().map(|(name, _)| *name);
            let known = PLAIN.iter().map(|(name, _)| *name).chain(own);
            let mend = did_you_mean(
                words.first().copied().unwrap_or_default(),
                known,
                "write such as text 40, whole, driver x 10",
            );
            let cause = "types are text with a size, whole, money, date, …, and those under types";
            self.mistakes.add(node.at, format!("no type \"{written}\""), cause, mend);
        }
        found
    }

    fn names(&mut self, node: Option<&Node>) -> Vec<String> {
        match node.map(|node| (node, &node.kind)) {
            None => Vec::new(),
            Some((_, Kind::List(items))) => {
                items.iter().filter_map(|item| text(item, "a name", self.mistakes).map(str::to_owned)).collect()
            }
            Some((node, _)) => {
                let cause = format!("here stands {}", describe(node));
                self.mistakes.add(node.at, "here stands a list of names", cause, "write [name, name]");
                Vec::new()
            }
        }
    }

    fn pairs<'n>(&mut self, node: Option<&'n Node>, what: &str) -> Vec<(&'n str, At, &'n Node)> {
        let keys = node.and_then(|node| Keys::of(node, what, self.mistakes));
        keys.map_or_else(Vec::new, |keys| {
            keys.pairs().iter().map(|(key, value)| (key.name.as_str(), key.at, value)).collect()
        })
    }
}

fn leaked(name: &str) -> &'static str {
    String::leak(name.to_owned())
}
