"""What the worker hears of a child at work."""

import os
import socket
from types import SimpleNamespace

from lifetracer.jobs.running import LONGEST_LINE, MOST_LINES, Running
from lifetracer.jobs.stages import Stage


def child() -> tuple[Running, int]:
    """A child of which only what it prints is looked at, and the end that it prints into."""
    talk, other = socket.socketpair()
    other.close()
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    job = SimpleNamespace(job_id=None)
    return Running(job, Stage("tiny", "tiny:run"), None, talk, reading, ends_at=0.0), writing


def hear(running: Running) -> list[str]:
    for _ in range(100):
        running.hear_murmur()
    return [line["event"] for line in running.lines]


def test_what_is_printed_becomes_lines_also_the_last_one_without_an_end():
    running, writing = child()
    os.write(writing, "one\ntwo 二".encode())
    assert hear(running) == ["one"]
    os.close(writing)
    assert hear(running) == ["one", "two 二"]
    running.hear_out()
    assert (running.output, running.talk.fileno()) == (-1, -1)


def test_a_line_that_never_ends_does_not_fill_the_memory():
    running, writing = child()
    for _ in range(50):
        os.write(writing, b"." * 10_000)
        hear(running)
    assert len(running.murmured) <= LONGEST_LINE
    os.close(writing)
    assert sum(map(len, hear(running))) == 500_000
    running.hear_out()


def test_a_log_that_is_too_long_ends_with_a_word_about_it():
    running, writing = child()
    os.write(writing, b"x\n" * 20_000)
    os.close(writing)
    told = hear(running)
    assert len(told) == MOST_LINES
    assert "ends here" in told[-1]
    running.hear_out()
