//! Messages: that each is there in every language and uses only what the flow knows.

use super::Check;
use super::carries::meets_words_only;
use crate::flows::definition::Line;
use crate::flows::expression::Known;
use crate::flows::messages::{Entry, Texts, message_id, path};
use crate::flows::mistake::{At, Mistake};
use crate::flows::steps::Needs;
use crate::flows::ways::Channels;

const TOP: At = At { line: 1, column: 1 };

impl Check<'_> {
    pub(super) fn texts(&mut self) {
        let channels = Channels::of(self.ways);
        for texts in &self.flow.texts {
            self.head_words(texts);
            for (spot, line) in self.lines() {
                for mut needs in line.step.needs() {
                    let number = self.ways.number(spot);
                    needs.plain &= number.is_none_or(|number| meets_words_only(&channels, number));
                    self.message(texts, line, &needs);
                }
            }
        }
    }

    fn head_words(&mut self, texts: &Texts) {
        let flow = self.flow;
        if flow.start.words && texts.words("start.words").is_empty() {
            let mend = "add start = with .words = word, word";
            self.add_to(texts, TOP, "the words that start the flow are missing", "start says words: true", mend);
        }
        for entry in &flow.head.anytime {
            let key = format!("anytime.{}", message_id(&entry.key));
            if texts.words(&key).is_empty() {
                let cause = format!("named at {}:{}:{}", flow.file, entry.at.line, entry.at.column);
                let mend = format!("add anytime = with .{} = word, word", entry.key);
                self.add_to(texts, TOP, format!("the words for {key} are missing"), cause, mend);
            }
        }
    }

    fn message(&mut self, texts: &Texts, line: &Line, needs: &Needs) {
        let said = format!("said at {}:{}:{}", self.flow.file, line.at.line, line.at.column);
        let id = &needs.message;
        let message = texts.entries.iter().find(|entry| entry.id == *id && entry.attribute.is_none());
        let Some(message) = message.filter(|message| message.valued || !needs.valued) else {
            if needs.optional {
                return;
            }
            let mend = format!("add it, or drop {} from languages", texts.code);
            self.add_to(
                texts,
                message.map_or(TOP, |entry| entry.at),
                format!("message \"{id}\" is missing"),
                said,
                mend,
            );
            return;
        };
        if needs.plain && !texts.has(&format!("{id}.plain")) {
            let what = format!("message {id} carries a picture and has no .plain");
            let mend = "add .plain = with what USSD and SMS say instead";
            self.add_to(texts, message.at, what, said.clone(), mend);
        }
        for label in &needs.labels {
            if !texts.has(&format!("{id}.{label}")) {
                let what = format!("label .{label} of message {id} is missing");
                self.add_to(texts, message.at, what, said.clone(), format!("add .{label} = below it"));
            }
        }
        let own: Vec<&Entry> = texts.entries.iter().filter(|entry| entry.id == *id).collect();
        if needs.prompt {
            self.labels_fit(texts, needs, &own, line.step.rows_from().is_some());
        }
        for entry in own.into_iter().flat_map(|entry| texts.reached(entry)) {
            self.variables(texts, entry);
        }
    }

    fn variables(&mut self, texts: &Texts, entry: &Entry) {
        for (variable, at) in &entry.uses.variables {
            let given_again = matches!(
                (entry.attribute.as_deref(), variable.as_str()),
                (Some("low"), "low") | (Some("high"), "high")
            );
            if given_again {
                continue;
            }
            if let Err(cause) = self.names.kind(&path(variable)) {
                let what = format!("message {} uses ${variable}, which {} never gives it", entry.key(), self.flow.name);
                let known = format!("{cause}; known there: {}", self.names.list());
                self.add_to(
                    texts,
                    *at,
                    what,
                    known,
                    format!("remove it, or yield \"{}\" before", path(variable).first().map_or("", String::as_str)),
                );
            }
        }
    }

    #[track_caller]
    pub(super) fn add_to(
        &mut self,
        texts: &Texts,
        at: At,
        what: impl Into<String>,
        cause: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let mistake = Mistake::new(&texts.file, at, what, cause, mend);
        if !self.elsewhere.contains(&mistake) {
            self.elsewhere.push(mistake);
        }
    }
}
