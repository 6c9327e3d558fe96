//! What is wrong with a gateway.

use std::fmt;

/// A gateway whose settings cannot be used; holds every mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct BadGateway {
    /// `sms` or `ussd`: where it stands in the configuration.
    pub channel: &'static str,
    /// The gateway's name.
    pub name: String,
    /// The field (empty for the gateway as a whole), and what is wrong with it: the text completes "field …". Holds no secret.
    pub mistakes: Vec<(&'static str, String)>,
}

impl BadGateway {
    /// The mistakes with their paths in the configuration.
    pub fn by_path(&self) -> impl Iterator<Item = (String, &str)> {
        self.mistakes.iter().map(|(field, text)| {
            let dot = if field.is_empty() { "" } else { "." };
            (format!("{}.gateways.{}{dot}{field}", self.channel, self.name), text.as_str())
        })
    }
}

impl fmt::Display for BadGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} gateway `{}` cannot be used:", self.channel.to_uppercase(), self.name)?;
        self.by_path().try_for_each(|(path, text)| write!(f, "\n  {path} {text}"))
    }
}
