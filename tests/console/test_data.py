"""The data page's findings, and every row as it was sent, with what it was before."""

from page_words import rows, words

ROW = """
insert into raw.toggl_track__time_entries (account_id, source_id, connection_id, data, api_version)
select account_id, '7', connection_id, '{"id": 7, "description": "Write <b>", "tags": null}', 'v9' from app.connection
"""
FORMER = """
insert into raw.revision (account_id, stream, source_id, data, api_version, synced_at)
select account_id, 'toggl_track__time_entries', '7', '{"id": 7, "description": "Wrte"}', 'v9', now() - interval '1 day'
from app.connection
"""


def test_a_row_is_shown_as_it_came_and_as_it_was(client, warehouse, person):
    with warehouse.transaction() as con:
        con.execute("select raw.create_table('toggl_track', 'time_entries')")
        con.execute(ROW)
        con.execute(FORMER)
    page = client.get("/data/row?of=actual&id=toggl_track/7").text
    assert "Write &lt;b&gt;" in page
    assert "As it is now" in page
    assert "<code>description</code>" in page
    assert page.count('<pre class="json">') == 2
    assert client.get("/data/row?stream=toggl_track__time_entries&id=7").status_code == 200
    listed = client.get("/data/rows/toggl_track__time_entries").text
    assert [row[0] for row in rows(listed, "<main")] == ["7"]


def test_rows_of_others_and_of_no_stream_are_not_there(client, warehouse, person, new_account):
    with warehouse.transaction() as con:
        con.execute("select raw.create_table('toggl_track', 'time_entries')")
        con.execute(ROW)
        con.execute("update app.connection set account_id = account_id")
    for address in ("/data/row?of=actual&id=toggl_track/8", "/data/row?stream=account&id=7", "/data/rows/pg_class"):
        assert client.get(address).status_code == 404, address


def test_findings_say_what_to_do_and_where(lived):
    page = lived.get("/data").text
    assert "overlaps. Mend one of them. Mend it ↗" in words(page)
    assert 'href="https://track.toggl.com/timer"' in page
    assert "Entries that overlap 1" in words(page)
    assert "Mend one of them." in lived.get("/data?kind=overlap").text
    assert "Mend one of them." in lived.get("/data?kind=nonsense").text


def test_findings_speak_the_visitors_language(lived):
    page = lived.get("/data?lang=ja").text
    lived.cookies.clear()
    assert "どちらかを直してください。" in page
