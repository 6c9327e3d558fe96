//! What a message calls, refers to and chooses by, and whether it is translated at all.

use std::collections::HashMap;

use super::Check;
use crate::flows::expression::{Kind, Known};
use crate::flows::messages::{Entry, FUNCTIONS, Function, Said, Texts, categories, is_own, path};
use crate::flows::mistake::did_you_mean;

/// Texts of so many words may be the same in two languages: "OK", "SMS", "M-Pesa", a name.
const SAME_WORDS_MAX: usize = 3;
/// What Fluent takes for a rule of plurals if a number chooses by it.
const KEYWORDS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

impl Check<'_> {
    pub(super) fn said(&mut self) {
        for texts in &self.flow.texts {
            for entry in &texts.entries {
                self.calls(texts, entry);
                self.references(texts, entry);
                self.variants(texts, entry);
            }
            self.circles(texts);
            self.translated(texts);
        }
    }

    fn calls(&mut self, texts: &Texts, entry: &Entry) {
        for call in &entry.uses.calls {
            let Some(function) = Function::named(&call.name) else {
                let known = FUNCTIONS.map(|function| function.name);
                let mend = did_you_mean(&call.name, known, "use one of these");
                let what = format!("there is no function {}", call.name);
                self.add_to(texts, call.at, what, format!("messages may call {}", known.join(", ")), mend);
                continue;
            };
            let name = function.name;
            if call.arguments != 1 {
                let what = format!("{name} is given {} values", call.arguments);
                self.add_to(texts, call.at, what, "it writes one", format!("write {name}($value)"));
            }
            for (option, value, at) in &call.options {
                match function.options.iter().find(|(known, _)| known == option) {
                    None => {
                        let known: Vec<&str> = function.options.iter().map(|(name, _)| *name).collect();
                        let has = if known.is_empty() { "no options".to_owned() } else { known.join(", ") };
                        let mend = did_you_mean(option, known, "remove it");
                        self.add_to(
                            texts,
                            *at,
                            format!("{name} has no option \"{option}\""),
                            format!("it has {has}"),
                            mend,
                        );
                    }
                    Some((_, allowed)) if !allowed.allows(value) => {
                        let what = format!("{name} cannot write with {option}: \"{value}\"");
                        let mend = format!("write {}", allowed.list());
                        self.add_to(texts, *at, what, "the option has a few values only", mend);
                    }
                    Some(_) => {}
                }
            }
            let ordinal = call.options.iter().any(|(option, value, _)| option == "type" && value == "ordinal");
            if call.selects != ordinal {
                let (what, mend) = if call.selects {
                    (format!("{name} cannot choose a variant"), "choose by the value itself: { $value -> … }")
                } else {
                    (format!("{name} with type: \"ordinal\" writes nothing"), "let it choose: { NUMBER(…) -> … }")
                };
                self.add_to(texts, call.at, what, "a function writes text; ranks only choose among variants", mend);
            }
            let kind = call.variable.as_ref().filter(|_| !entry.is_term()).map(|variable| (variable, path(variable)));
            if let Some((variable, Ok(kind))) = kind.map(|(variable, path)| (variable, self.names.kind(&path)))
                && !function.takes(kind)
            {
                let mend = FUNCTIONS.iter().find(|other| other.takes(kind));
                let mend = mend.map_or("leave the function out".to_owned(), |other| format!("write {}", other.name));
                let what = format!("{name} cannot write ${variable}");
                self.add_to(texts, call.at, what, format!("it is a {kind}; {name} writes {}", function.writes), mend);
            }
        }
    }

    fn references(&mut self, texts: &Texts, entry: &Entry) {
        for (key, at) in &entry.uses.references {
            if !texts.entry(key).is_some_and(|known| known.valued) {
                let keys: Vec<String> = texts.entries.iter().filter(|known| known.valued).map(Entry::key).collect();
                let mend = did_you_mean(key, keys.iter().map(String::as_str), "add it to this file");
                let what = format!("message {} refers to {key}, which is not here", entry.key());
                self.add_to(texts, *at, what, "a message sees the other texts of its own file", mend);
            }
        }
    }

    /// Messages that would have to be said within themselves.
    fn circles(&mut self, texts: &Texts) {
        for entry in &texts.entries {
            for (key, at) in &entry.uses.references {
                let Some(first) = texts.entry(key) else { continue };
                if leads_to(texts, first, &entry.key()) {
                    let what = format!("message {} contains itself", entry.key());
                    self.add_to(texts, *at, what, format!("by way of {key}"), "remove the reference");
                }
            }
        }
    }

    fn variants(&mut self, texts: &Texts, entry: &Entry) {
        for variant in &entry.uses.variants {
            let known = categories(&texts.code, variant.ordinal);
            if !KEYWORDS.contains(&variant.keyword.as_str()) || known.contains(&variant.keyword.as_str()) {
                continue;
            }
            let Some(variable) = variant.variable.as_ref().filter(|_| !entry.is_term()) else { continue };
            if self.names.kind(&path(variable)) == Ok(Kind::Whole) {
                let what = format!("no whole number chooses [{}] in {}", variant.keyword, texts.code);
                let cause = format!("its rules (CLDR) know {}", known.join(", "));
                self.add_to(texts, variant.at, what, cause, "write the number itself, such as [1], or remove it");
            }
        }
    }

    fn translated(&mut self, texts: &Texts) {
        let is_english = |code: &str| code.split(['-', '_']).next() == Some("en");
        let Some(english) = self.flow.texts.iter().find(|other| is_english(&other.code)) else { return };
        if is_english(&texts.code) {
            return;
        }
        let originals: HashMap<(&str, Option<&str>), &Entry> =
            english.entries.iter().map(|entry| ((entry.id.as_str(), entry.attribute.as_deref()), entry)).collect();
        // Words that people type may be the same, such as names of goods; those that we say are not.
        for entry in texts.entries.iter().filter(|entry| !is_own(&entry.id)) {
            let Some(original) = originals.get(&(entry.id.as_str(), entry.attribute.as_deref())) else { continue };
            let same = |said: &&Said| said.words > SAME_WORDS_MAX && original.uses.said.contains(said);
            if let Some(said) = entry.uses.said.iter().find(same) {
                let what = format!("{} says the same as in English", entry.key());
                let cause = format!("\"{}\", as at {}:{}", said.text, english.file, original.at.line);
                let mend = format!("translate it, or drop {} from languages", texts.code);
                self.add_to(texts, entry.at, what, cause, mend);
            }
        }
    }
}

/// Whether a text refers to `key`, also by way of others and of terms.
fn leads_to(texts: &Texts, from: &Entry, key: &str) -> bool {
    let mut seen: Vec<String> = Vec::new();
    let mut open = vec![from];
    while let Some(entry) = open.pop() {
        let here = entry.key();
        if here == key {
            return true;
        }
        if !seen.contains(&here) {
            seen.push(here);
            for (key, _) in &entry.uses.references {
                open.extend(texts.entry(key));
            }
        }
    }
    false
}
