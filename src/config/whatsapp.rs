//! Settings of WhatsApp: where Graph is, and the apps whose webhooks are believed.

use secrecy::SecretString;
use url::Url;

use super::section::section;
use super::setting::SecretList;

section! {
    /// Meta's Graph API.
    Whatsapp at "whatsapp" {
        /// Where Graph is. `dev` points it at the sandbox.
        graph_url: Url, "URL", Some("https://graph.facebook.com");
        /// The version in every path.
        graph_version: String, "v<number>.0", Some("v26.0");
    }
}

section! {
    /// One app of Meta's, under a name of your choice; its webhook is `/webhooks/whatsapp/<name>`. Names are lower-case.
    WhatsappApp at "whatsapp.apps.<name>" {
        /// The app secrets that sign webhooks. Write two while you turn one.
        secrets: SecretList, "one or more, separated by commas", None;
        /// The token that Meta repeats when it verifies the webhook.
        verify_token: SecretString, "text", None;
    }
}
