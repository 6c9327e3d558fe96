//! What stands around the flows that are checked: providers and servers of a configuration, in place of those that the folder declares.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use crate::cli::operator::{self, Where};
use crate::flows::Provider;

/// Where the flows are to run.
#[derive(Debug, Args)]
pub(super) struct Around {
    /// Check against what this tenant may name: the providers of the configuration, and the tenant's servers
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    #[command(flatten)]
    place: Where,
}

/// What is configured.
#[derive(Debug)]
pub(super) struct Configured {
    pub providers: BTreeSet<Provider>,
    /// The tenant's own; `None` where no tenant is meant.
    pub servers: Option<BTreeSet<String>>,
}

impl Around {
    /// What is configured; `None` if neither a configuration nor a tenant is given, and then nothing is connected to.
    pub(super) async fn configured(self, file: Option<PathBuf>) -> anyhow::Result<Option<Configured>> {
        let Some(tenant) = self.tenant else {
            if file.is_none() && !self.place.dev {
                return Ok(None);
            }
            let config = self.place.config(file)?;
            return Ok(Some(Configured { providers: operator::environment_of(&config).providers, servers: None }));
        };
        let operator = self.place.connect(file).await?;
        let tenant = operator.tenant(&tenant).await?;
        let environment = operator.environment(tenant).await?;
        Ok(Some(Configured { providers: environment.providers, servers: Some(environment.servers) }))
    }
}
