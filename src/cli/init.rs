//! `ganira init`: a first production configuration and its keys.
#![expect(clippy::print_stdout, reason = "the command's output")]

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::crypto::random;

/// Overwrites nothing: it fails when one of the files is there.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder to write into; made if it is missing
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    dir: PathBuf,
}

const CONFIGURATION: &str = include_str!("init.toml");

impl Init {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let files = [
            (self.dir.join("ganira.toml"), CONFIGURATION.to_owned()),
            (self.dir.join("keys/ring"), format!("k1:{}\n", random::secret_key().to_base64().as_str())),
            (self.dir.join("keys/hash"), format!("{}\n", random::secret_key().to_base64().as_str())),
        ];
        if let Some((there, _)) = files.iter().find(|(file, _)| file.exists()) {
            bail!("{} is already there: nothing was written. Choose another folder with --dir", there.display());
        }
        fs::create_dir_all(&self.dir).with_context(|| format!("cannot make the folder {}", self.dir.display()))?;
        let keys = self.dir.join("keys");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&keys)
            .with_context(|| format!("cannot make the folder {}", keys.display()))?;
        for (file, text) in &files {
            write_private(file, text)?;
        }
        print_next_steps(&self.dir);
        Ok(())
    }
}

fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()).and_then(|()| opened.sync_all()));
    written.with_context(|| format!("cannot write {}", file.display()))
}

fn print_next_steps(dir: &Path) {
    let dir = dir.display();
    println!(
        "Wrote {dir}/ganira.toml, {dir}/keys/ring and {dir}/keys/hash (readable by you only).

Next:
  1. Copy {dir}/keys to a safe place. Without these keys no backup of the database can be read.
  2. Set database.url in {dir}/ganira.toml (or DATABASE_URL), or database.private = true.
  3. Set server.public_url, and under [whatsapp.apps.main] your app's secret and a verify token.
  4. ganira config check --config {dir}/ganira.toml
  5. ganira serve --config {dir}/ganira.toml"
    );
}
