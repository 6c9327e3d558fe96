//! Settings of media: where files are kept and what may be fetched.

use std::path::PathBuf;

use secrecy::SecretString;
use url::Url;

use super::section::section;
use super::setting::choice;

choice! {
    /// Where media files are kept, sealed.
    MediaStore {
        /// A folder of this machine.
        Folder = "folder",
        /// A bucket that speaks S3.
        S3 = "s3",
    }
}

section! {
    /// Files that people send.
    Media at "media" {
        /// Where files are kept: a folder, or a bucket as described in `media.s3`.
        store: MediaStore, "folder or s3", Some("folder");
        /// The folder, when `store` is `folder`.
        folder: PathBuf, "path", Some(".ganira/media");
        /// Larger files are not fetched.
        bytes_max: u64, "bytes", Some("104857600"), 1024 to 2_147_483_648;
        /// Fetch media from loopback and private addresses too. Dangerous: whoever can write a message could make this server read from
        /// your network. Only for a sandbox on the same machine.
        allow_private_hosts: bool, "true or false", Some("false");
    }
}

section! {
    /// The bucket, when `media.store` is `s3`.
    S3 at "media.s3" {
        /// Its name.
        bucket: Option<String>, "name", None;
        /// Its region.
        region: Option<String>, "name", None;
        /// Where it is, if not at Amazon.
        endpoint: Option<Url>, "URL", None;
        /// The id of the access key.
        access_key: Option<SecretString>, "text", None;
        /// The access key's secret.
        secret_key: Option<SecretString>, "text", None;
    }
}
