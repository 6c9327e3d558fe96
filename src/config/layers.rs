//! The layers a configuration is merged from: defaults, the file, the environment; and secrets that stand in files of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::mistake::{Mistake, Mistakes};
use super::section::Field;
use super::unknown;

const PREFIX: &str = "GANIRA__";
/// Read from the working folder by `serve` when nothing else is named.
const DEFAULT_FILE: &str = "ganira.toml";

/// What a configuration is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Production: `DATABASE_URL` and a `ganira.toml` in the working folder are honoured.
    Serve,
    /// A newcomer's machine: known keys and secrets, a private Postgres; only a file that is named explicitly is read.
    Dev,
}

/// Where the settings come from.
#[derive(Debug, Clone)]
pub struct Sources {
    pub purpose: Purpose,
    /// The file named by `--config`; `GANIRA_CONFIG` counts when there is none.
    pub file: Option<PathBuf>,
    pub environment: BTreeMap<String, String>,
}

impl Sources {
    /// The environment of this process, and the file named on the command line.
    pub fn of_this_process(purpose: Purpose, file: Option<PathBuf>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { purpose, file, environment }
    }

    /// The file that will be read, if any.
    pub fn file(&self) -> Option<PathBuf> {
        let named = self.file.clone().or_else(|| self.environment.get("GANIRA_CONFIG").map(PathBuf::from));
        let default =
            || (self.purpose == Purpose::Serve).then(|| PathBuf::from(DEFAULT_FILE)).filter(|file| file.exists());
        named.or_else(default)
    }

    /// Everything below the typed fields, merged; unknown keys and unreadable files are noted.
    pub(super) fn merge(&self, fields: &[Field], mistakes: &mut Mistakes) -> Figment {
        let mut layers = Figment::new();
        if self.purpose == Purpose::Dev {
            layers = layers.merge(Layer { name: "the settings of dev".to_owned(), entries: super::dev::layer() });
        }
        if let Some(file) = self.file() {
            let entries = read_file(&file, mistakes);
            layers = layers.merge(checked_layer(file.display().to_string(), entries, file.parent(), fields, mistakes));
        }
        if let (Purpose::Serve, Some(url)) = (self.purpose, self.environment.get("DATABASE_URL")) {
            let mut entries = Dict::new();
            insert(&mut entries, &["database", "url"], url);
            layers = layers.merge(Layer { name: "the environment".to_owned(), entries });
        }
        let entries = self.environment_entries();
        layers.merge(checked_layer("the environment".to_owned(), entries, None, fields, mistakes))
    }

    fn environment_entries(&self) -> Dict {
        let mut entries = Dict::new();
        for (variable, value) in &self.environment {
            if let Some(path) = variable.strip_prefix(PREFIX) {
                let path = path.to_lowercase();
                insert(&mut entries, &path.split("__").collect::<Vec<_>>(), value);
            }
        }
        entries
    }
}

/// A layer with its secrets read from their files and its unknown keys noted.
fn checked_layer(
    name: String,
    mut entries: Dict,
    folder: Option<&Path>,
    fields: &[Field],
    mistakes: &mut Mistakes,
) -> Layer {
    take_secret_files(&mut entries, "", folder.unwrap_or(Path::new("")), fields, mistakes);
    unknown::note(&entries, "", fields, &name, mistakes);
    Layer { name, entries }
}

/// One layer as figment takes it, with its name for messages.
struct Layer {
    name: String,
    entries: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Map::from([(Profile::Default, self.entries.clone())]))
    }
}

fn read_file(file: &Path, mistakes: &mut Mistakes) -> Dict {
    let read = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"));
    let parsed = read.and_then(|text| toml::from_str(&text).map_err(|error| not_toml(&text, &error)));
    match parsed {
        Ok(entries) => entries,
        Err(problem) => {
            mistakes.add(Mistake::at("", format!("the configuration file {} {problem}", file.display())));
            Dict::new()
        }
    }
}

/// Says where, but never shows the line: it may hold a secret.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("is not TOML: line {line}, column {column}: {}", error.message())
}

pub(super) fn insert(entries: &mut Dict, path: &[&str], value: &str) {
    match path {
        [] => {}
        [last] => {
            entries.insert((*last).to_owned(), Value::from(value));
        }
        [first, rest @ ..] => {
            let below = entries.entry((*first).to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, below) = below {
                insert(below, rest, value);
            }
        }
    }
}

/// Replaces every `<secret>_file` by what the file holds. Paths in a configuration file are relative to its folder.
fn take_secret_files(entries: &mut Dict, prefix: &str, folder: &Path, fields: &[Field], mistakes: &mut Mistakes) {
    for (name, value) in std::mem::take(entries) {
        let path = unknown::join(prefix, &name);
        match value {
            Value::Dict(tag, mut below) => {
                take_secret_files(&mut below, &path, folder, fields, mistakes);
                entries.insert(name, Value::Dict(tag, below));
            }
            Value::String(_, file) if names_secret_file(&path, fields) => {
                let field = name.trim_end_matches("_file").to_owned();
                if entries.contains_key(&field) {
                    mistakes.add(Mistake::at(
                        path,
                        format!("stands beside {field} in the same place: keep one of the two"),
                    ));
                    continue;
                }
                match std::fs::read_to_string(folder.join(&file)) {
                    Ok(secret) => {
                        entries.insert(field, Value::from(secret.trim_end()));
                    }
                    Err(error) => {
                        mistakes.add(Mistake::at(path, format!("is \"{file}\", which cannot be read: {error}")));
                    }
                }
            }
            value => {
                entries.entry(name).or_insert(value);
            }
        }
    }
}

fn names_secret_file(path: &str, fields: &[Field]) -> bool {
    path.strip_suffix("_file").is_some_and(|secret| fields.iter().any(|field| field.secret && field.is_at(secret)))
}
