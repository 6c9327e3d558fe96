//! Settings of the HTTP servers: the engine's and the sandbox's.

use std::net::SocketAddr;

use url::Url;

use super::section::section;
use super::setting::Networks;

section! {
    /// HTTP towards us.
    Server at "server" {
        /// Where the engine listens.
        listen: SocketAddr, "address:port", Some("127.0.0.1:8080");
        /// The address under which the world reaches this server; companies fetch media from it and call its webhooks.
        public_url: Option<Url>, "URL", None;
        /// Proxies of your own, which are believed when their `X-Forwarded-For` says whom a request came from.
        trusted_proxies: Option<Networks>, "CIDR, …", None;
        /// A request that takes longer is answered 503; its turn goes on.
        request_timeout_ms: u64, "ms", Some("5000"), 100 to 60_000;
        /// Larger bodies are answered 413. WhatsApp posts up to 3 MB.
        body_bytes_max: usize, "bytes", Some("4194304"), 65_536 to 67_108_864;
    }
}

section! {
    /// The stand-in for the companies, used by `dev`, `sandbox` and tests.
    Sandbox at "sandbox" {
        /// Where the sandbox listens.
        listen: SocketAddr, "address:port", Some("127.0.0.1:8090");
    }
}
