"""`lifetracer static`: what pages ask a bucket for is what was written for it."""

import re

from typer.testing import CliRunner

from lifetracer.cli import app
from lifetracer.console.assets import Assets


def test_it_writes_each_file_to_where_its_address_leads(tmp_path):
    told = CliRunner().invoke(app, ["static", str(tmp_path / "life")])
    assert told.exit_code == 0
    for name in ("lifetracer.css", "lifetracer.js", "icon.svg"):
        address = Assets("https://bucket.example/life").url(name)
        assert (tmp_path / "life" / address.removeprefix("https://bucket.example/life/")).is_file(), name
    assert len(re.findall(r"\.(?:css|js|svg)$", told.stdout, re.MULTILINE)) >= 4
