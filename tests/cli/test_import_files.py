"""`lifetracer import`: a line per file, sentences for what was not plain, and the exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEADER = "Project,Description,Start date,Start time,End date,End time\n"
GOOD = HEADER + "Work,run,2026-01-05,09:00:00,2026-01-05,10:00:00\n"
pytestmark = pytest.mark.db


@pytest.fixture
def says(environ, account):
    def run(*words):
        command = [sys.executable, "-m", "lifetracer", "import", *map(str, words)]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)

    return run


def test_a_line_per_file_and_nothing_new_the_second_time(says, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(GOOD)
    first = says(path)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"{path}: 1 entry, 2026-01-05 – 2026-01-05: 1 new, 0 changed, 0 unchanged\n"
    assert "0 new, 0 changed, 1 unchanged" in says(path).stdout


def test_bad_files_end_in_a_sentence_and_exit_code_one_after_the_others(says, tmp_path):
    (tmp_path / "log.csv").write_text(GOOD + "Work,bad,soon,09:00,soon,10:00\n")
    (tmp_path / "plan.ics").write_text("nothing")
    (tmp_path / "latin").mkdir()
    Path(os.fsdecode(bytes(tmp_path / "latin" / "caf") + b"\xe9.csv")).write_text(GOOD)
    odd = ("x" * 5000, "~nobody-of-this-name/x.csv", tmp_path / "latin")
    told = says(tmp_path / "missing.csv", *odd, tmp_path / "plan.ics", tmp_path / "log.csv")
    assert told.returncode == 1
    assert "1 new" in told.stdout
    assert f"{tmp_path}/missing.csv does not exist." in told.stderr
    assert "cannot be read (File name too long)." in told.stderr
    assert "~nobody-of-this-name/x.csv does not exist." in told.stderr
    assert f"{tmp_path}/latin/caf�.csv: 1 entry" in told.stdout
    assert f"{tmp_path}/plan.ics, line 1: " in told.stderr
    assert f"{tmp_path}/log.csv, line 3: the date “soon” cannot be read; the row was left out." in told.stderr
    assert "Traceback" not in told.stderr


def test_summary_for_machines(says, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(GOOD)
    told = says(path, tmp_path / "missing.csv", "--time-zone", "Europe/Berlin", "--json")
    assert told.returncode == 1
    summary = json.loads(told.stdout)
    assert (summary["changed"], summary["complete"]) == (1, False)
    assert [f["inserted"] for f in summary["files"]] == [1, 0]
    assert summary["files"][1]["error"]["kind"] == "bad_file"


def test_unknown_zone_is_wrong_usage(says, tmp_path):
    assert says(tmp_path, "--time-zone", "Mars").returncode == 2
