"""Files that appear whole or not at all."""

import os
import stat
import threading

import pytest

from lifetracer.whole import whole_file


def test_a_file_takes_its_place_only_when_it_is_written_to_the_end(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(b"former")
    with pytest.raises(InterruptedError), whole_file(path) as file:
        _write_half(file)
    assert path.read_bytes() == b"former"
    with whole_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["report.pdf"]


def _write_half(file):
    file.write(b"half")
    raise InterruptedError


def test_what_is_no_plain_file_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    with whole_file(pipe) as file:
        file.write(b"through")
    reader.join(10)
    assert read == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_and_its_file_is_new(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"former")
    link.symlink_to(file)
    with whole_file(link) as opened:
        opened.write(b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_a_folder_is_no_place_for_a_file(tmp_path):
    with pytest.raises(IsADirectoryError), whole_file(tmp_path):
        pass
