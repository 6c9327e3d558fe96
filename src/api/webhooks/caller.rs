//! Who calls: the neighbour, or whom a proxy of our own names.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};

use crate::config::Networks;

/// The address that a proxy took a request from, its own neighbours last.
const FORWARDED: &str = "x-forwarded-for";

/// The caller's address. `None` where a trusted proxy names somebody who has none.
pub fn caller(headers: &HeaderMap, extensions: &Extensions, proxies: Option<&Networks>) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())?;
    let ours = |address: IpAddr| proxies.is_some_and(|proxies| proxies.contain(address));
    if !ours(peer) {
        return Some(peer);
    }
    let named = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = named.flat_map(|list| list.split(',')).map(str::trim).collect();
    // From the right: what stands further left was written by somebody else.
    let mut last = peer;
    for name in named.into_iter().rev() {
        last = name.parse().ok()?;
        if !ours(last) {
            break;
        }
    }
    Some(last)
}
