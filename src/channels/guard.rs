//! The guard against being sent where we must not go: addresses of our own network hidden behind a link somebody gave us (SSRF).
//!
//! Names are resolved once, every address they give is judged, and the connection is made to the judged addresses: a name that answers
//! differently the second time (DNS rebinding) finds no second time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Where requests may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// The public internet, by https on port 443.
    #[default]
    Public,
    /// Also loopback and private addresses, unencrypted, on any port: for a sandbox on the same machine.
    Private,
}

/// Why a request is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    #[error("only https on port 443 leaves this engine (a sandbox needs media.allow_private_hosts)")]
    Scheme,
    #[error("the address {0} belongs to a private or reserved network (a sandbox needs media.allow_private_hosts)")]
    Address(IpAddr),
}

/// IPv4 networks nobody on the internet may send us to. Source: IANA special-purpose registry; RapidPro Mailroom's list.
const BARRED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// IPv6 likewise, with the prefixes that carry an IPv4 address inside.
const BARRED_V6: &[(Ipv6Addr, u8)] = &[
    // Unspecified, loopback and the old IPv4-compatible form.
    (Ipv6Addr::UNSPECIFIED, 96),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
    // Teredo and 6to4 tunnel to an IPv4 address of the sender's choice.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

impl Reach {
    /// Judges the address of a request before it is made: its scheme and port, and the host where it is a number. A [`Url`] has already
    /// turned the disguises of a number (`127.1`, `0x7f000001`) into the number; names are judged when they are resolved.
    pub fn check(self, url: &Url) -> Result<(), Barred> {
        if self == Self::Private {
            return Ok(());
        }
        if url.scheme() != "https" || url.port_or_known_default() != Some(443) {
            return Err(Barred::Scheme);
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.judge(address.into()),
            Some(Host::Ipv6(address)) => self.judge(address.into()),
            Some(Host::Domain(_)) | None => Ok(()),
        }
    }

    /// Judges one address.
    pub fn judge(self, address: IpAddr) -> Result<(), Barred> {
        let barred = match address {
            IpAddr::V4(v4) => BARRED_V4.iter().any(|(net, bits)| Ipv4Net::new_assert(*net, *bits).contains(&v4)),
            IpAddr::V6(v6) => BARRED_V6.iter().any(|(net, bits)| Ipv6Net::new_assert(*net, *bits).contains(&v6)),
        };
        if barred && self == Self::Public { Err(Barred::Address(address)) } else { Ok(()) }
    }
}

/// Resolves names for the transport and lets none through of which any address is barred.
#[derive(Debug, Clone, Copy)]
pub(super) struct GuardedResolver(pub(super) Reach);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            for address in &addresses {
                reach.judge(address.ip())?;
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
