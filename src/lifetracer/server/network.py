"""From which address a request really comes, and whether that address may come in at all.

    client 203.0.113.9 ──▶ proxy 10.0.0.2 ──▶ server        X-Forwarded-For: 198.51.100.1, 203.0.113.9
                           (trusted)                                         └ forged      └ said by 10.0.0.2

Law: a header is believed only when a trusted proxy sent it, and only as far as trusted proxies wrote it: read from
the right, the first address that is no trusted proxy is the client. Only the one header that the proxies are known to
set counts, for a client can send the others through them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers

from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]


class Network:
    """Knows the proxies in front of us, and who may come in."""

    def __init__(self, settings: Settings) -> None:
        self._allowed = read_networks("LIFETRACER_ALLOW_IPS", settings.allow_ips)
        self._proxies = read_networks("LIFETRACER_TRUSTED_PROXIES", settings.trusted_proxies)
        self._header = settings.client_address_header
        self._guards_health = settings.allow_ips_health

    def client(self, peer: str | None, headers: Headers) -> Address | None:
        """Find the client's address; ``None`` when the peer has none (a socket file)."""
        found = read_address(peer or "")
        if found is None or not self._proxies or not _within(found, self._proxies):
            return found
        for text in reversed(_told(headers.getlist(self._header), self._header)):
            said = read_address(text)
            if said is None:
                return found  # what stands further left may have been written by anybody
            found = said
            if not _within(found, self._proxies):
                return found
        return found

    def admits(self, client: Address | None, path: str) -> bool:
        """Tell whether an address may come in."""
        if not self._allowed:
            return True
        if path == "/health" and (not self._guards_health or (client is not None and client.is_loopback)):
            return True
        return client is not None and _within(client, self._allowed)


def read_networks(name: str, texts: Sequence[str]) -> Networks:
    """Read addresses and networks of a setting.

    Raises:
        FixByHandError: one of them is none.
    """
    try:
        return [ip_network(text, strict=False) for text in texts]
    except ValueError as failure:
        raise FixByHandError(
            f"{name} is not usable: {failure}.", remedy="Write addresses or networks such as 203.0.113.7, 10.0.0.0/8."
        ) from None


def read_address(text: str) -> Address | None:
    """Read an address as proxies write it: with a port, in brackets, IPv4 inside IPv6; ``None`` when it is none."""
    text = text.strip().strip('"')
    if found := re.fullmatch(r"\[([^]]*)](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+", text):
        text = found[1] or found[2] or ""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def bucket_of(client: Address | None) -> str:
    """Name the address for counting; an IPv6 customer has a whole /64."""
    if isinstance(client, IPv6Address):
        return str(ip_network((int(client), 64), strict=False))
    return str(client)


def _told(lines: Sequence[str], header: str) -> list[str]:
    parts = [part.strip() for part in ",".join(lines).split(",") if part.strip()]
    if header != "forwarded":
        return parts
    # RFC 7239: for=192.0.2.43;proto=http, for="[2001:db8::17]:4711"
    found = [re.search(r"(?:^|;)\s*for=([^;]+)", part, re.IGNORECASE) for part in parts]
    return [one[1] if one else "unknown" for one in found]


def _within(address: Address, networks: Networks) -> bool:
    return any(address.version == network.version and address in network for network in networks)
