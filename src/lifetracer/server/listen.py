"""Taking a port and knowing its address, before anything heavy is loaded; who may listen where."""

from __future__ import annotations

import contextlib
import errno
import http.client
import ipaddress
import socket
from collections.abc import Callable, Iterator

from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings


def refuse_weak_token(settings: Settings) -> None:
    """Refuse an access token that can be guessed.

    Raises:
        FixByHandError: it is too short.
    """
    token = settings.access_token.get_secret_value() if settings.access_token else ""
    if token and len(token) < 16:
        raise FixByHandError(
            "LIFETRACER_ACCESS_TOKEN is too short to be safe.", remedy="Give it 16 characters or more, at random."
        )


def needs_set_up_code(settings: Settings) -> bool:
    """Tell whether other machines can reach the server and no access token keeps them out of the first steps."""
    return settings.access_token is None and not is_loopback(settings.host)


def is_loopback(host: str) -> bool:
    """Tell whether an address or name only reaches this machine."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """Take a port.

    Raises:
        FixByHandError: it is taken, or may not be had; says what to do.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        # With the protocol named, asyncio turns Nagle's algorithm off: an answer does not wait 40 ms.
        door = socket.socket(family, kind, protocol)
    except OSError as failure:
        raise FixByHandError(
            f"{host} is no address of this machine ({failure.strerror}).",
            remedy="Set LIFETRACER_HOST to one of its addresses, or to 0.0.0.0 for all of them.",
        ) from None
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(address)
        door.listen(2048)
    except OSError as failure:
        door.close()
        if failure.errno == errno.EADDRINUSE:
            raise FixByHandError(
                f"Port {port} on {host} is in use by another program.",
                remedy=f"End that program, or choose another port: --port {port + 1 if port < 65535 else port - 1}.",
            ) from None
        raise FixByHandError(
            f"The server cannot listen on {host}, port {port} ({failure.strerror}).", remedy="Choose another --port."
        ) from None
    return door


def address_of(door: socket.socket) -> str:
    """Give the address to open in a browser."""
    host, port = door.getsockname()[:2]
    name = "localhost" if host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else host  # noqa: S104
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def until_it_answers(door: socket.socket, say: Callable[[], None]) -> Iterator[float]:
    """Ask for ``/health`` until the server behind a door answers, and say so once; yields seconds to wait."""
    while not answers(door):
        yield 0.05
    say()
    while True:
        yield 0.5


def answers(door: socket.socket) -> bool:
    """Tell whether the server behind a door answers ``/health``."""
    host, port = door.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=0.5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    return False
