//! The reference in docs/flows.md: every example is checked and its conversation played, and nothing that a flow may say is missing.
//!
//! Fences: `yaml operations` and `yaml data` count for the whole page; `yaml flow` is a file, `yaml scenes` the scenes of one with a plain
//! head; `ftl` (`ftl fr`) are the texts of the flow before it; `yaml earlier` and `ftl earlier` are the revision before the flow that follows; `yaml test` are tests, or the talk of one on all channels.

use std::fmt::Write as _;
use std::fs;

use ganira::flows::operation::{declared, salon};
use ganira::flows::talk::Talks;
use ganira::flows::{Environment, FlowSet, Mistake, expression_functions, message_functions, schema, verbs};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/flows.md");

/// A fenced block: what stands behind the fence, its first line, its text.
struct Block {
    info: String,
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (n, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { info: info.to_owned(), line: n + 2, text: String::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

fn indented(text: &str, margin: &str) -> String {
    text.lines().fold(String::new(), |out, line| out + margin + line + "\n")
}

/// Flows with their texts and tests, in the order of the page.
#[derive(Default)]
struct Example {
    line: usize,
    /// Names and texts of files.
    files: Vec<(String, String)>,
    /// Those of the earlier revision, if it shows how conversations move.
    earlier: Vec<(String, String)>,
    flow: String,
    tests: Option<(usize, String)>,
}

fn examples(blocks: &[Block]) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for block in blocks {
        let flow = match block.info.as_str() {
            "yaml flow" => block.text.clone(),
            "yaml scenes" => {
                let indented = indented(&block.text, "  ");
                format!("flow: example\nformat: 1\nstart: {{otherwise: true}}\ncarry_on: [sms]\nscenes:\n{indented}")
            }
            "yaml earlier" => {
                let earlier = vec![("example.flow.yaml".to_owned(), block.text.clone())];
                examples.push(Example { line: block.line, earlier, ..Example::default() });
                continue;
            }
            "ftl earlier" => {
                let example = examples.last_mut().expect("texts belong to a flow");
                example.earlier.push(("example.en.ftl".to_owned(), format!("### unreviewed\n{}", block.text)));
                continue;
            }
            "yaml test" => {
                let example = examples.last_mut().expect("tests belong to a flow");
                assert!(example.tests.is_none(), "line {}: one block of tests a flow", block.line);
                example.tests = Some((block.line, block.text.clone()));
                continue;
            }
            info if info.starts_with("ftl") => {
                let example = examples.last_mut().expect("texts belong to a flow");
                let language = info.strip_prefix("ftl ").unwrap_or("en");
                let reviewed = if block.text.contains("### ") { "" } else { "### unreviewed\n" };
                example.files.push((format!("{}.{language}.ftl", example.flow), format!("{reviewed}{}", block.text)));
                continue;
            }
            _ => continue,
        };
        if examples.last().is_none_or(|example| example.tests.is_some()) {
            examples.push(Example { line: block.line, ..Example::default() });
        }
        let name = flow.lines().find_map(|line| line.strip_prefix("flow: ")).expect("a flow has a name").to_owned();
        let example = examples.last_mut().expect("just begun");
        example.files.push((format!("{name}.flow.yaml"), flow));
        example.flow = name;
    }
    examples
}

fn one<'b>(blocks: &'b [Block], info: &str) -> &'b Block {
    let mut found = blocks.iter().filter(|block| block.info == info);
    let block = found.next().unwrap_or_else(|| panic!("there is no {info}"));
    assert!(found.next().is_none(), "there are several {info}");
    block
}

fn environment(blocks: &[Block]) -> Environment {
    let mut environment = Environment::of(salon::ALL);
    let mistakes = declared::declare("operations.yaml", &one(blocks, "yaml operations").text, &mut environment);
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    environment
}

fn set(files: &[(String, String)], environment: &Environment) -> Result<FlowSet, Vec<Mistake>> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    FlowSet::load(&files, environment)
}

/// What is wrong with an example; nothing if it goes as it is written.
fn wrong(example: &Example, environment: &Environment, data: &str) -> String {
    let mut wrong = String::new();
    let moved = |flows: &FlowSet| match &example.earlier[..] {
        [] => Ok(()),
        earlier => FlowSet::heirs(&set(earlier, environment)?, flows).map(|_| ()),
    };
    let flows = match set(&example.files, environment).and_then(|flows| moved(&flows).map(|()| flows)) {
        Ok(flows) => flows,
        Err(mistakes) => {
            for mistake in mistakes {
                let _ = writeln!(wrong, "the flow at docs/flows.md:{}: {mistake}", example.line);
            }
            return wrong;
        }
    };
    let Some((line, tests)) = &example.tests else {
        return format!("the flow at docs/flows.md:{} has no conversation\n", example.line);
    };
    let tests = if tests.starts_with("- ") {
        let talk = indented(tests, "      ");
        format!("channels: [whatsapp, ussd, sms]\ntests:\n  - test: example\n    talk:\n{talk}")
    } else {
        tests.clone()
    };
    match Talks::read("tests", &tests, Some(("data", data))) {
        Ok(talks) => {
            for failure in talks.play_all(&flows).filter_map(|played| played.failure) {
                let _ = writeln!(wrong, "the talk at docs/flows.md:{line}: {failure}\n");
            }
        }
        Err(mistakes) => {
            for mistake in mistakes {
                let _ = writeln!(wrong, "the talk at docs/flows.md:{line}: {mistake}");
            }
        }
    }
    wrong
}

