"""Addresses that mean one thing to a proxy and another to us, sent byte by byte as no well-behaved client would."""

import socket

import pytest

from .conftest import TOKEN

pytestmark = pytest.mark.db


def send(client, target, method=b"GET", more=b""):
    address = (client.base_url.host, client.base_url.port)
    with socket.create_connection(address, timeout=10) as line:
        head = b"%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\n%s\r\n"
        line.sendall(head % (method, target, TOKEN.encode(), more))
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize(
    "target",
    [
        b"//api/jobs",
        b"/api//jobs",
        b"/health/../api/jobs",
        b"/static/../api/jobs",
        b"/static/%2e%2e/api/jobs",
        b"/static/%2E%2e%2fapi/jobs",
        b"/api/./jobs",
        b"/api/jobs/%2e",
        b"/static/..%5capi",
        b"/api\\jobs",
        b"/api/jobs%00",
        b"/api/jobs%0d%0aX-Evil:1",
        b"/api/marts/day%7f",
    ],
)
def test_tricks_are_refused_before_anything_is_looked_up(guarded, target):
    status, answer = send(guarded, target)
    assert status == 400, answer
    assert b"urn:lifetracer:problem:path" in answer
    assert b"X-Evil" not in answer.split(b"\r\n\r\n")[0]


def test_what_is_encoded_twice_is_just_a_name(guarded):
    assert send(guarded, b"/api/jobs/%252e%252e")[0] == 422
    assert send(guarded, b"/static/%252e%252e/api/jobs")[0] == 404


def test_overlong_addresses_are_refused(guarded):
    assert send(guarded, b"/api/" + b"a" * 3000)[0] == 414
    assert send(guarded, b"/api/jobs?stage=" + b"a" * 9000)[0] == 414
    assert send(guarded, b"/api/jobs?stage=" + b"a" * 900)[0] == 200


def test_a_length_that_is_a_lie_is_refused(guarded):
    for length in (b"99999999", b"-1", b"1e9"):
        status, _ = send(guarded, b"/api/transform", b"POST", b"Content-Length: " + length + b"\r\n")
        assert status in {400, 413}


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "späße", "a\tb"])
def test_an_id_that_could_forge_a_log_line_is_replaced(guarded, given):
    answer = guarded.get("/health", headers={"X-Request-Id": given.encode()})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32
