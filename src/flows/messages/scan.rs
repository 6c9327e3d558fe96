//! Where each message and attribute stands in a Fluent file, and which variables it uses.

use crate::flows::mistake::At;

/// A message (`attribute` is `None`) or one of its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub id: String,
    pub attribute: Option<String>,
    pub at: At,
    /// The variables used, without `$`, each with its place.
    pub variables: Vec<(String, At)>,
    /// Whether it consists of text only.
    pub plain: bool,
    /// Whether it has a text of its own (a message may have attributes only).
    pub valued: bool,
}

impl Entry {
    /// `menu` or `menu.book`.
    pub(crate) fn key(&self) -> String {
        match &self.attribute {
            Some(attribute) => format!("{}.{attribute}", self.id),
            None => self.id.clone(),
        }
    }
}

/// Lists the entries of a file. Terms (`-brand`) and comments are skipped; whether the file is good Fluent is the parser's business.
pub(crate) fn scan(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut in_term = false;
    for (n, line) in text.lines().enumerate() {
        let number = n as u32 + 1;
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let body = line.trim_start();
        let indent = (line.len() - body.len()) as u32;
        let head = body.split_once('=').map(|(head, _)| head.trim_end());
        if indent == 0 && !body.starts_with('}') {
            in_term = body.starts_with('-');
            if let (false, Some(id)) = (in_term, head) {
                entries.push(Entry::new(id, None, At { line: number, column: 1 }));
            }
        } else if let (false, Some(attribute)) =
            (in_term, head.and_then(|head| head.strip_prefix('.')).filter(|name| is_name(name)))
            && let Some(id) = entries.last().map(|entry| entry.id.clone())
        {
            entries.push(Entry::new(&id, Some(attribute), At { line: number, column: indent + 1 }));
        }
        if let (false, Some(entry)) = (in_term, entries.last_mut()) {
            entry.read_line(line, number);
        }
    }
    entries
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

impl Entry {
    fn new(id: &str, attribute: Option<&str>, at: At) -> Self {
        let attribute = attribute.map(str::to_owned);
        Self { id: id.to_owned(), attribute, at, variables: Vec::new(), plain: true, valued: false }
    }

    fn read_line(&mut self, line: &str, number: u32) {
        let text = if self.at.line == number { line.split_once('=').map_or("", |(_, text)| text) } else { line };
        self.valued |= !text.trim().is_empty();
        self.plain &= !line.contains('{');
        for (start, _) in line.match_indices('$') {
            let name: String =
                line[start + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
            let inside = line[..start].matches('{').count() > line[..start].matches('}').count();
            if !name.is_empty() && (inside || self.at.line != number) {
                let column = line[..start].chars().count() as u32 + 1;
                self.variables.push((name, At { line: number, column }));
            }
        }
    }
}
