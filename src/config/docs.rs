//! The page that lists every field, made from the same table that reads them.

use std::fmt::Write as _;

use super::section::Field;

const INTRODUCTION: &str = "# Configuration

Settings come from the defaults below, then a TOML file (`--config`, else `GANIRA_CONFIG`, else `ganira.toml` in the working folder),
then the environment; the later one wins. Every secret can stand in a file of its own: give the path under the same name with `_file`
(`_FILE` in the environment), relative to the configuration file. A key that is no setting is a mistake; all mistakes are reported
together. `ganira config check` looks, `ganira config print` shows the outcome with secrets masked, `ganira init` writes a first file.

This page is printed by `ganira config print --docs`.
";

/// The page in Markdown.
pub(super) fn page(sections: &[(&'static str, Vec<Field>)]) -> String {
    let mut page = INTRODUCTION.to_owned();
    for (path, fields) in sections {
        let _ = write!(page, "\n## {path}\n| field | variable | unit | default | |\n|---|---|---|---|---|\n");
        for field in fields {
            page.push_str(&row(field));
        }
    }
    page
}

fn row(field: &Field) -> String {
    let name = field.path.rsplit('.').next().unwrap_or_default();
    let default = field.default.map_or("unset".to_owned(), |default| format!("`{default}`"));
    let limits = field.limits.map_or(String::new(), |(low, high)| format!(", {low} to {high}"));
    let variable = field.variable();
    let file = if field.secret { format!(", `{variable}_FILE`") } else { String::new() };
    format!("| `{name}` | `{variable}`{file} | {}{limits} | {default} | {} |\n", field.unit, field.text)
}
