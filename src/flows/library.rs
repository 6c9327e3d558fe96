//! Makes a set of flows out of files.

use super::by_name::ByName;
use super::definition::FlowSet;
use super::environment::Environment;
use super::messages::{Texts, message_id};
use super::mistake::{At, Mistake, Mistakes};
use super::reader::{self, Defaults};
use super::reads::Reads;
use super::understand::fold;
use super::ways::{Live, Ways};

/// The file that gives all flows of a folder what their heads leave out.
const DEFAULTS: &str = "defaults.yaml";
/// Flows of one set.
const FLOWS_MAX: usize = 100;

impl FlowSet {
    /// Reads a folder of flows: `(file name, text)` of its `.flow.yaml` and `.ftl` files. The flows are checked against
    /// the operations, providers and servers they may name. All mistakes come back at once, by file and line.
    pub fn load(files: &[(&str, &str)], environment: &Environment) -> Result<Self, Vec<Mistake>> {
        let (mut set, mut mistakes) = Self::read(files, environment);
        mistakes.extend(super::check::check(&set));
        mistakes.sort();
        mistakes.dedup();
        if mistakes.iter().any(Mistake::refuses) {
            return Err(mistakes);
        }
        set.warnings = mistakes;
        set.see_what_lives();
        Ok(set)
    }

    /// Finds out which values a session must keep at each place.
    fn see_what_lives(&mut self) {
        let live: Vec<Live> = self.flows.iter().map(|flow| Live::of(&Ways::of(self, flow))).collect();
        for (flow, live) in self.flows.iter_mut().zip(live) {
            flow.live = live;
        }
    }

    /// What is odd in it but not wrong.
    pub fn warnings(&self) -> &[Mistake] {
        &self.warnings
    }

    /// Reads a folder that was checked when it was published. It is read but not checked again: a release with stricter rules must go on
    /// speaking what people are in the middle of. Only what cannot be read at all comes back as mistakes.
    pub fn published(files: &[(&str, &str)], environment: &Environment) -> Result<Self, Vec<Mistake>> {
        let (mut set, mistakes) = Self::read(files, environment);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        set.see_what_lives();
        Ok(set)
    }

    /// The languages that all flows of the set speak.
    pub fn languages(&self) -> Vec<&str> {
        let Some((first, others)) = self.flows.split_first() else { return Vec::new() };
        let everywhere = |code: &&String| others.iter().all(|flow| flow.languages.contains(code));
        first.languages.iter().filter(everywhere).map(String::as_str).collect()
    }

    fn read(files: &[(&str, &str)], environment: &Environment) -> (Self, Vec<Mistake>) {
        let signatures = environment.signatures.iter().map(|signature| (signature.name, *signature)).collect();
        let mut set = Self {
            flows: Vec::new(),
            by_name: ByName::default(),
            signatures,
            environment: environment.clone(),
            warnings: Vec::new(),
        };
        let mut found = Vec::new();
        let mut of_defaults = Mistakes::of(DEFAULTS);
        let defaults = files.iter().find(|(file, _)| *file == DEFAULTS);
        let defaults = defaults.map(|(_, text)| Defaults::read(text, &mut of_defaults)).unwrap_or_default();
        found.extend(of_defaults.found);
        for (file, text) in files.iter().filter(|(file, _)| file.ends_with(".flow.yaml")).take(FLOWS_MAX) {
            let mut mistakes = Mistakes::of(file);
            let flow = reader::read(file, text, &defaults, &environment.types, &mut mistakes);
            if let Some(flow) = flow {
                if set.by_name.insert(flow.name.clone(), set.flows.len()).is_some() {
                    mistakes.add(
                        At { line: 1, column: 1 },
                        format!("flow \"{}\" exists twice", flow.name),
                        "names are unique in a folder",
                        "rename one",
                    );
                }
                set.flows.push(flow);
            }
            found.extend(mistakes.found);
        }
        for number in 0..set.flows.len() {
            set.read_messages(number, files, &mut found);
        }
        (set, found)
    }

    fn read_messages(&mut self, number: usize, files: &[(&str, &str)], found: &mut Vec<Mistake>) {
        let Some(flow) = self.flows.get_mut(number) else { return };
        let base = flow.file.strip_suffix(".flow.yaml").unwrap_or(&flow.file).to_owned();
        for code in flow.languages.clone() {
            let name = format!("{base}.{code}.ftl");
            let mut mistakes = Mistakes::of(&flow.file);
            match files.iter().find(|(file, _)| *file == name) {
                Some((file, text)) => {
                    let mut of_texts = Mistakes::of(file);
                    flow.texts.push(Texts::read(file, &code, text, &mut of_texts));
                    found.extend(of_texts.found);
                }
                None => mistakes.add(
                    At { line: 1, column: 1 },
                    format!("there is no {name}"),
                    format!("languages names {code}"),
                    format!("add the file, or drop {code} from languages"),
                ),
            }
            found.extend(mistakes.found);
        }
        if flow.start.words {
            flow.start.folded =
                flow.texts.iter().flat_map(|texts| texts.words("start.words")).map(|word| fold(&word)).collect();
        }
        for entry in &mut flow.head.anytime {
            let key = format!("anytime.{}", message_id(&entry.key));
            let words = flow.texts.iter().flat_map(|texts| texts.words(&key));
            entry.folded = words.chain([entry.key.clone()]).map(|word| fold(&word)).collect();
        }
        flow.reads = Reads::of(flow);
    }
}
