//! Settings of SMS: one gateway a company, under a name of the operator's choice.

use secrecy::SecretString;
use url::Url;

use super::section::section;
use super::setting::{Networks, SecretList, choice};

choice! {
    /// Whose gateway it is.
    SmsKind {
        AfricasTalking = "africastalking",
        Twilio = "twilio",
        Infobip = "infobip",
        Vonage = "vonage",
        /// An operator's message centre: see the fields of `sms.gateways.<name>` of kind `smpp`.
        Smpp = "smpp",
    }
}

choice! {
    /// How Vonage signs its webhooks: the method chosen in its dashboard.
    SmsSignature {
        /// MD5 of the parameters and the secret.
        Md5Hash = "md5hash",
        HmacMd5 = "hmac-md5",
        HmacSha1 = "hmac-sha1",
        HmacSha256 = "hmac-sha256",
        HmacSha512 = "hmac-sha512",
        /// A token of the Messages API, which carries the body's hash.
        Jwt = "jwt",
    }
}

choice! {
    /// By which of Vonage's interfaces messages leave.
    VonageApi {
        Sms = "sms",
        Messages = "messages",
    }
}

section! {
    /// One SMS gateway under a name of your choice (lower-case letters, digits, `-` and `_`). Its webhooks are
    /// `/webhooks/sms/<name>/<key>` for messages and `/webhooks/sms/<name>/<key>/status` for delivery reports. An account at it belongs to
    /// the gateway's name, is called by its number or sender, and has as its parent what the company calls the customer: the username of
    /// Africa's Talking, Twilio's account SID, Vonage's api_key; with Infobip any word.
    SmsGateway at "sms.gateways.<name>" {
        /// Whose gateway it is: `africastalking`, `twilio`, `infobip`, `vonage` or `smpp`.
        kind: SmsKind, "word", None;
        /// The secret part of its webhooks' paths: at least 16 letters, digits, - and _. Every kind but `smpp` needs one.
        key: Option<SecretString>, "text", None;
        /// The networks from which webhooks are taken; from anywhere when unset.
        allow_from: Option<Networks>, "CIDR, …", None;
        /// Where the company is, if not at its usual address; Infobip gives every customer an address of their own.
        api_url: Option<Url>, "URL", None;
        /// What signs webhooks: Twilio's auth tokens, Vonage's signature secrets. Write two while you turn one.
        secrets: Option<SecretList>, "one or more, separated by commas", None;
        /// How Vonage signs: `md5hash`, `hmac-md5`, `hmac-sha1`, `hmac-sha256`, `hmac-sha512` or `jwt`. Unset, the path's key alone counts.
        signature: Option<SmsSignature>, "word", None;
        /// What the header `Authorization` of Infobip's webhooks must say, such as `Basic …`. Unset, the path's key alone counts.
        authorization: Option<SecretString>, "text", None;
        /// The address under which the company reaches this server; `server.public_url` when unset. Twilio signs it.
        public_url: Option<Url>, "URL", None;
        /// By which interface messages leave, with Vonage: `sms` or `messages`.
        vonage_api: VonageApi, "word", Some("sms");
        /// Whether the company comes again with what it could not deliver. If not, what cannot be taken now is kept on disk. Unset, as the
        /// company is known to do: Africa's Talking does not come again, nor does Twilio.
        repeats: Option<bool>, "true or false", None;
    }
}

section! {
    /// What cannot be taken now, of companies that do not come again.
    SmsSpool at "sms.spool" {
        /// The folder it is kept in. Its disk should be the one that is backed up with the machine.
        folder: std::path::PathBuf, "path", Some(".ganira/spool");
        /// Requests kept at most; beyond, they are answered 503.
        requests_max: usize, "requests", Some("100000"), 1 to 10_000_000;
        /// Bytes kept at most.
        bytes_max: u64, "bytes", Some("268435456"), 65_536 to 68_719_476_736;
    }
}
