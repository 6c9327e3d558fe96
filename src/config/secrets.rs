//! Settings that hold keys.

use secrecy::SecretString;

use super::section::section;

section! {
    /// The keys under which everything personal is stored. `ganira init` makes them.
    Secrets at "secrets" {
        /// Keys that wrap the tenants' keys, one `id:base64 of 32 bytes` a line or separated by commas; the first one wraps, the
        /// others still open. To turn it: put a new one first, run `ganira keys rotate`, remove the old one.
        key_ring: Option<SecretString>, "id:base64, …", None;
        /// The key of the hashes under which phones and provider ids are stored. It is never turned: a new one forgets every contact.
        hash_key: Option<SecretString>, "base64 of 32 bytes", None;
    }
}
