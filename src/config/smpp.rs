//! Settings of SMPP: the message centres whose gateways have `kind = "smpp"`.

use std::path::PathBuf;

use figment::Figment;

use super::mistake::Mistakes;
use super::reader::Reader;
use super::section::{Section as _, section};
use super::setting::choice;

choice! {
    /// What a connection is bound for.
    Bind {
        /// Both ways on each connection.
        Transceiver = "transceiver",
        /// Sending only.
        Transmitter = "transmitter",
        /// Receiving only.
        Receiver = "receiver",
        /// A connection for each way, as older centres want it.
        Pair = "pair",
    }
}

choice! {
    /// What data coding 0 means at a message centre.
    DefaultAlphabet {
        /// The alphabet of phones, a septet to an octet.
        Gsm7 = "gsm7",
        Latin1 = "latin1",
    }
}

choice! {
    /// How parts of one text are told to belong together.
    Joining {
        /// By a header before each part's text.
        Header = "header",
        /// By the `sar_` parameters beside it: the message centre writes the header.
        Sar = "sar",
    }
}

choice! {
    /// When letters that phones lack are replaced by those they have.
    LookAlikes {
        Never = "never",
        /// Where that saves segments.
        Saving = "saving",
        Always = "always",
    }
}

choice! {
    /// Whose values `ussd_service_op` and `its_session_info` have.
    UssdCoding {
        Standard = "standard",
        SixD = "6d",
    }
}

choice! {
    /// What tells the USSD sessions of one phone apart.
    UssdSession {
        SessionInfo = "its_session_info",
        UserMessageReference = "user_message_reference",
        /// A phone has but one.
        Phone = "phone",
    }
}

section! {
    /// A message centre that speaks SMPP 3.4: an SMS gateway of `kind = "smpp"`. The account's parent id is its `system_id`, its credential
    /// the password; accounts of one system id share its connections.
    SmppGateway at "sms.gateways.<name>" {
        /// The message centre's host.
        host: String, "name or address", Some("127.0.0.1");
        /// Its port.
        port: u16, "port", Some("2775");
        /// Speak TLS, and believe certificates of the public authorities.
        tls: bool, "true or false", Some("false");
        /// Believe these certificates instead of the public authorities'.
        tls_ca_file: Option<PathBuf>, "path of a PEM file", None;
        /// What connections are bound for: `transceiver`, `transmitter`, `receiver` or `pair`.
        bind: Bind, "word", Some("transceiver");
        /// Connections for one system id, of each kind that is bound.
        connections: u32, "connections", Some("1"), 1 to 32;
        /// Submits of one connection that wait for their answer at once.
        window: u32, "submits", Some("10"), 1 to 1000;
        /// Segments a second of one sender. A text of three segments counts three.
        segments_per_second: u32, "segments a second", Some("20"), 1 to 10_000;
        /// What the operator calls our kind of system; empty at most.
        system_type: Option<String>, "text", None;
        /// The service type of submits; empty at most.
        service_type: Option<String>, "text", None;
        /// Addresses that a receiver asks for; empty for all.
        address_range: Option<String>, "text", None;
        /// Type of number of a short code or number that sends.
        source_ton: u16, "number", Some("0"), 0 to 6;
        /// Numbering plan of it.
        source_npi: u16, "number", Some("1"), 0 to 18;
        /// Type of number of the people written to; 1 is international.
        dest_ton: u16, "number", Some("1"), 0 to 6;
        /// Numbering plan of them; 1 is E.164.
        dest_npi: u16, "number", Some("1"), 0 to 18;
        /// The country whose people's numbers may come without their country code.
        country: Option<String>, "two letters, such as RW", None;
        /// What data coding 0 means there: `gsm7` or `latin1`.
        default_alphabet: DefaultAlphabet, "word", Some("gsm7");
        /// The data coding of texts in the default alphabet.
        data_coding: u16, "number", Some("0"), 0 to 255;
        /// How parts are told to belong together: `header` or `sar`.
        joining: Joining, "word", Some("header");
        /// When letters that phones lack are replaced: `never`, `saving` or `always`.
        look_alikes: LookAlikes, "word", Some("never");
        /// How often an idle connection is asked whether it lives.
        enquire_link_ms: u64, "ms", Some("30000"), 100 to 600_000;
        /// How long an answer may take; one that takes longer is lost.
        answer_timeout_ms: u64, "ms", Some("10000"), 100 to 120_000;
        /// How long the parts of a long message wait for the missing ones.
        parts_wait_ms: u64, "ms", Some("300000"), 100 to 86_400_000;
        /// The operator waits this long for a screen.
        ussd_budget_ms: u64, "ms", Some("5000"), 100 to 30_000;
        /// Whose USSD values it uses: `standard` or `6d`.
        ussd_coding: UssdCoding, "word", Some("standard");
        /// What tells the USSD sessions of one phone apart: `its_session_info`, `user_message_reference` or `phone`.
        ussd_session: UssdSession, "word", Some("its_session_info");
    }
}

impl SmppGateway {
    /// One at this address with every other field as it is by default.
    pub fn at(host: &str, port: u16) -> Self {
        let mut mistakes = Mistakes::default();
        let layers = Figment::new();
        let defaults = Self::read(&mut Reader::new(&layers, &mut mistakes), Self::PATH);
        #[expect(clippy::expect_used, reason = "every field above has a default or may be left out")]
        let defaults = defaults.expect("the defaults are within their own limits");
        Self { host: host.to_owned(), port, ..defaults }
    }
}
