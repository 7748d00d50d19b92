"""Static files: hashed addresses, elsewhere if wished, and the policy that allows them."""

import hashlib

import pytest

from lifetracer.console.assets import Assets
from lifetracer.console.shell import policy
from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings


def test_an_address_holds_the_hash_of_what_it_gives(tmp_path):
    assets = Assets("https://cdn.example.org/life/")
    written = {path.relative_to(tmp_path).as_posix(): path for path in assets.write(tmp_path)}
    address = assets.url("lifetracer.css").removeprefix("https://cdn.example.org/life/")
    assert hashlib.sha256(written[address].read_bytes()).hexdigest()[:12] == address.partition("/")[0]
    assert {"lifetracer.css", "lifetracer.js", "icon.svg"} <= {path.name for path in written.values()}


def test_the_policy_lets_files_come_from_there_and_words_go_nowhere_else():
    assert "default-src 'self' https://cdn.example.org;" in policy("https://cdn.example.org/life")
    assert "connect-src 'self';" in policy("https://cdn.example.org/life")
    assert "unsafe" not in policy()


@pytest.mark.parametrize("address", ["cdn.example.org", "https://a.example; script-src *", "javascript:alert(1)"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(FixByHandError):
        Settings(static_url=address)
