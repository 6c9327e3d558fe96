//! The engine: one incarnation after another. Registers, lives until fenced or told to stop, and stands by while a stranger lives.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use object_store::ObjectStore;
use parking_lot::RwLock;
use ractor::Actor;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::admission::{self, Admission};
use super::cache::SnapshotCache;
use super::directory::Directory;
use super::fence::Fence;
use super::ingress::{Dialled, Ingress};
use super::jobs::{self, JobTools, Jobs};
use super::lane::{self, LaneSetup};
use super::maintenance::Housekeeper;
use super::outbound::share::Permits;
use super::outbound::{self, GraphWire, Outbound, Refusal, Refusals, Wire, Wires};
use super::parts::Parts;
use super::root::{Root, RootSetup};
use super::shared::{Shared, World};
use super::smpp::Centres;
use super::sms::{SmsWire, spool};
use super::{facts_lane, timers, ussd};
use crate::channels::transport::Transport;
use crate::domain::{AccountId, OutboxId, Screen};
use crate::flows::Channel;
use crate::store::Registration;

/// How long turns in flight may take to end when the engine stops.
const DRAIN_MAX: Duration = Duration::from_secs(10);
/// Requests to companies in flight at once, over all accounts.
const REQUESTS_MAX: u32 = 256;
/// Fenced this often in a row without living for a minute in between, the engine gives up: somebody else wants to be the owner.
const FENCED_MAX: u32 = 3;
const LIVED_LONG: Duration = Duration::from_mins(1);

/// What an engine is made of.
#[derive(Debug)]
pub struct EngineSetup {
    pub world: Arc<World>,
    pub transport: Transport,
    pub objects: Arc<dyn ObjectStore>,
    /// Where media lies while it is fetched.
    pub spool: PathBuf,
}

/// What the engine is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Starting,
    /// Another engine owns the conversations; this one takes over when that one stops.
    StandingBy,
    Owning,
    Stopping,
    /// It was fenced again and again.
    GaveUp,
}

impl Phase {
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::StandingBy => "standing by",
            Self::Owning => "owning",
            Self::Stopping => "stopping",
            Self::GaveUp => "gave up",
        }
    }
}

/// A running engine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    setup: EngineSetup,
    admission: Arc<Admission>,
    now: RwLock<Now>,
    stop: CancellationToken,
    ended: CancellationToken,
}

/// What is true now.
#[derive(Debug)]
struct Now {
    phase: Phase,
    ingress: Option<Ingress>,
    shared: Option<Arc<Shared>>,
    /// When the database took the last heartbeat: by a clock that no jump of the time of day moves.
    beat: Option<Instant>,
}

impl Engine {
    /// Starts it; it takes the writers as soon as nobody else has them.
    pub fn start(setup: EngineSetup) -> Self {
        let admission = Arc::new(Admission::new(&setup.world.settings));
        let now = RwLock::new(Now { phase: Phase::Starting, ingress: None, shared: None, beat: None });
        let engine = Self(Arc::new(Inner {
            setup,
            admission,
            now,
            stop: CancellationToken::new(),
            ended: CancellationToken::new(),
        }));
        let living = engine.clone();
        super::spawn(async move {
            living.live().await;
            living.0.ended.cancel();
        });
        engine
    }

    pub fn phase(&self) -> Phase {
        self.0.now.read().phase
    }

    pub fn world(&self) -> &Arc<World> {
        &self.0.setup.world
    }

    /// Whether a request may come in, and where to. While standing by nobody may.
    pub fn enter(&self, channel: Channel) -> Result<Ingress, admission::Refusal> {
        let ingress = self.0.now.read().ingress.clone();
        let ingress = ingress.ok_or(admission::Refusal::Busy { retry_after: Duration::from_secs(2) })?;
        self.0.admission.enter(channel).map(|()| ingress)
    }

    /// The screen that answers a person at a keypad, also where nobody may come in.
    pub async fn hop(&self, dialled: Dialled) -> Screen {
        if let Ok(ingress) = self.enter(Channel::Ussd) {
            return ingress.hop(dialled).await;
        }
        let account = self.world().accounts.dialled(&dialled.gateway, &dialled.hop.code);
        ussd::refusal::Refusal::Busy.of_account(account.as_deref(), &dialled.hop.code)
    }

