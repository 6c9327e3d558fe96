//! The program: chooses the TLS provider and hands over to the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Only fails when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ganira::cli::run()
}
