//! What begins the flows of a set, and that no two of them begin by the same.

use std::collections::HashMap;

use crate::flows::definition::{Flow, FlowSet};
use crate::flows::languages::language;
use crate::flows::messages::{Texts, message_id};
use crate::flows::mistake::{At, Mistake, Mistakes};
use crate::flows::understand::fold;

const TOP: At = At { line: 1, column: 1 };

pub(super) fn check(set: &FlowSet) -> Vec<Mistake> {
    let mut found = something_begins_each(set);
    found.extend(one_flow_for_the_rest(set));
    found.extend(words_are_of_one_flow(set));
    found.extend(set.flows.iter().flat_map(words_at_any_time));
    found
}

fn something_begins_each(set: &FlowSet) -> Vec<Mistake> {
    let lines = || set.flows.iter().flat_map(|flow| &flow.blocks).flat_map(|block| &block.lines);
    let called = |flow: &Flow| lines().filter_map(|line| line.step.callee()).any(|callee| callee.flow == flow.name);
    let mut found = Vec::new();
    for flow in &set.flows {
        let mut mistakes = Mistakes::of(&flow.file);
        if flow.start.is_nothing() && !called(flow) {
            let what = format!("nothing begins the flow \"{}\"", flow.name);
            mistakes.add(TOP, what, "its head has no start, and no flow calls it", "add start:, or call it");
        }
        if let Some((name, _)) = flow.takes.first().filter(|_| !flow.start.is_nothing()) {
            let cause = format!("it takes {name}, which only a call can give");
            let mend = "drop start, or let another flow begin and call this one";
            mistakes.add(flow.start.at, "a flow that takes values cannot begin by itself", cause, mend);
        }
        found.extend(mistakes.found);
    }
    found
}

fn one_flow_for_the_rest(set: &FlowSet) -> Vec<Mistake> {
    let mut all = set.flows.iter().filter(|flow| flow.start.otherwise);
    let Some(first) = all.next() else { return Vec::new() };
    all.map(|flow| {
        let cause = format!("{} says otherwise: true too, and comes first", first.file);
        Mistake::new(
            &flow.file,
            flow.start.at,
            "two flows begin with anything",
            cause,
            "leave otherwise to one of them",
        )
    })
    .collect()
}

fn words_are_of_one_flow(set: &FlowSet) -> Vec<Mistake> {
    let mut owners: HashMap<String, &Flow> = HashMap::new();
    let mut found = Vec::new();
    for flow in set.flows.iter().filter(|flow| flow.start.words) {
        for texts in &flow.texts {
            for word in texts.words("start.words") {
                let owner = *owners.entry(fold(&word)).or_insert(flow);
                if owner.name != flow.name {
                    let what = format!("the word \"{word}\" begins two flows");
                    let cause = format!("it begins {} already", owner.name);
                    let at = place(texts, "start", "words");
                    found.push(Mistake::new(&texts.file, at, what, cause, "take it out of one of them"));
                }
                if language(&texts.code).stop.contains(&fold(&word).as_str()) {
                    let what = format!("the word \"{word}\" cannot begin a flow");
                    let mend = "choose another word";
                    let at = place(texts, "start", "words");
                    found.push(Mistake::new(&texts.file, at, what, "it stops every conversation", mend));
                }
            }
        }
    }
    found
}

/// A word understood at any question against the labels of the options: where both are the same word, the option is meant.
fn words_at_any_time(flow: &Flow) -> Vec<Mistake> {
    let lines = flow.blocks.iter().flat_map(|block| &block.lines);
    let labels: Vec<(String, Vec<String>)> = lines
        .filter(|line| line.step.asking().is_some())
        .flat_map(|line| line.step.needs())
        .filter(|needs| needs.prompt)
        .map(|needs| (needs.message, needs.labels))
        .collect();
    let mut found = Vec::new();
    for texts in &flow.texts {
        for entry in &flow.head.anytime {
            let id = message_id(&entry.key);
            let words: Vec<String> = texts.words(&format!("anytime.{id}")).iter().map(|word| fold(word)).collect();
            for (message, label) in
                labels.iter().flat_map(|(message, all)| all.iter().map(move |label| (message, label)))
            {
                let text = texts.plain(&format!("{message}.{label}")).map(fold).unwrap_or_default();
                if *label != entry.key && words.contains(&text) {
                    let what = format!("\"{text}\" is a word for {} and the option {label} of {message}", entry.key);
                    let mend = "choose other words for one of them, or name the option like the word";
                    let at = place(texts, "anytime", &id);
                    let mistake = Mistake::new(&texts.file, at, what, "at that question the option is meant", mend);
                    found.push(mistake.into_warning());
                }
            }
        }
    }
    found
}

/// Where an attribute stands in its file.
fn place(texts: &Texts, id: &str, attribute: &str) -> At {
    let mut entries = texts.entries.iter();
    entries.find(|entry| entry.id == id && entry.attribute.as_deref() == Some(attribute)).map_or(TOP, |entry| entry.at)
}
