//! Settings of those who do work outside the conversation: providers that read documents, providers that take payments.

use secrecy::SecretString;
use url::Url;

use super::section::section;

section! {
    /// A provider that reads pictures and documents, under the name by which flows know it (`read:` … `by:`). Names are lower-case.
    ReadProvider at "providers.read.<name>" {
        /// Where orders are posted, signed by Standard Webhooks.
        url: Url, "URL", None;
        /// The secret that signs them.
        secret: SecretString, "whsec_ and base64", None;
        /// How long one request may take.
        timeout_ms: u64, "milliseconds", Some("20000"), 100 to 120_000;
    }
}

section! {
    /// A provider that takes payments, under the name by which flows know it (`pay:` … `by:`). Names are lower-case.
    PayProvider at "providers.pay.<name>" {
        /// Where orders are posted, signed by Standard Webhooks.
        url: Url, "URL", None;
        /// The secret that signs them.
        secret: SecretString, "whsec_ and base64", None;
        /// How long one request may take.
        timeout_ms: u64, "milliseconds", Some("20000"), 100 to 120_000;
    }
}
