"""How often somebody may come: one sum over all servers, refused with the second from which to try again."""

import asyncio
import threading
import time

import pytest
from pydantic import SecretStr

from lifetracer.errors import TryAgainError
from lifetracer.server.limits import SHARE, Limiter
from moments import quickest

from .conftest import TOKEN, token_in
from .test_api import is_problem

pytestmark = pytest.mark.db
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NOW = 1_795_000_000.0


def let_in(limiter, bucket, limit, tries, now=NOW):
    async def come():
        return [not (await limiter.take(bucket, limit, now)).refused for _ in range(tries)]

    return sum(asyncio.run(come()))


@pytest.fixture
def limiters(warehouse):
    made = [Limiter(warehouse) for _ in range(3)]
    yield made
    for limiter in made:
        limiter.close()


def test_one_server_lets_in_exactly_the_limit(limiters):
    assert let_in(limiters[0], "a", 100, 150) == 100
    assert let_in(limiters[0], "b", 100, 20) == 20, "another bucket is another count"
    assert let_in(limiters[0], "a", 100, 5, NOW + 60) == 5, "another minute begins anew"


def test_servers_share_a_limit_and_overshoot_by_a_tenth_each_at_most(limiters):
    limit = 100
    counts = []

    def work(limiter):
        counts.append(let_in(limiter, "shared", limit, 150))

    threads = [threading.Thread(target=work, args=[limiter]) for limiter in limiters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert limit <= sum(counts) <= limit + (len(limiters) - 1) * limit // SHARE


def test_one_after_the_other_they_let_in_no_more_than_the_limit(limiters):
    counts = []
    for limiter in limiters:
        counts.append(let_in(limiter, "x", 50, 40))
        limiter.sum_up()
    assert sum(counts[:2]) <= 50 + 50 // SHARE
    assert counts[2] <= 50 // SHARE


def test_while_the_database_is_away_a_server_counts_alone(warehouse):
    class Away:
        def transaction(self):
            raise TryAgainError("away")

    limiter = Limiter(Away())
    assert let_in(limiter, "a", 30, 50) == 30
    limiter._warehouse = warehouse
    limiter.sum_up()
    limiter.close()
    with warehouse.transaction() as con:
        assert con.execute("select bucket, hits from ops.rate").fetchall() == [("a", 50)]


def test_minutes_that_are_over_are_forgotten(limiters, warehouse):
    let_in(limiters[0], "a", 10, 1, NOW - 600)
    limiters[0].sum_up()
    let_in(limiters[0], "a", 10, 1, NOW)
    limiters[0].sum_up()
    with warehouse.transaction() as con:
        assert con.execute("select count(*) from ops.rate").fetchone() == (1,)


def test_counting_costs_less_than_a_millisecond(limiters):
    assert quickest(lambda: let_in(limiters[0], "fast", 60_000, 2000), 2) / 2000 < 0.001


def test_too_many_requests_are_refused_with_a_time(visit):
    server = visit(host="0.0.0.0", access_token=SecretStr(TOKEN), rate_limit=5)
    answers = [server.get("/api/jobs", headers=BEARER) for _ in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 2 <= len(refused) <= 7, "a new minute may have begun"
    is_problem(refused[-1], 429, "too_often")
    assert 1 <= int(refused[-1].headers["retry-after"]) <= 60
    assert refused[-1].headers["ratelimit"].startswith('"minute";r=0;t=')
    assert answers[0].headers["ratelimit-policy"] == '"minute";q=5;w=60'
    assert server.get("/health").status_code == 200, "a probe is never refused"


def test_wrong_tokens_are_limited_more_strictly_and_right_ones_still_let_in(visit):
    server = visit(host="0.0.0.0", access_token=SecretStr(TOKEN), rate_limit_wrong=3)
    statuses = [server.get("/api/jobs", headers={"Authorization": f"Bearer lt_{n}"}).status_code for n in range(9)]
    assert statuses[0] == 401
    assert statuses[-1] == 429 or statuses.count(429) >= 2
    assert server.get("/api/jobs", headers=BEARER).status_code == 200


def test_guessing_at_the_form_ends_soon(visit):
    server = visit(host="0.0.0.0", access_token=SecretStr(TOKEN), rate_limit_wrong=2)
    while time.time() % 60 > 50:
        time.sleep(0.5)
    sent = token_in(server.get("/sign-in").text) | {"by": "token", "token": "guess"}
    statuses = [server.post("/sign-in", data=sent).status_code for _ in range(4)]
    assert statuses == [403, 403, 429, 429]
    assert server.post("/sign-in", data=sent | {"token": TOKEN}).status_code == 429, "not even the right one tells now"


def test_at_home_nobody_is_counted(visit, warehouse):
    server = visit(rate_limit=2)
    assert {server.get("/api/jobs").status_code for _ in range(10)} == {200}
