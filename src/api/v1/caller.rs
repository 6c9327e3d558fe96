//! Who calls: the holder of the API key in `Authorization: Bearer …`.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use chrono_tz::Tz;

use crate::api::Api;
use crate::api::problem::Problem;
use crate::crypto::ApiKey;
use crate::domain::{Scope, TenantId};
use crate::store::api;

/// Somebody whose key is good.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub tenant: TenantId,
    /// The zone in which the tenant's days are days.
    pub zone: Tz,
    key: i64,
    scopes: Arc<[Scope]>,
}

/// A caller who may do what a route is for. It is asked before anything else of the request is read.
#[derive(Debug)]
pub(super) struct Allowed<N>(pub Caller, pub PhantomData<N>);

/// What a route is for.
pub(super) trait Needs {
    const SCOPE: Scope;
}

/// One type a scope, so that no route can forget to ask.
macro_rules! needs {
    ($($scope:ident),*) => {$(
        #[derive(Debug)]
        pub(super) struct $scope;

        impl Needs for $scope {
            const SCOPE: Scope = Scope::$scope;
        }
    )*};
}

needs!(CatalogueRead, CatalogueWrite, BookingsRead, Keys);

impl<N: Needs> FromRequestParts<Api> for Allowed<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        if caller.scopes.contains(&N::SCOPE) {
            return Ok(Self(caller, PhantomData));
        }
        let detail = format!("This key does not have the scope {}: use one that has it.", N::SCOPE);
        Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", detail))
    }
}

impl Caller {
    pub(super) fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Its name in tables.
    pub(super) fn name(&self) -> String {
        format!("key:{}", self.key)
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let nobody = |detail: &str| Problem::new(StatusCode::UNAUTHORIZED, "no_key", detail);
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token =
            header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, token) =
            token.ok_or_else(|| nobody("Send an API key in the header `Authorization: Bearer gnr_live_…`."))?;
        let key: ApiKey = token.trim().parse().map_err(|error| nobody(&format!("This is {error}.")))?;
        let mut connection = api.app.nobody().await?;
        let holder = api::key_holder(&mut connection, &key.hash()).await?;
        let holder = holder.ok_or_else(|| nobody("This key is unknown, revoked or expired: use another one."))?;
        Ok(Self {
            tenant: holder.tenant,
            zone: holder.zone.parse().unwrap_or(Tz::UTC),
            key: holder.key,
            // A scope of a later release is nothing that this one could allow.
            scopes: holder.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
        })
    }
}
