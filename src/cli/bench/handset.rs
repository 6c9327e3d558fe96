//! Keypad phones at Africa's Talking in a run: each dials, walks towards a booking by digits and falls silent; then the next one dials.

use url::form_urlencoded::Serializer;

/// The gateway, its secret, and the code that people dial.
pub(super) const GATEWAY: &str = "at";
pub(super) const KEY: &str = "k3y4benchruns0000";
pub(super) const CODE: &str = "*384*77#";
/// Where the gateway asks for screens.
pub(super) const PATH: &str = "/webhooks/ussd/at/k3y4benchruns0000";

/// What stands in `text`, hop by hop: the menu, the services, the days, the times of a day. Nothing is held yet.
const TYPED: [&str; 4] = ["", "1", "1*1", "1*1*2"];
/// Handsets of one run that have numbers of their own.
const HANDSETS_MAX: u64 = 1_000_000;

/// The request of a run's hop `number`, of so many handsets at once.
pub(super) fn form(run: u64, number: u64, at_once: u64) -> String {
    let (handset, typed) = hop(number, at_once);
    let handset = run * HANDSETS_MAX + handset;
    Serializer::new(String::new())
        .append_pair("sessionId", &format!("ATUid_{handset:032x}"))
        .append_pair("serviceCode", CODE)
        .append_pair("phoneNumber", &format!("+2507{:08}", 20_000_000 + handset))
        .append_pair("networkCode", "63510")
        .append_pair("text", typed)
        .finish()
}

/// Which handset of the run makes this hop, and what it has typed. Those that begin a run leave after different hops, so that later all kinds
/// of screens are asked for at once.
fn hop(number: u64, at_once: u64) -> (u64, &'static str) {
    let hops = TYPED.len() as u64;
    let (place, step) = (number % at_once, number / at_once);
    let first = 1 + place % hops;
    let (before, hop) = match step.checked_sub(first) {
        None => (0, step),
        Some(step) => (1 + step / hops, step % hops),
    };
    (place + before * at_once, TYPED[hop as usize])
}

/// Whether the session goes on after this screen. `None`: it is no screen.
pub(super) fn goes_on(answer: &[u8]) -> Option<bool> {
    if answer.starts_with(b"CON ") {
        return Some(true);
    }
    answer.starts_with(b"END ").then_some(false)
}
