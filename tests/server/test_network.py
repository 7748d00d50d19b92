"""From where a request comes: read from the right, believed only as far as trusted proxies wrote it."""

from ipaddress import ip_address

import pytest
from starlette.datastructures import Headers

from lifetracer.errors import FixByHandError
from lifetracer.server.network import Network, bucket_of, read_address
from lifetracer.settings import Settings

from .test_api import is_problem

PROXIES = ("10.0.0.0/8", "fd00::/8")


def client(peer, header="x-forwarded-for", *lines, proxies=PROXIES):
    told = Headers(raw=[(header.encode(), line.encode()) for line in lines])
    found = Network(Settings(trusted_proxies=proxies, client_address_header=header)).client(peer, told)
    return str(found) if found else None


@pytest.mark.parametrize(
    ("peer", "lines", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # forged: the peer is no proxy
        ("10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),  # forged on the left
        ("10.0.0.2", ["198.51.100.1, 203.0.113.9, 10.0.0.7"], "203.0.113.9"),  # two proxies
        ("10.0.0.2", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),  # in two lines
        ("10.0.0.2", ["198.51.100.1, nonsense"], "10.0.0.2"),
        ("10.0.0.2", ["10.0.0.9"], "10.0.0.9"),  # all are ours
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", [", ,"], "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.9:4711"], "203.0.113.9"),
        ("fd00::1", ["[2001:db8::17]:4711"], "2001:db8::17"),
        ("::ffff:10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        (None, ["203.0.113.9"], None),
        ("testclient", ["203.0.113.9"], None),
    ],
)
def test_the_rightmost_address_that_is_no_proxy_is_the_client(peer, lines, expected):
    assert client(peer, "x-forwarded-for", *lines) == expected


def test_without_trusted_proxies_every_header_is_forged():
    assert client("127.0.0.1", "x-forwarded-for", "203.0.113.9", proxies=()) == "127.0.0.1"


def test_other_headers_are_told_apart():
    assert client("10.0.0.2", "cf-connecting-ip", "203.0.113.9") == "203.0.113.9"
    assert client("10.0.0.2", "forwarded", 'for=198.51.100.1, for="[2001:db8::17]:47";proto=https') == "2001:db8::17"
    assert client("10.0.0.2", "forwarded", "proto=https;For=203.0.113.9") == "203.0.113.9"
    assert client("10.0.0.2", "forwarded", "for=203.0.113.9, for=_hidden") == "10.0.0.2"
    told = Headers({"cf-connecting-ip": "198.51.100.1", "forwarded": "for=198.51.100.1", "x-real-ip": "198.51.100.1"})
    assert str(Network(Settings(trusted_proxies=PROXIES)).client("10.0.0.2", told)) == "10.0.0.2"


def test_an_ipv6_customer_counts_as_one():
    assert bucket_of(ip_address("2001:db8::1")) == bucket_of(ip_address("2001:db8::2:1")) == "2001:db8::/64"
    assert bucket_of(ip_address("203.0.113.9")) == "203.0.113.9"
    assert read_address("1.2.3") is None


@pytest.mark.parametrize("field", ["allow_ips", "trusted_proxies"])
def test_a_setting_that_is_no_network_is_a_sentence(field):
    with pytest.raises(FixByHandError, match=f"LIFETRACER_{field.upper()}"):
        Network(Settings(**{field: "10.0.0.0/8, 10.0.0.300"}))


@pytest.mark.db
def test_only_listed_addresses_come_in(visit):
    listed = visit(allow_ips="203.0.113.0/24, 2001:db8::/32", trusted_proxies="127.0.0.1")
    for address in ("203.0.113.9", "2001:db8::5"):
        assert listed.get("/api/jobs", headers={"X-Forwarded-For": address}).status_code == 200
    for headers in (
        {},
        {"X-Forwarded-For": "198.51.100.1"},
        {"X-Forwarded-For": "203.0.113.9, 198.51.100.1"},  # forged
        {"CF-Connecting-IP": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ):
        is_problem(listed.get("/api/jobs", headers=headers), 403, "address")
        is_problem(listed.post("/sign-in", headers=headers), 403, "address")
        assert listed.get("/health", headers=headers).status_code == 200


@pytest.mark.db
def test_health_too_when_so_set(visit):
    closed = visit(allow_ips="203.0.113.9", allow_ips_health=True, trusted_proxies="127.0.0.1")
    is_problem(closed.get("/health", headers={"X-Forwarded-For": "198.51.100.1"}), 403, "address")
    assert closed.get("/health", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200
    assert closed.get("/health").status_code == 200, "this machine's own probe"


@pytest.mark.db
def test_a_forged_header_leads_past_no_list(visit):
    closed = visit(allow_ips="203.0.113.9")
    is_problem(closed.get("/api/jobs", headers={"X-Forwarded-For": "203.0.113.9"}), 403, "address")