    /// The present incarnation, for those who look at it.
    pub fn shared(&self) -> Option<Arc<Shared>> {
        self.0.now.read().shared.clone()
    }

    pub fn turns_in_flight(&self) -> usize {
        self.0.admission.turns_in_flight()
    }

    /// How long ago the database last heard that this engine lives.
    pub fn beat_age(&self) -> Option<Duration> {
        self.0.now.read().beat.map(|beat| beat.elapsed())
    }

    /// Lets nobody in, brings what is in flight to its end, gives the writers back.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.ended.cancelled().await;
    }

    /// Returns when the engine has ended, whatever the reason.
    pub async fn ended(&self) {
        self.0.ended.cancelled().await;
    }

    fn set_phase(&self, phase: Phase) {
        let mut now = self.0.now.write();
        if now.phase != phase {
            tracing::info!(phase = phase.word(), "the engine is {}", phase.word());
            now.phase = phase;
        }
    }

    async fn live(&self) {
        let world = &self.0.setup.world;
        let engine = &world.settings.engine;
        let node = world.settings.node_name();
        let beat = Duration::from_millis(engine.heartbeat_ms);
        let mut fenced = 0;
        while !self.0.stop.is_cancelled() {
            let lanes = u16::try_from(engine.lanes).unwrap_or(u16::MAX);
            let stale_ms = u32::try_from(engine.heartbeat_stale_ms).unwrap_or(u32::MAX);
            match world.store.register(&node, lanes, stale_ms).await {
                Ok(Some(registration)) => {
                    let born = Instant::now();
                    let fell = self.incarnate(&node, registration).await;
                    fenced = if born.elapsed() > LIVED_LONG { 0 } else { fenced + u32::from(fell) };
                    if fenced >= FENCED_MAX && !self.0.stop.is_cancelled() {
                        tracing::error!(
                            "fenced {fenced} times in a row: is another engine running under this node's name?"
                        );
                        return self.set_phase(Phase::GaveUp);
                    }
                }
                Ok(None) => self.set_phase(Phase::StandingBy),
                Err(error) => tracing::warn!(error = %error.source, "could not register with the database"),
            }
            tokio::select! {
                biased;
                () = self.0.stop.cancelled() => {}
                () = tokio::time::sleep(beat) => {}
            }
        }
        self.set_phase(Phase::Stopping);
    }

    /// One incarnation, from its registration to its fence or the engine's stop. True: the fence fell.
    async fn incarnate(&self, node: &str, registration: Registration) -> bool {
        let world = self.0.setup.world.clone();
        let incarnation = registration.incarnation;
        let fence = Fence::default();
        if let Err(error) = world.accounts.refresh(&*world.store, &world.ring).await {
            tracing::error!(error = %error.source, "the accounts could not be read");
            return false;
        }
        let late = Arc::new(LateRefusals::default());
        let (shared, tasks, timers_queue) = match self.build(&fence, &registration, late.clone()).await {
            Ok(built) => built,
            Err(error) => {
                tracing::error!(error = %error, "the dispatchers could not be started");
                return false;
            }
        };
        let ingress = Ingress::new(shared.clone(), self.0.admission.clone());
        late.0.write().replace(ingress.clone());
        let (routers, hand_over) = tokio::sync::oneshot::channel();
        let setup = RootSetup { shared: shared.clone(), routers };
        let (root, root_ended) = match Root::spawn(None, Root, setup).await {
            Ok(root) => root,
            Err(error) => {
                tracing::error!(error = %error, "the supervision tree could not be started");
                fence.end();
                return false;
            }
        };
        if let Ok(routers) = hand_over.await {
            ingress.connect(routers);
        }
        self.begin_chores(&world, &fence, &ingress, &shared, timers_queue);
        self.open(&ingress, &shared);
        self.beat_until_fallen(node, incarnation, &fence).await;
        self.close();
        if !self.0.stop.is_cancelled() {
            self.set_phase(Phase::Starting);
        }
        if self.0.stop.is_cancelled() && !fence.has_fallen() {
            self.drain(&shared).await;
            if let Err(error) = world.store.release(node, incarnation).await {
                tracing::warn!(error = %error.source, "the writers could not be given back");
            }
        }
        let fell = fence.has_fallen();
        fence.end();
        late.0.write().take();
        root.stop(None);
        let _ = root_ended.await;
        for task in tasks {
            task.abort();
        }
        fell
    }

    /// Lanes, outbound and everything shared.
    async fn build(
        &self,
        fence: &Fence,
        registration: &Registration,
        refusals: Arc<dyn Refusals>,
    ) -> Result<(Arc<Shared>, Vec<AbortHandle>, timers::TimersQueue), ractor::SpawnErr> {
        let world = self.0.setup.world.clone();
        let engine = &world.settings.engine;
        let queue_max = engine.turns_in_flight_max;
        let (facts, facts_task) = facts_lane::start(world.store.clone(), registration.facts, fence.clone(), queue_max);
        let mut tasks = vec![watch(fence, "the facts lane", facts_task)];
        let centres = Centres::new(&world.settings);
        let wires = Arc::new(self.wires(&centres));
        let outbound_setup = self.outbound_setup(fence, registration, (facts.clone(), wires.clone()), refusals);
        let outbound = Outbound::start(outbound_setup).await?;
        let mut lanes = Vec::with_capacity(registration.lanes.len());
        for writer in &registration.lanes {
            let (lane, task) = lane::start(LaneSetup {
                store: world.store.clone(),
                writer: *writer,
                fence: fence.clone(),
                outbound: outbound.clone(),
                clock: world.clock.clone(),
                turns_max: engine.batch_turns_max,
                bytes_max: engine.batch_bytes_max,
                queue_max,
            });
            lanes.push(lane);
            tasks.push(watch(fence, "a lane", task));
        }
        let (timers, timers_queue) = timers::channel();
        let shared = Arc::new(Shared {
            fence: fence.clone(),
            snapshots: SnapshotCache::new(engine.snapshot_cache_bytes),
            directory: Directory::start(world.store.clone(), world.hashes.clone(), queue_max),
            lanes,
            facts,
            outbound,
            wires,
            centres,
            parts: Parts::new(world.clone()),
            timers,
            jobs: Jobs::default(),
            world,
        });
        Ok((shared, tasks, timers_queue))
    }

    /// The companies by which messages leave.
    fn wires(&self, centres: &Centres) -> Wires {
        let whatsapp = &self.0.setup.world.settings.whatsapp;
        let graph = GraphWire { base: whatsapp.graph_url.to_string(), version: whatsapp.graph_version.clone() };
        let sms = self.0.setup.world.sms.all().map(|gateway| {
            let wire: Arc<dyn Wire> = Arc::new(SmsWire(gateway.clone()));
            (gateway.name().to_owned(), wire)
        });
        Wires { whatsapp: Arc::new(graph), sms: sms.chain(centres.wires()).collect() }
    }

    fn outbound_setup(
        &self,
        fence: &Fence,
        registration: &Registration,
        (facts, wires): (facts_lane::Facts, Arc<Wires>),
        refusals: Arc<dyn Refusals>,
    ) -> outbound::Setup {
        let world = &self.0.setup.world;
        outbound::Setup {
            store: world.store.clone(),
            accounts: world.accounts.clone(),
            facts,
            fence: fence.clone(),
            hashes: world.hashes.clone(),
            clock: world.clock.clone(),
            wires,
            transport: self.0.setup.transport.clone(),
            refusals,
            settings: world.settings.outbound.clone(),
            lanes: registration.lanes.clone(),
            permits: Permits::new(REQUESTS_MAX),
        }
    }

    fn begin_chores(
        &self,
        world: &Arc<World>,
        fence: &Fence,
        ingress: &Ingress,
        shared: &Arc<Shared>,
        queue: timers::TimersQueue,
    ) {
        watch(fence, "the timers", super::spawn(timers::run(world.clone(), fence.clone(), ingress.clone(), queue)));
        let binding = shared.centres.clone().run(world.clone(), fence.clone(), ingress.clone());
        watch(fence, "the message centres", super::spawn(binding));
        let waits = shared.centres.parts_waits().chain(world.sms.parts_waits()).collect();
        let gathering = shared.parts.clone().run(fence.clone(), ingress.clone(), waits);
        watch(fence, "the gatherer of parts", super::spawn(gathering));
        let tools = JobTools {
            world: world.clone(),
            transport: self.0.setup.transport.clone(),
            objects: self.0.setup.objects.clone(),
            spool: self.0.setup.spool.clone(),
        };
        watch(fence, "the jobs", super::spawn(jobs::run(tools, fence.clone(), ingress.clone(), shared.jobs.clone())));
        watch(fence, "the spool", super::spawn(spool::run(world.clone(), ingress.clone(), fence.clone())));
        let housekeeper = Housekeeper {
            world: world.clone(),
            fence: fence.clone(),
            ingress: ingress.clone(),
            admission: self.0.admission.clone(),
            outbound: shared.outbound.clone(),
            objects: self.0.setup.objects.clone(),
        };
        watch(fence, "housekeeping", super::spawn(housekeeper.run()));
    }

    fn open(&self, ingress: &Ingress, shared: &Arc<Shared>) {
        {
            let mut now = self.0.now.write();
            now.ingress = Some(ingress.clone());
            now.shared = Some(shared.clone());
            now.beat = Some(Instant::now());
        }
        self.set_phase(Phase::Owning);
    }

    fn close(&self) {
        let mut now = self.0.now.write();
        now.ingress = None;
        now.shared = None;
    }

    /// Shows the database that we live, until the fence falls or the engine is told to stop.
    async fn beat_until_fallen(&self, node: &str, incarnation: i64, fence: &Fence) {
        let world = &self.0.setup.world;
        let period = Duration::from_millis(world.settings.engine.heartbeat_ms);
        loop {
            tokio::select! {
                biased;
                () = fence.fallen() => return,
                () = self.0.stop.cancelled() => return,
                () = tokio::time::sleep(period) => {}
            }
            match world.store.heartbeat(node, incarnation).await {
                Ok(true) => self.0.now.write().beat = Some(Instant::now()),
                Ok(false) => {
                    tracing::warn!("the database says that this incarnation is over");
                    fence.end();
                }
                Err(error) => tracing::warn!(error = %error.source, "a heartbeat was not taken"),
            }
        }
    }

    /// What is in flight comes to its end; nothing new begins.
    async fn drain(&self, shared: &Shared) {
        self.set_phase(Phase::Stopping);
        self.0.admission.close();
        let until = Instant::now() + DRAIN_MAX;
        while self.turns_in_flight() > 0 && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        shared.outbound.drain(DRAIN_MAX).await;
        shared.centres.unbind().await;
        if let Err(error) = shared.world.funnel.write(&*shared.world.store).await {
            tracing::warn!(error = %error.source, "the funnel could not be written");
        }
    }
}

