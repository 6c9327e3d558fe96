//! What a person at a keypad is told when her hop is not taken: always a screen that ends the session, never an HTTP error.

use crate::actors::accounts::Account;
use crate::domain::Screen;
use crate::flows::notices;

/// Why a hop is not taken, or not answered with what its flow says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody has the code, or its account is stopped.
    NotInService,
    /// No screen could be had in time.
    TooLate,
    /// The engine takes nothing now.
    Busy,
    /// She, or her tenant's people together, dial too fast.
    TooFast,
    /// Her turn lies among the dead letters.
    Trouble,
}

impl Refusal {
    /// A stable word for labels.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotInService => "not_in_service",
            Self::TooLate => "too_late",
            Self::Busy => "busy",
            Self::TooFast => "too_fast",
            Self::Trouble => "trouble",
        }
    }

    /// The screen in a language. `code` is what she can dial again.
    pub fn screen(self, language: &str, code: &str) -> Screen {
        let text = match self {
            Self::NotInService => notices::not_in_service(language).to_owned(),
            Self::TooLate | Self::Busy => notices::dial_again(language, code),
            Self::TooFast => notices::dial_later(language, code),
            Self::Trouble => notices::trouble(language).to_owned(),
        };
        metrics::counter!("ganira_ussd_refused_total", "why" => self.word()).increment(1);
        Screen { text: notices::on_keypad(&text), ended: true }
    }

    /// The same for an account, as far as one is known: in its tenant's language.
    pub fn of_account(self, account: Option<&Account>, code: &str) -> Screen {
        match account {
            Some(account) => self.screen(&account.tenant.language, account.code()),
            None => self.screen("", code),
        }
    }
}
