//! Settings of the database.

use std::path::PathBuf;

use secrecy::SecretString;

use super::section::section;

section! {
    /// Postgres 15 or newer: a server of yours, or a private one that ganira supervises.
    Database at "database" {
        /// Where your Postgres is. `serve` also takes the plain variable DATABASE_URL; `dev` and tests ignore both.
        url: Option<SecretString>, "postgres:// URL", None;
        /// Connections for the API, questions and commands. Lanes have their own, one each.
        app_connections: u32, "connections", Some("10"), 1 to 500;
        /// Supervise an own Postgres in `data_dir` instead of using `url`.
        private: bool, "true or false", Some("false");
        /// The folder of the private Postgres.
        data_dir: PathBuf, "path", Some(".ganira/postgres");
        /// The folder that holds the programs `postgres` and `initdb` for the private Postgres. Unset: PATH, the system's folders,
        /// then the npm package.
        programs_dir: Option<PathBuf>, "path", None;
    }
}