/// What must not die alone: a panic in it ends the incarnation, and a new one begins.
fn watch(fence: &Fence, what: &'static str, task: JoinHandle<()>) -> AbortHandle {
    let (fence, abort) = (fence.clone(), task.abort_handle());
    super::spawn(async move {
        if task.await.is_err_and(|ended| ended.is_panic()) {
            tracing::error!("{what} panicked: the incarnation ends and a new one begins");
            fence.end();
        }
    });
    abort
}

/// The way from the dispatchers back to the entrance, which is built after them.
#[derive(Debug, Default)]
struct LateRefusals(RwLock<Option<Ingress>>);

#[async_trait]
impl Refusals for LateRefusals {
    async fn refused(&self, id: OutboxId, account: AccountId, refusal: Refusal) -> bool {
        let Some(ingress) = self.0.read().clone() else { return false };
        // Without its account there is no door left through which a flow could react.
        let Some(account) = ingress.account(account) else { return true };
        ingress.send_failed(id, &account, refusal.reason.word()).await.is_safe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lane_that_panics_ends_its_incarnation_and_one_that_is_ended_does_not() {
        let fence = Fence::default();
        watch(&fence, "a lane", crate::actors::spawn(std::future::pending())).abort();
        assert!(!fence.wait_or_fallen(Duration::from_millis(50)).await);
        watch(&fence, "a lane", crate::actors::spawn(async { panic!("ordered by a test") }));
        assert!(fence.wait_or_fallen(Duration::from_secs(30)).await);
    }
}
