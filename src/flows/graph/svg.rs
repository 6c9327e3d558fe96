//! An SVG picture: boxes in columns from left to right. An arm that leads to the next column is a line from its own row; another only names
//! its scene, so that lines do not cross the whole picture.

use std::fmt::Write as _;

use super::layers::{self, Place};
use super::{Row, RowKind, Scenery};

const ROW: u32 = 20;
const TITLE: u32 = 30;
const INDENT: u32 = 16;
const PADDING: u32 = 12;
/// A letter of the monospaced font at 13 pixels, in hundredths of a pixel.
const LETTER: u32 = 790;
const WIDTH_MIN: u32 = 130;
const COLOURS: [&str; 6] = ["#2f6fb0", "#b0562f", "#3d8a4a", "#8a4a9e", "#a3842a", "#3a8f94"];

pub(super) fn draw(title: &str, boxes: &[Scenery]) -> String {
    let sizes: Vec<(u32, u32)> = boxes.iter().map(size).collect();
    let places = layers::place(boxes, &sizes);
    let right = places.iter().zip(&sizes).map(|(place, size)| place.x + size.0).max().unwrap_or(0) + 20;
    let bottom = places.iter().zip(&sizes).map(|(place, size)| place.y + size.1).max().unwrap_or(0) + 20;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {right} {bottom}\" width=\"{right}\" height=\"{bottom}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', monospace\" font-size=\"13\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        escape(title)
    );
    for (number, scene) in boxes.iter().enumerate() {
        lines(&mut text, number, scene, boxes, &sizes, &places);
    }
    for ((scene, place), size) in boxes.iter().zip(&places).zip(&sizes) {
        draw_box(&mut text, scene, *place, *size);
    }
    text.push_str("</svg>\n");
    text
}

fn size(scene: &Scenery) -> (u32, u32) {
    let row = |row: &Row| row.depth as u32 * INDENT + width(&row.text);
    let widest = scene.rows.iter().map(row).max().unwrap_or(0).max(width(&scene.title));
    ((widest + 2 * PADDING).max(WIDTH_MIN), TITLE + scene.rows.len() as u32 * ROW + PADDING / 2)
}

fn width(text: &str) -> u32 {
    text.chars().count() as u32 * LETTER / 100
}

fn draw_box(text: &mut String, scene: &Scenery, Place { x, y, .. }: Place, (width, height): (u32, u32)) {
    let fill = if scene.name.is_empty() { "#f4f1e8" } else { "#f7f9fb" };
    let _ = writeln!(
        text,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{fill}\" stroke=\"#51606e\"/>\n\
         <text x=\"{}\" y=\"{}\" font-weight=\"bold\" fill=\"#1c2730\">{}</text>",
        x + PADDING,
        y + 20,
        escape(&scene.title)
    );
    for (n, row) in scene.rows.iter().enumerate() {
        let (left, base) = (x + PADDING + row.depth as u32 * INDENT, y + TITLE + n as u32 * ROW + 14);
        let style = match row.kind {
            RowKind::Question => "fill=\"#0b4f8a\" font-weight=\"bold\"",
            RowKind::Step => "fill=\"#1c2730\"",
            RowKind::Arm => "fill=\"#5d6b78\"",
        };
        let _ = writeln!(
            text,
            "<text x=\"{left}\" y=\"{base}\" {style} xml:space=\"preserve\">{}</text>",
            escape(&row.text)
        );
    }
}

/// The lines of one box: from each row that leads right to the top of the box it leads to.
fn lines(text: &mut String, number: usize, scene: &Scenery, boxes: &[Scenery], sizes: &[(u32, u32)], places: &[Place]) {
    let from = places[number];
    for (n, row) in scene.rows.iter().enumerate() {
        let target = row.to.as_ref().and_then(|(to, _)| boxes.iter().position(|other| other.name == *to));
        let Some(target) = target.filter(|target| places[*target].column == from.column + 1) else { continue };
        let to = places[target];
        let colour = COLOURS[target % COLOURS.len()];
        let (x1, y1) = (from.x + sizes[number].0, from.y + TITLE + n as u32 * ROW + 10);
        let (x2, y2) = (to.x, to.y + TITLE / 2);
        let bend = (x2 - x1) / 2;
        let _ = writeln!(
            text,
            "<path d=\"M {x1} {y1} C {} {y1} {} {y2} {x2} {y2}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\n\
             <circle cx=\"{x1}\" cy=\"{y1}\" r=\"2.5\" fill=\"{colour}\"/>\n\
             <path d=\"M {x2} {y2} l -8 -4 v 8 z\" fill=\"{colour}\"/>",
            x1 + bend,
            x2 - bend
        );
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
