//! Africa's Talking: form fields in, `CON` or `END` out, a notification at the end (help.africastalking.com).

use url::form_urlencoded::Serializer;

use super::{Request, Screen};
use crate::domain::Timestamp;
use crate::sandbox::ussd::session::{End, Session};

/// MTN Rwanda's network code.
const NETWORK: &str = "63510";

pub(super) fn request(session: &Session) -> Request {
    form(&[
        ("sessionId", &session.id),
        ("serviceCode", &session.code),
        ("phoneNumber", &session.phone),
        ("networkCode", NETWORK),
        ("text", &session.history),
    ])
}

/// "A malformed response (does not begin with CON or END)" ends the session: no letter may stand before the marker.
pub(super) fn read(content_type: &str, text: &str) -> Result<Screen, String> {
    if !content_type.starts_with("text/plain") {
        return Err(format!("the content type is {content_type:?}: expected text/plain"));
    }
    let of = |screen: &str, ended| Screen { text: screen.to_owned(), ended, client_state: None };
    match (text.strip_prefix("CON "), text.strip_prefix("END ")) {
        (Some(screen), _) => Ok(of(screen, false)),
        (_, Some(screen)) => Ok(of(screen, true)),
        _ => Err("the answer begins with neither `CON ` nor `END `".to_owned()),
    }
}

pub(super) fn end(session: &Session, end: End, now: Timestamp) -> Request {
    let (status, error) = match end {
        End::Finished => ("Success", ""),
        End::Cancelled | End::TimedOut => ("Incomplete", ""),
        End::Failed => ("Failed", "The application did not answer as expected"),
    };
    form(&[
        ("date", &now.format("%Y-%m-%d %H:%M:%S").to_string()),
        ("sessionId", &session.id),
        ("serviceCode", &session.code),
        ("networkCode", NETWORK),
        ("phoneNumber", &session.phone),
        ("status", status),
        ("cost", "RWF 3.00"),
        ("durationInMillis", &session.began.elapsed().as_millis().to_string()),
        ("hopsCount", &session.hops.to_string()),
        ("input", &session.history),
        ("lastAppResponse", &session.last_answer),
        ("errorMessage", error),
    ])
}

fn form(fields: &[(&str, &str)]) -> Request {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    Request { content_type: "application/x-www-form-urlencoded", body }
}
