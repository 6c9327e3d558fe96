//! Settings of USSD: one gateway a company, by a preset or by a field map of its own. docs/ussd.md is the guide.

use secrecy::SecretString;

use super::section::section;
use super::setting::{Networks, Words, choice};

choice! {
    /// How a gateway writes its requests.
    UssdRequest {
        /// Fields of an HTML form.
        Form = "form",
        /// Fields behind the `?` of the address.
        Query = "query",
        Json = "json",
        /// Elements and attributes below the root.
        Xml = "xml",
        /// A call with one structure.
        XmlRpc = "xmlrpc",
    }
}

choice! {
    /// What a gateway tells of what was typed.
    UssdInput {
        /// Everything typed in this session, joined by `*`.
        History = "history",
        /// What was typed last.
        Last = "last",
    }
}

choice! {
    /// How a gateway wants its answers.
    UssdAnswer {
        /// The word for "goes on" or "ends", a space and the screen: `CON …`, `END …`.
        Marked = "marked",
        /// The screen alone; headers say whether the session goes on.
        Plain = "plain",
        Json = "json",
        Xml = "xml",
        /// A structure, or a fault.
        XmlRpc = "xmlrpc",
    }
}

section! {
    /// One USSD gateway under a name of your choice (lower-case letters, digits, `-` and `_`); its callback is
    /// `/webhooks/ussd/<name>/<key>`. docs/ussd.md shows how each company is connected and what the fields below `answer` mean.
    UssdGateway at "ussd.gateways.<name>" {
        /// Whose gateway it is: a preset, which fills the fields from `request` on, or `custom`. A field that is set here wins.
        kind: String, "preset or custom", None;
        /// The secret part of the callback's path: no USSD gateway signs its requests. At least 16 letters and digits.
        key: SecretString, "text", None;
        /// The networks from which requests are taken; from anywhere when unset.
        allow_from: Option<Networks>, "CIDR, …", None;
        /// The country whose phone numbers may come without their country code.
        country: Option<String>, "two letters, such as RW", None;
        /// The code people dial, where requests do not say it, or say something else.
        number: Option<String>, "such as *384*77#", None;
        /// The operator waits this long for a screen.
        budget_ms: u64, "ms", Some("5000"), 100 to 30_000;
        /// After this long without a key the operator has ended the session.
        idle_ms: u64, "ms", Some("180000"), 100 to 3_600_000;
        /// A session lasts this long at most.
        total_ms: u64, "ms", Some("600000"), 1_000 to 3_600_000;
        /// What a screen holds; the preset's, else 160.
        screen_chars: Option<u16>, "characters of GSM 03.38", None, 120 to 182;
        /// The key that shows the next page.
        more_key: String, "1 to 4 characters", Some("00");
        /// The key that goes back.
        back_key: String, "1 to 4 characters", Some("0");
        /// How requests are written.
        request: Option<UssdRequest>, "form, query, json, xml or xmlrpc", None;
        /// The HTTP methods that requests may have. GET when `request` is `query`, else POST, when unset.
        methods: Option<Words>, "GET, POST, PUT", None;
        /// The path behind the key; a name in braces makes that part a field, as in `session/{id}/{step}`.
        path: Option<String>, "path", None;
        /// The name of the method that is called, when `request` is `xmlrpc`.
        procedure: Option<String>, "name", None;
        /// The field that names the session. Of several names the first one that is there counts, here as with all fields below.
        session: Option<Words>, "field, …", None;
        /// The field with the person's phone number.
        phone: Option<Words>, "field, …", None;
        /// The field with the dialled code.
        code: Option<Words>, "field, …", None;
        /// The field with what was typed.
        text: Option<Words>, "field, …", None;
        /// Whether `text` holds everything typed, or what was typed last.
        input: Option<UssdInput>, "history or last", None;
        /// Whether the first `text` of a session (with `history`: each one) begins with the dialled code.
        code_in_text: Option<bool>, "true or false", None;
        /// The field with what was dialled behind the code, where it is not in `text`.
        dialled: Option<Words>, "field, …", None;
        /// The field that counts the hops of a session, by which a repeated hop is known.
        sequence: Option<Words>, "field, …", None;
        /// The field that names the operator.
        network: Option<Words>, "field, …", None;
        /// The field that tells what happened; where it is missing or empty, something was dialled or typed.
        event: Option<Words>, "field, …", None;
        /// Its values for a session that begins. `*` stands for any value, here as below.
        event_new: Option<Words>, "value, …", None;
        /// Its values for something typed.
        event_answer: Option<Words>, "value, …", None;
        /// Its values for a session that ended as it should.
        event_finished: Option<Words>, "value, …", None;
        /// Its values for a session that the person, or the network, broke off.
        event_aborted: Option<Words>, "value, …", None;
        /// Its values for a session that waited too long for the person.
        event_timed_out: Option<Words>, "value, …", None;
        /// Its values for a session that failed, such as by a late answer of ours.
        event_failed: Option<Words>, "value, …", None;
        /// How answers are written.
        answer: Option<UssdAnswer>, "marked, plain, json, xml or xmlrpc", None;
        /// The fields of an answer, each as `name = value`; a value may be `{screen}`, `{state}` or `{= field}`, which sends a field of
        /// the request back.
        answer_fields: Option<Words>, "name = value, …", None;
        /// Headers of an answer, each as `name = value`.
        answer_headers: Option<Words>, "name = value, …", None;
        /// The outermost element of an answer, when it is `xml`.
        answer_root: Option<String>, "name", None;
        /// What `{state}` is when the session goes on.
        go_on: Option<String>, "word, number or true or false", None;
        /// What `{state}` is when the session ends.
        end: Option<String>, "word, number or true or false", None;
        /// The fields of the answer to an ended session; those of a last screen without text when unset.
        acknowledged_fields: Option<Words>, "name = value, …", None;
        /// The fields of the answer to a request that cannot be read; those of a last screen when unset. With `xmlrpc` it is a fault.
        refused_fields: Option<Words>, "name = value, …", None;
    }
}
