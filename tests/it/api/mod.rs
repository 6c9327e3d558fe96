//! The admin API as programs call it.

mod catalogue;
mod conventions;
mod guarded;

use ganira::domain::{Role, Scope, TenantId};
use ganira::operations::api_keys::{self, NewApiKey};
use ganira::operations::salon;
use ganira::operations::tenants;
use ganira::store::AppPool;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::world::World;

/// A world, and a key of its tenant's.
struct Caller<'a> {
    world: &'a World,
    key: String,
}

/// What came back.
#[derive(Debug)]
struct Answered {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl<'a> Caller<'a> {
    async fn with(world: &'a World, tenant: TenantId, scopes: &[Scope]) -> Self {
        let new = NewApiKey { label: "test".into(), scopes: scopes.to_vec(), expires_at: None };
        let pool = world.database.pool().await;
        let (_, key) = api_keys::add_as_owner(&pool, tenant, &new).await.unwrap();
        Self { world, key: key.expose().to_owned() }
    }

    async fn owner(world: &'a World) -> Self {
        Self::with(world, world.tenant, Role::Owner.scopes()).await
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answered {
        let mut request = self.world.http.request(method, self.world.url(path)).bearer_auth(&self.key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        Answered::of(request.send().await.unwrap()).await
    }

    async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, &[], None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answered {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    async fn patch(&self, path: &str, version: &str, body: &Value) -> Answered {
        self.send(Method::PATCH, path, &[("if-match", version)], Some(body)).await
    }
}

impl Answered {
    async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Self { status, headers, body }
    }

    fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }

    /// It was refused, by the stable word `code`.
    fn refused(self, status: u16, code: &str) -> Self {
        let answered = self.is(status);
        assert_eq!(answered.body["code"], code, "{}", answered.body);
        assert_eq!(answered.header("content-type"), "application/problem+json");
        answered
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// Another business with a salon on the same engine.
async fn neighbour(world: &World) -> TenantId {
    let ring = ganira::cli::assemble::key_ring(&world.config).unwrap();
    let new = tenants::NewTenant {
        name: "Salon Next Door".into(),
        zone: "Africa/Kigali".into(),
        language: "en".into(),
        flow: "salon".into(),
    };
    let tenant = tenants::create(&world.database.pool().await, &ring, &new).await.unwrap();
    salon::demo::demo(&AppPool::new(world.database.options(), 1), tenant).await.unwrap();
    tenant
}
