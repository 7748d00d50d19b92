"""Static files: hashed addresses, elsewhere if wished, and the policy that allows them."""

import hashlib
import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from lifetracer.console.assets import LETTERS, Assets
from lifetracer.console.shell import policy
from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings


def test_an_address_holds_the_hash_of_what_it_gives(tmp_path):
    assets = Assets("https://cdn.example.org/life/")
    written = {path.relative_to(tmp_path).as_posix(): path for path in assets.write(tmp_path)}
    address = assets.url("lifetracer.css").removeprefix("https://cdn.example.org/life/")
    assert hashlib.sha256(written[address].read_bytes()).hexdigest()[:12] == address.partition("/")[0]
    assert {"lifetracer.css", "lifetracer.js", "icon.svg"} <= {path.name for path in written.values()}


def test_the_style_sheet_finds_its_letters_beside_itself(tmp_path):
    assets = Assets()
    written = assets.write(tmp_path)
    sheet = next(path for path in written if path.name == "lifetracer.css")
    found = [sheet.parent / address for address in re.findall(r'url\("([^"]+)"\)', sheet.read_text())]
    assert [path.name for path in found] == list(LETTERS)
    assert all(path.read_bytes().startswith(b"OTTO") for path in found)


def test_a_browser_that_unpacks_gets_the_same_file_smaller():
    app = FastAPI()
    assets = Assets()
    app.include_router(assets.routes())
    browser = TestClient(app)
    plain, packed = (
        browser.get(assets.url("lifetracer.css"), headers={"Accept-Encoding": wished})
        for wished in ("identity", "gzip")
    )
    assert plain.content == packed.content
    assert "Content-Encoding" not in plain.headers
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_the_policy_lets_files_come_from_there_and_words_go_nowhere_else():
    assert "default-src 'self' https://cdn.example.org;" in policy("https://cdn.example.org/life")
    assert "connect-src 'self';" in policy("https://cdn.example.org/life")
    assert "unsafe" not in policy()


@pytest.mark.parametrize("address", ["cdn.example.org", "https://a.example; script-src *", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(FixByHandError):
        Settings(static_url=address)
