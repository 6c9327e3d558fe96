//! A folder of flows with the tests beside them, and which of it was asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;

use super::around::Configured;
use super::folder;
use crate::flows::operation::{declared, salon};
use crate::flows::talk::{Flows, Talks};
use crate::flows::{Environment, FlowSet, Mistake};

/// How the files of a folder of flows end.
const ENDINGS: [&str; 4] = [".flow.yaml", ".ftl", ".test.yaml", ".data.yaml"];
/// What the heads of all flows of a folder may leave out.
const DEFAULTS: &str = "defaults.yaml";
/// How files end that declare operations.
const OPERATIONS: &str = "operations.yaml";

/// All files of one folder that belong to its flows.
#[derive(Debug)]
pub(super) struct Folder {
    pub path: PathBuf,
    files: BTreeMap<String, String>,
    environment: Environment,
    /// Mistakes in what the folder declares.
    declared: Vec<Mistake>,
    /// The beginnings of the files that were asked for; none means all.
    only: Vec<String>,
}

/// A file of tests of a folder.
#[derive(Debug)]
pub(super) struct Suite {
    /// Its path, as it is shown.
    pub path: PathBuf,
    pub text: String,
    pub talks: Talks,
    pub flows: Arc<FlowSet>,
}

impl Folder {
    /// The folders of these paths. A file stands for its folder, of which only what begins like it is looked at.
    pub(super) fn all(paths: &[PathBuf]) -> anyhow::Result<Vec<Self>> {
        let mut folders: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for path in paths {
            if path.is_dir() {
                folders.insert(path.clone(), Vec::new());
                continue;
            }
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if !belongs(&name) {
                bail!("{}: expected a file that ends in {} or {OPERATIONS}", path.display(), ENDINGS.join(", "));
            }
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            folders.entry(parent.to_owned()).or_default().push(stem(&name).to_owned());
        }
        folders.into_iter().map(|(path, only)| Self::read(path, only)).collect()
    }

    /// Reads one folder.
    pub(super) fn read(path: PathBuf, only: Vec<String>) -> anyhow::Result<Self> {
        let mut files = folder::read(&path)?;
        files.retain(|name, _| belongs(name));
        let mut environment = Environment::of(salon::ALL);
        let mut mistakes = Vec::new();
        for (name, text) in files.iter().filter(|(name, _)| name.ends_with(OPERATIONS)) {
            mistakes.extend(declared::declare(name, text, &mut environment));
        }
        Ok(Self { path, files, environment, declared: mistakes, only })
    }

    /// The flows are to run here: what the folder declares of it does not count.
    pub(super) fn around(&mut self, configured: &Configured) {
        self.environment.providers.clone_from(&configured.providers);
        if let Some(servers) = &configured.servers {
            self.environment.servers.clone_from(servers);
        }
    }

    /// The flows of the folder, or everything that is wrong with them.
    pub(super) fn load(&self) -> Result<FlowSet, Vec<Mistake>> {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let mut mistakes = self.declared.clone();
        match FlowSet::load(&files, &self.environment) {
            Ok(set) if mistakes.is_empty() => Ok(set),
            Ok(_) => Err(self.shown(mistakes)),
            Err(found) => {
                mistakes.extend(found);
                Err(self.shown(mistakes))
            }
        }
    }

    /// The tests that were asked for, or everything that is wrong with them.
    pub(super) fn suites(&self, flows: &Arc<FlowSet>) -> Result<Vec<Suite>, Vec<Mistake>> {
        let mut suites = Vec::new();
        let mut mistakes = Vec::new();
        for (name, text) in self.files.iter().filter(|(name, _)| name.ends_with(".test.yaml") && self.wanted(name)) {
            match self.suite(name, text, flows) {
                Ok(suite) => suites.push(suite),
                Err(found) => mistakes.extend(self.shown(found)),
            }
        }
        if mistakes.is_empty() { Ok(suites) } else { Err(mistakes) }
    }

    fn suite(&self, name: &str, text: &str, flows: &Arc<FlowSet>) -> Result<Suite, Vec<Mistake>> {
        let path = self.path.join(name);
        let data = format!("{}.data.yaml", stem(name));
        let data = self.files.get_key_value(&data).map(|(name, text)| (name.as_str(), text.as_str()));
        let shown = path.display().to_string();
        let talks = Talks::read(&shown, text, data)?;
        let flows = match talks.flows() {
            Flows::Beside => Arc::clone(flows),
            Flows::Shipped(set) => FlowSet::shipped(set).ok_or_else(|| vec![unknown_set(name, set)])?,
            Flows::Inline(files) => {
                let files: Vec<(&str, &str)> =
                    files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
                Arc::new(FlowSet::load(&files, &self.environment)?)
            }
        };
        Ok(Suite { path, text: text.to_owned(), talks, flows })
    }

    /// The text of a file of the folder.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }

    /// Mistakes of what was asked for, by the paths of their files.
    pub(super) fn shown(&self, mistakes: Vec<Mistake>) -> Vec<Mistake> {
        let wanted = mistakes.into_iter().filter(|mistake| self.wanted(&mistake.file));
        wanted
            .map(|mistake| {
                let known = self.files.contains_key(&mistake.file);
                let file = if known { self.path.join(&mistake.file).display().to_string() } else { mistake.file };
                Mistake { file, ..mistake }
            })
            .collect()
    }

    pub(super) fn wanted(&self, name: &str) -> bool {
        let known = self.files.contains_key(name) && name != DEFAULTS;
        self.only.is_empty() || !known || self.only.iter().any(|only| stem(name) == only)
    }
}

fn belongs(name: &str) -> bool {
    name == DEFAULTS || name.ends_with(OPERATIONS) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// `booking` of `booking.flow.yaml` and of `booking.rw.ftl`.
fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn unknown_set(file: &str, set: &str) -> Mistake {
    let mend = format!("it knows {}", crate::flows::shipped::NAMES.join(", "));
    Mistake::new(
        file,
        crate::flows::At { line: 1, column: 1 },
        format!("no set \"{set}\""),
        "set names flows that come with the program",
        mend,
    )
}
