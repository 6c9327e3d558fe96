//! Texts that nobody will ever read: messages that nothing says, attributes that nothing looks up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Check;
use crate::flows::expression::Kind;
use crate::flows::messages::{Entry, Texts, is_own, is_reserved, message_id, option_of, own_attributes};
use crate::flows::mistake::did_you_mean;

impl Check<'_> {
    pub(super) fn unsaid(&mut self) {
        let said = self.said_by_steps();
        for texts in &self.flow.texts {
            let referred = referred(texts, &said);
            for entry in &texts.entries {
                let key = entry.key();
                if referred.contains(&key) {
                    continue;
                }
                match &entry.attribute {
                    None => self.unsaid_message(texts, entry, &said),
                    Some(attribute) => self.unsaid_attribute(texts, entry, attribute, &said),
                }
            }
        }
    }

    /// Every message that a step says, with its labels; a value that prints its own label stands for any label.
    fn said_by_steps(&self) -> BTreeMap<String, Labels> {
        let mut said: BTreeMap<String, Labels> = BTreeMap::new();
        let mut chosen = HashSet::new();
        for (_, line) in self.lines() {
            for needs in line.step.needs() {
                let labels = said.entry(needs.message).or_default();
                labels.known.extend(needs.labels);
            }
            match line.step.asking() {
                Some(asking) => {
                    chosen.insert(asking.message.clone());
                }
                // Whatever else gives a value may give it the name of any label.
                None => {
                    for (name, _) in line.step.yields() {
                        said.entry(message_id(name)).or_default().any = true;
                    }
                }
            }
        }
        for (name, named) in &self.names.known {
            let id = message_id(name);
            if matches!(named.kind, Kind::Text | Kind::Unknown) && !chosen.contains(&id) {
                said.entry(id).or_default().any = true;
            }
        }
        said
    }

    fn unsaid_message(&mut self, texts: &Texts, entry: &Entry, said: &BTreeMap<String, Labels>) {
        // A name that a translation does without is no mistake.
        if said.contains_key(&entry.id) || is_own(&entry.id) || entry.is_term() {
            return;
        }
        let missing = said.keys().map(String::as_str).filter(|id| texts.entries.iter().all(|known| known.id != *id));
        let mend = did_you_mean(&entry.id, missing, "remove it, or say it");
        let cause = format!("no step of {} names it, and no other message", self.flow.file);
        self.add_to(texts, entry.at, format!("nothing says {}", entry.id), cause, mend);
    }

    fn unsaid_attribute(&mut self, texts: &Texts, entry: &Entry, attribute: &str, said: &BTreeMap<String, Labels>) {
        if entry.is_term() {
            return;
        }
        let known: Vec<&str> = match said.get(&entry.id) {
            Some(labels) if labels.any || is_reserved(option_of(attribute)) => return,
            Some(labels) => labels.known.iter().map(String::as_str).collect(),
            None => match own_attributes(&entry.id) {
                // Either any may be there, or the message itself is reported.
                None => return,
                Some(own) => own.to_vec(),
            },
        };
        if known.contains(&option_of(attribute)) || known.contains(&attribute) {
            return;
        }
        let mend = did_you_mean(attribute, known.iter().copied(), "remove it");
        let cause = if known.is_empty() {
            "no step looks it up".to_owned()
        } else {
            format!("looked up there: {}", known.join(", "))
        };
        self.add_to(texts, entry.at, format!("nothing says {}", entry.key()), cause, mend);
    }
}

/// The labels that steps look up in a message.
#[derive(Debug, Default)]
struct Labels {
    known: BTreeSet<String>,
    any: bool,
}

/// The keys of all texts that are part of another which is said.
fn referred(texts: &Texts, said: &BTreeMap<String, Labels>) -> HashSet<String> {
    let roots = texts.entries.iter().filter(|entry| said.contains_key(&entry.id) || is_own(&entry.id));
    let mut open: Vec<&Entry> = roots.collect();
    let mut found = HashSet::new();
    while let Some(entry) = open.pop() {
        for (key, _) in &entry.uses.references {
            if found.insert(key.clone()) {
                open.extend(texts.entry(key));
            }
        }
    }
    found
}