#[test]
fn every_example_of_the_reference_goes_as_it_is_written() {
    let page = fs::read_to_string(PAGE).unwrap();
    let blocks = blocks(&page);
    let (environment, data) = (environment(&blocks), &one(&blocks, "yaml data").text);
    let examples = examples(&blocks);
    assert!(examples.len() > verbs().count(), "{} examples", examples.len());
    let wrong: String = examples.iter().map(|example| wrong(example, &environment, data)).collect();
    assert!(wrong.is_empty(), "{wrong}");
}

/// The part of the page under a heading.
fn section<'p>(page: &'p str, heading: &str) -> Option<&'p str> {
    let depth = heading.bytes().take_while(|byte| *byte == b'#').count();
    let from = page.find(&format!("\n{heading}\n"))? + heading.len() + 2;
    let rest = &page[from..];
    let ends = (2..=depth).filter_map(|depth| rest.find(&format!("\n{} ", "#".repeat(depth))));
    Some(&rest[..ends.min().unwrap_or(rest.len())])
}

#[test]
fn every_step_has_a_section_with_an_example_and_all_its_keys() {
    let page = fs::read_to_string(PAGE).unwrap();
    let schema = schema::flow();
    let common = section(&page, "## The steps").expect("the steps").split("\n### ").next().expect("its beginning");
    let common = format!("{common}{}", section(&page, "## Scenes, steps, arms").expect("arms"));
    let mut missing = Vec::new();
    for verb in verbs() {
        let Some(section) = section(&page, &format!("### `{verb}`")) else {
            missing.push(format!("there is no section ### `{verb}`"));
            continue;
        };
        let used = section.contains(&format!("{verb}: ")) || section.contains(&format!("- {verb}\n"));
        if !used || !section.contains("```yaml test") {
            missing.push(format!("### `{verb}` has no example with its conversation"));
        }
        let keys = schema["definitions"][verb]["properties"].as_object().expect("keys").keys();
        for key in keys.filter(|key| *key != verb) {
            let named = |text: &str| text.contains(&format!("`{key}`")) || text.contains(&format!("`{key}:"));
            if !named(section) && !named(&common) {
                missing.push(format!("### `{verb}` does not tell of its key `{key}`"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_key_of_a_head_and_of_a_test_is_told() {
    let page = fs::read_to_string(PAGE).unwrap();
    let (head, tests) = (section(&page, "## The head").expect("the head"), section(&page, "## Tests").expect("tests"));
    let (head, start) = head.split_once("`start` says what begins a flow").expect("what begins a flow");
    let mut missing = Vec::new();
    let mut look = |schema: &serde_json::Value, text: &str, what: &str| {
        for key in schema.as_object().expect("keys").keys() {
            if !text.contains(&format!("`{key}`")) && !text.contains(&format!("`{key}:")) {
                missing.push(format!("{what} `{key}`"));
            }
        }
    };
    look(&schema::flow()["properties"], head, "the head");
    look(&schema::flow()["definitions"]["start"]["properties"], start, "start");
    let test = schema::test();
    look(&test["definitions"]["exchange"]["properties"], tests, "an exchange");
    look(&test["definitions"]["exchange"]["properties"]["check"]["properties"], tests, "check");
    let told = format!("{tests} `test` `tests` `talk`");
    look(&test["definitions"]["test"]["properties"], &told, "a test");
    look(&test["properties"], &told, "a file of tests");
    assert!(missing.is_empty(), "not told: {}", missing.join(", "));
}

#[test]
fn every_function_is_told() {
    let page = fs::read_to_string(PAGE).unwrap();
    let expressions = section(&page, "## Expressions").expect("expressions");
    let messages = section(&page, "## Messages").expect("messages");
    let untold = |names: Vec<&'static str>, text: &str| {
        let mut names = names;
        names.retain(|name| !text.contains(&format!("`{name}(")));
        names
    };
    assert_eq!(untold(expression_functions().collect(), expressions), [""; 0], "functions of expressions");
    assert_eq!(untold(message_functions().collect(), messages), [""; 0], "functions of messages");
}

/// What goflow 14.4 names (its specification): actions, tests.
const GOFLOW: &str = "send_msg send_broadcast send_email say_msg play_audio call_webhook call_resthook call_llm enter_flow start_session \
    open_ticket transfer_airtime add_contact_groups remove_contact_groups add_contact_urn add_input_labels set_contact_channel \
    set_contact_field set_contact_language set_contact_name set_contact_status set_contact_timezone set_run_local set_run_result \
    call_classifier request_optin has_error has_text has_only_text has_phrase has_only_phrase has_any_word has_all_words has_beginning \
    has_pattern has_number has_number_between has_number_lt has_number_lte has_number_eq has_number_gte has_number_gt has_date \
    has_date_lt has_date_eq has_date_gt has_time has_phone has_email has_group has_category has_state has_district has_ward has_intent \
    has_top_intent has_value";

#[test]
fn everything_goflow_names_has_its_place() {
    let page = fs::read_to_string(PAGE).unwrap();
    let table = section(&page, "## Coming from goflow").expect("goflow");
    let missing: Vec<&str> = GOFLOW.split_whitespace().filter(|name| !table.contains(&format!("`{name}`"))).collect();
    assert_eq!(missing, [""; 0]);
    // What the tables say it is here must exist.
    let known: Vec<&str> = verbs().collect();
    for verb in
        ["say", "choose", "ask", "find", "do", "call", "set", "tag", "untag", "language", "split", "switch", "if"]
    {
        assert!(known.contains(&verb), "{verb}");
    }
}
