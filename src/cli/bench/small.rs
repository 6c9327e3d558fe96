//! A small machine: `ganira serve` on a share of this one, with Postgres inside that share or outside of it.

use std::path::PathBuf;

use super::bodies::MID_BOOKING;
use super::cgroup::{Cgroup, Share};
use super::ground::{self, Ground, WIDE};
use super::load::{Heard, Speech, Until};
use super::rows::Loads;
use super::served::Served;
use super::{check, town};

/// Half a core and 512 MiB.
pub(super) const SHARE: Share = Share { cores: 0.5, memory_mib: 512 };

/// Where the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Postgres {
    /// It shares what the engine has.
    Inside,
    /// It has the rest of the machine.
    Outside,
}

/// The engine, everybody in the middle of a booking.
pub(super) struct Small<'g> {
    group: Cgroup,
    served: Served,
    pub loads: Loads,
    database: &'static str,
    /// The run's own server, or one of its own that is stopped while `serve` has it.
    ground: Lent<'g>,
}

enum Lent<'g> {
    Run(&'g Ground),
    Own(Box<Ground>, PathBuf),
}

/// What it took of its share.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Used {
    pub throttled: Option<(u64, u64)>,
    pub memory_most_bytes: Option<u64>,
}

impl<'g> Small<'g> {
    /// An error says why no share can be made here.
    pub(super) async fn start(ground: &'g Ground, postgres: Postgres, database: &'static str) -> anyhow::Result<Self> {
        let group = Cgroup::new(SHARE)?;
        let (lent, environment) = match postgres {
            Postgres::Outside => {
                let url = ground.url(database)?;
                (Lent::Run(ground), salon(ground, database, &[("DATABASE_URL", &url)]).await?)
            }
            Postgres::Inside => {
                let mut own = Ground::prepare().await?;
                salon(&own, town::DATABASE, &[("DATABASE_URL", &own.url(town::DATABASE)?)]).await?;
                let folder = own.stop_postgres().await?;
                let place = folder.display().to_string();
                let private = [("GANIRA__DATABASE__PRIVATE", "true"), ("GANIRA__DATABASE__DATA_DIR", place.as_str())];
                let more: Vec<_> = WIDE.into_iter().chain(private).collect();
                let environment = ground::environment(&own.folder, &own.keys, &more);
                (Lent::Own(Box::new(own), folder), environment)
            }
        };
        let served = Served::ready_within(&group, environment, &ground.folder).await?;
        let database = if postgres == Postgres::Inside { town::DATABASE } else { database };
        let mut loads = Loads::at(served.address);
        loads.lead().await?;
        Ok(Self { group, served, loads, database, ground: lent })
    }

    /// An open loop of so many messages a second.
    pub(super) async fn offered(&mut self, rate: f64, seconds: f64, connections: usize) -> anyhow::Result<Heard> {
        let speech = Speech::Text(MID_BOOKING.to_owned());
        self.loads.say(connections, speech, Until::Seconds(seconds), Some(rate)).await
    }

    pub(super) fn pid(&self) -> anyhow::Result<u32> {
        self.served.pid()
    }

    pub(super) fn used(&self) -> Used {
        Used { throttled: self.group.throttled(), memory_most_bytes: self.group.memory_most() }
    }

    /// Ends it, and fails unless every message that was accepted stands in the journal or among the dead letters. Returns how many.
    pub(super) async fn checked(self) -> anyhow::Result<u64> {
        let Self { group, served, loads, database, ground } = self;
        served.stop().await?;
        group.remove()?;
        let own = match ground {
            Lent::Run(ground) => {
                check::accepted(&mut ground.connection(database).await?, loads.accepted, loads.offered).await?;
                return Ok(loads.accepted);
            }
            Lent::Own(mut own, folder) => {
                own.start_postgres(folder).await?;
                own
            }
        };
        check::accepted(&mut own.connection(database).await?, loads.accepted, loads.offered).await?;
        own.clear().await?;
        Ok(loads.accepted)
    }
}

async fn salon(
    ground: &Ground,
    name: &str,
    more: &[(&str, &str)],
) -> anyhow::Result<std::collections::BTreeMap<String, String>> {
    let database = ground.database(name).await?;
    let more: Vec<_> = WIDE.iter().chain(more).copied().collect();
    let environment = ground::environment(&ground.folder, &ground.keys, &more);
    ground::salon(&database, &ground::config(environment.clone())?).await?;
    Ok(environment)
}
