//! As whom Postgres runs: it refuses to be root, and its `initdb` refuses a user without an entry in /etc/passwd.
//!
//! | we are | the folders | Postgres runs |
//! |---|---|---|
//! | a user with a name | any | as we do |
//! | a user without a name | any | in a user namespace, as `nobody` there and as us outside |
//! | the same, no user namespaces | any | as we do, with a name made up for `initdb` |
//! | root | reachable by `nobody` | as `nobody` |
//! | root | under a closed folder such as a 0700 home | in a user namespace |
//! | root, no user namespaces | under a closed folder | as `nobody`, with its folder under /var/tmp |

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::command::run;
use super::error::{Result, Tried as _};

/// The user whom Postgres' programs run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// As we do.
    Own,
    /// As we do, who have no name.
    Nameless { uid: u32 },
    /// As another user; only root can.
    Dropped { uid: u32, gid: u32 },
    /// As us, under another user's number inside a user namespace.
    Mapped { uid: u32, gid: u32 },
}

impl Account {
    /// A command that will run `program` as this user, from the root folder.
    pub(super) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self {
            Self::Own | Self::Nameless { .. } => Command::new(program),
            Self::Dropped { uid, gid } => {
                let mut command = Command::new(program);
                command.uid(uid).gid(gid);
                command
            }
            Self::Mapped { uid, gid } => {
                let mut command = Command::new("unshare");
                command.args(["--user", &format!("--map-user={uid}"), &format!("--map-group={gid}"), "--"]);
                command.arg(program);
                command
            }
        };
        command.current_dir("/");
        command
    }

    /// Makes `path` this user's.
    pub(super) fn own(self, path: &Path) -> Result<()> {
        match self {
            Self::Dropped { uid, gid } => {
                chown(path, Some(uid), Some(gid)).tried(|| format!("give {} to the user {uid}", path.display()))
            }
            Self::Own | Self::Nameless { .. } | Self::Mapped { .. } => Ok(()),
        }
    }

    /// The numbers that files of this user bear outside of any namespace, `us` being our own.
    pub(super) fn numbers(self, us: (u32, u32)) -> (u32, u32) {
        match self {
            Self::Dropped { uid, gid } => (uid, gid),
            Self::Own | Self::Nameless { .. } | Self::Mapped { .. } => us,
        }
    }
}

/// Gives `path` and everything below it to another user; links are left alone. Only root can.
pub(super) fn give_all(path: &Path, (uid, gid): (u32, u32)) -> Result<()> {
    let giving = || format!("give {} to the user {uid}", path.display());
    let found = fs::symlink_metadata(path).tried(giving)?;
    if found.is_symlink() {
        return Ok(());
    }
    chown(path, Some(uid), Some(gid)).tried(giving)?;
    if found.is_dir() {
        for entry in fs::read_dir(path).tried(giving)? {
            give_all(&entry.tried(giving)?.path(), (uid, gid))?;
        }
    }
    Ok(())
}

/// Who we are, and what this system allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Us {
    pub uid: u32,
    /// Whether our user id has a name.
    pub named: bool,
    /// User and group of the unprivileged user to become.
    pub nobody: (u32, u32),
    /// Whether user namespaces work here.
    pub namespaces: bool,
}

impl Us {
    pub(super) fn look(namespaces_allowed: bool) -> Result<Self> {
        let uid = run(Command::new("id").arg("-u"))?.trim().parse().unwrap_or(0);
        let named = run(Command::new("id").arg("-un")).is_ok();
        let nobody = find_nobody(&fs::read_to_string("/etc/passwd").unwrap_or_default());
        let needed = uid == 0 || !named;
        let namespaces = needed && namespaces_allowed && namespaces_work(nobody);
        Ok(Self { uid, named, nobody, namespaces })
    }

    pub(super) fn dropped(&self) -> Account {
        Account::Dropped { uid: self.nobody.0, gid: self.nobody.1 }
    }

    pub(super) fn mapped(&self) -> Option<Account> {
        self.namespaces.then_some(Account::Mapped { uid: self.nobody.0, gid: self.nobody.1 })
    }
}

fn namespaces_work((uid, gid): (u32, u32)) -> bool {
    run(&mut Account::Mapped { uid, gid }.command("true")).is_ok()
}

/// The user `nobody`, else `daemon`, else the customary number.
fn find_nobody(passwd: &str) -> (u32, u32) {
    let entry = |name: &str| {
        let fields = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name)?;
        // macOS writes nobody as -2.
        let number = |index: usize| fields.get(index)?.parse::<i64>().ok().map(|number| number as u32);
        number(2).zip(number(3)).filter(|(uid, _)| *uid != 0)
    };
    entry("nobody").or_else(|| entry("daemon")).unwrap_or((65_534, 65_534))
}

/// Whether somebody who owns nothing on the way could reach `path`; what does not exist yet will be made reachable.
pub(super) fn reachable_by_others(path: &Path) -> bool {
    path.ancestors().skip(1).all(|folder| fs::metadata(folder).map_or(true, |found| found.mode() & 0o001 != 0))
}

/// Whether `path`, where everybody can write beside it, is nothing or a folder of one of `owners`.
pub(super) fn is_free_or_of(path: &Path, owners: &[u32]) -> bool {
    fs::symlink_metadata(path).map_or(true, |found| found.is_dir() && owners.contains(&found.uid()))
}

/// The user who owns `path`.
pub(super) fn owner_of(path: &Path) -> Option<(u32, u32)> {
    fs::metadata(path).ok().map(|found| (found.uid(), found.gid()))
}

#[cfg(test)]
mod tests {
    use super::find_nobody;

    #[test]
    fn nobody_is_found_under_any_number() {
        assert_eq!(find_nobody("root:x:0:0::/:\nnobody:x:99:98::/:\n"), (99, 98));
        assert_eq!(find_nobody("nobody:*:-2:-2::/:\n"), (4_294_967_294, 4_294_967_294));
        assert_eq!(find_nobody("daemon:x:1:1::/:\n"), (1, 1));
        assert_eq!(find_nobody(""), (65_534, 65_534));
    }
}
