//! Running a program to its end and taking what it said.

use std::process::{Command, Stdio};

use super::error::{PrivatePostgresError, Result};

/// Runs `command` without input; standard output on success, its last words otherwise.
pub(super) fn run(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |said: String| PrivatePostgresError::ProgramFailed { program, said };
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            Err(failed(format!("{}; {}", output.status, String::from_utf8_lossy(&said).trim())))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}
