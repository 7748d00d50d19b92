"""Reader logins as other programs use them."""

import pytest

from lifetracer.warehouse.readers import user_at


@pytest.mark.parametrize(
    ("dsn", "user"),
    [
        ("postgresql://postgres.abcd:x@aws-0-eu-central-1.pooler.supabase.com:5432/postgres", "grafana.abcd"),
        ("postgresql://postgres:x@db.abcd.supabase.co:5432/postgres", "grafana"),
        ("postgresql://anna.b:x@example.org/life", "grafana"),
        ("host=/home/anna/postgres/run user=lifetracer", "grafana"),
    ],
)
def test_the_address_names_the_user_as_the_server_there_wants_it(dsn, user):
    assert user_at(dsn, "grafana") == user
