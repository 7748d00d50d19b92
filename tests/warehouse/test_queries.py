"""Named queries come out of their file as they were written."""

from __future__ import annotations

import pytest

from lifetracer.warehouse.queries import beside


def test_a_file_gives_its_queries_by_name(tmp_path) -> None:
    (tmp_path / "room.sql").write_text(
        "-- All about rooms.\n\n-- one --\nselect 1\n\n-- two --\n-- Why.\nselect 2; select '-- one'\n"
    )
    found = beside(str(tmp_path / "room.py"))
    assert dict(found) == {"one": "select 1", "two": "-- Why.\nselect 2; select '-- one'"}


@pytest.mark.parametrize("text", ["select 1\n-- a --\nselect 2", "-- a --\nselect 1\n-- a --\nselect 2"])
def test_a_file_that_is_ambiguous_is_refused(tmp_path, text: str) -> None:
    (tmp_path / "other.sql").write_text(text)
    with pytest.raises(ValueError, match=r"other\.sql"):
        beside(str(tmp_path / "room.py"), "other.sql")
