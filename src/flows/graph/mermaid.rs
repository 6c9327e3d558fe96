//! Mermaid's flowchart: every scene a node that lists its steps, every arm that leads to a scene a labelled edge.

use std::fmt::Write as _;

use super::{RowKind, Scenery};

pub(super) fn write(boxes: &[Scenery]) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for scene in boxes {
        let rows = scene.rows.iter().filter(|row| row.kind != RowKind::Arm || row.to.is_none()).map(|row| {
            let indent = "&nbsp;&nbsp;".repeat(row.depth);
            format!("<br/>{indent}{}", escape(&row.text))
        });
        let rows: String = rows.collect();
        let _ = writeln!(text, "  {}[\"<b>{}</b>{rows}\"]", id(&scene.name), escape(&scene.title));
    }
    for scene in boxes {
        let mut drawn: Vec<(&str, Vec<&str>)> = Vec::new();
        for (to, way) in scene.rows.iter().filter_map(|row| row.to.as_ref()) {
            match drawn.iter_mut().find(|(known, _)| known == to) {
                Some((_, ways)) => ways.push(way),
                None => drawn.push((to, vec![way])),
            }
        }
        for (to, ways) in drawn {
            let ways: Vec<&str> = ways.into_iter().filter(|way| !way.is_empty()).collect();
            let label = if ways.is_empty() { String::new() } else { format!("|\"{}\"|", escape(&ways.join(", "))) };
            let _ = writeln!(text, "  {} -->{label} {}", id(&scene.name), id(to));
        }
    }
    text
}

/// Words such as `end` mean something to Mermaid.
fn id(scene: &str) -> String {
    if scene.is_empty() { "head".to_owned() } else { format!("scene_{scene}") }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '#' => out.push_str("#35;"),
            other => out.push(other),
        }
    }
    out
}
