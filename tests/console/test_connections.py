"""What can be done with a connection, and what is said of it."""

import re

import pytest

from lifetracer.charts import Words
from lifetracer.console import findings
from lifetracer.console.ways_in import _plain_name


@pytest.fixture
def forms(client):
    """Send a form of a page, with the page's token."""

    def send(page: str, to: str, **fields: str):
        token = re.search(r'name="form_token" value="([0-9a-f]{64})"', client.get(page).text)
        assert token
        return client.post(to, data={"form_token": token[1], **fields})

    return send


def test_what_cannot_be_tested_says_so(forms, warehouse, account):
    """A file has no service that could be asked; the page has no button for it, but a form can be sent."""
    with warehouse.transaction() as con:
        row = con.execute(
            "insert into app.connection (account_id, source, name) values (%s, 'toggl_csv', 'Old log')"
            " returning connection_id",
            [account.account_id],
        ).fetchone()
    answer = forms(f"/connections/{row[0]}", "/connections/test", connection=str(row[0]))
    assert answer.status_code == 422
    assert "cannot be tested" in answer.text
    assert "Old log" in answer.text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\logs\\2025.csv", "2025.csv"), (".hidden", "hidden"), ("<>", "file.csv")],
)
def test_a_file_keeps_only_what_is_harmless_of_its_name(sent, kept):
    assert _plain_name(sent) == kept


def test_zones_that_differ_are_told(account):
    said = findings.of_zones({"time_zone": "Asia/Tokyo"}, account, Words("en"))
    assert said == [(account.time_zone == "Asia/Tokyo", said[0][1])]
    assert "Asia/Tokyo" in said[0][1]
    assert findings.of_zones({}, account, Words("en")) == []
