//! The root of an incarnation's tree. Whatever fails beneath it without being anybody's to restart ends the incarnation; a new one begins.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};

use super::fence::Fence;
use super::shard::{ShardMessage, ShardRouter};
use super::shared::Shared;
use crate::domain::ids::SHARDS;

/// The root has nothing to be told.
#[derive(Debug)]
pub enum RootMessage {}

#[derive(Debug)]
pub struct Root;

/// What the root keeps: its shards' routers, in the order of their numbers.
#[derive(Debug)]
pub struct Trunk {
    fence: Fence,
}

/// What the root is started with: what it shares, and where the routers are handed to.
#[derive(Debug)]
pub struct RootSetup {
    pub shared: Arc<Shared>,
    pub routers: tokio::sync::oneshot::Sender<Vec<ActorRef<ShardMessage>>>,
}

impl Actor for Root {
    type Msg = RootMessage;
    type State = Trunk;
    type Arguments = RootSetup;

    async fn pre_start(&self, myself: ActorRef<Self::Msg>, setup: RootSetup) -> Result<Trunk, ActorProcessingErr> {
        let mut routers = Vec::with_capacity(usize::from(SHARDS));
        for _ in 0..SHARDS {
            let (router, _) =
                ShardRouter::spawn_linked(None, ShardRouter, setup.shared.clone(), myself.get_cell()).await?;
            routers.push(router);
        }
        let _ = setup.routers.send(routers);
        Ok(Trunk { fence: setup.shared.fence.clone() })
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Self::Msg>,
        event: SupervisionEvent,
        trunk: &mut Trunk,
    ) -> Result<(), ActorProcessingErr> {
        if let SupervisionEvent::ActorFailed(who, error) = event {
            tracing::error!(actor = %who.get_id(), error, "a router failed: the incarnation ends and a new one begins");
            trunk.fence.end();
        }
        Ok(())
    }
}
