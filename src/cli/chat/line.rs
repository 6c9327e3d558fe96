//! What a typed line means.

use std::path::PathBuf;

use super::handset::Trouble;

/// A line as it was meant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    Nothing,
    Quit,
    Help,
    Location {
        latitude: f64,
        longitude: f64,
    },
    Image(PathBuf),
    /// Hang up.
    Cancel,
    /// Dial once more.
    Redial,
    /// To be said or typed, or the number of an option.
    Text(String),
}

impl Line {
    /// The answer to what a channel's handset cannot do.
    pub(super) fn foreign(&self, channel: &str) -> Trouble {
        let what = match self {
            Self::Location { .. } => "/location",
            Self::Image(_) => "/image",
            Self::Cancel => "/cancel",
            Self::Redial => "/redial",
            _ => "that",
        };
        Trouble::Refused(format!("{what} is nothing for {channel}: /help tells what is"))
    }
}

/// Reads a line; the error says what was expected.
pub(super) fn read(line: &str) -> Result<Line, String> {
    let line = line.trim();
    let mut words = line.split_whitespace();
    match words.next() {
        None => Ok(Line::Nothing),
        Some("/quit") => Ok(Line::Quit),
        Some("/help") => Ok(Line::Help),
        Some("/cancel") => Ok(Line::Cancel),
        Some("/redial") => Ok(Line::Redial),
        Some("/location") => location(words.next(), words.next()),
        Some("/image") => {
            let file = line["/image".len()..].trim();
            if file.is_empty() { Err("expected /image FILE".to_owned()) } else { Ok(Line::Image(file.into())) }
        }
        Some(_) => Ok(Line::Text(line.to_owned())),
    }
}

fn location(latitude: Option<&str>, longitude: Option<&str>) -> Result<Line, String> {
    let number = |text: Option<&str>| text.and_then(|text| text.trim_end_matches(',').parse::<f64>().ok());
    match (number(latitude), number(longitude)) {
        (Some(latitude), Some(longitude)) if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
            Ok(Line::Location { latitude, longitude })
        }
        _ => Err("expected /location LATITUDE LONGITUDE, such as /location -1.9441 30.0619".to_owned()),
    }
}
