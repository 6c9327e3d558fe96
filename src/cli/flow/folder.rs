//! A folder of flow files on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

/// Endings of the files that flows consist of.
const ENDINGS: [&str; 2] = [".yaml", ".ftl"];
/// No file of a folder is read if it is larger.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The flow files of a folder, by name; other files and folders in it are left alone.
pub(super) fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let shown = folder.display();
    if !folder.is_dir() {
        bail!("{shown} is not a folder: expected one with .flow.yaml and .ftl files");
    }
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{shown} cannot be read"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !ENDINGS.iter().any(|ending| name.ends_with(ending)) || !entry.path().is_file() {
            continue;
        }
        let path = entry.path();
        if entry.metadata()?.len() > FILE_BYTES_MAX {
            bail!("{} is larger than {FILE_BYTES_MAX} bytes: split it", path.display());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("{} is no UTF-8 text", path.display()))?;
        files.insert(name, text);
    }
    if !files.keys().any(|name| name.ends_with(".flow.yaml")) {
        bail!("there is no .flow.yaml in {shown}: begin one with `ganira flow new`");
    }
    Ok(files)
}
