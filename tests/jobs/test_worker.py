"""Jobs as people see them, done by real workers in real child processes."""

import os
import signal
import time
from pathlib import Path

import pytest

from .conftest import children_of

pytestmark = pytest.mark.db


def grandchildren(pid):
    return [child for zygote in children_of(pid) for child in children_of(zygote)]


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_job_is_done_and_tells_what_it_did(person, start_worker, effects):
    start_worker()
    asked = person.ask(subject="x", full=True)
    assert (asked.status, asked.created) == ("queued", True)
    job = person.wait(asked.job_id)
    assert (job.status, job.attempt, job.error) == ("succeeded", 1, None)
    assert job.summary == {"subject": "x", "full": True}
    assert effects() == [(asked.job_id, "done")]
    said = [line.event for line in person.log(asked.job_id)]
    assert "printed こんにちは" in said
    assert any(text.startswith("half way, NUL") for text in said), said


def test_a_waiting_worker_begins_within_a_moment(person, start_worker, effects):
    start_worker()
    person.wait(person.ask().job_id)
    pauses = []
    for number in range(15):
        job = person.wait(person.ask(subject=str(number)).job_id)
        pauses.append((job.started_at - job.queued_at).total_seconds())
        if number >= 2 and sorted(pauses)[2] < 0.15:
            break
    assert sorted(pauses)[2] < 0.15, "three of them"


def test_progress_is_seen_while_it_runs(person, start_worker, effects):
    start_worker()
    asked = person.ask(steps=40)
    wait_for(lambda: person.look(asked.job_id).progress.get("done", 0) > 3)
    assert person.look(asked.job_id).status == "running"
    assert person.wait(asked.job_id).status == "succeeded"


def test_a_second_request_gets_the_same_job(person):
    first = person.ask(full=True)
    second = person.ask(since="2026-01-01")
    assert second.job_id == first.job_id
    assert not second.created
    assert person.look(first.job_id).parameters == {"full": True, "since": "2026-01-01"}


def test_a_request_during_the_run_makes_it_run_once_more(person, start_worker, effects):
    start_worker()
    first = person.ask(steps=20)
    person.wait(first.job_id, "running")
    for _ in range(3):
        assert person.ask(full=True).job_id == first.job_id
    assert person.look(first.job_id).again
    person.wait(first.job_id)
    wait_for(lambda: len(effects()) == 2)
    time.sleep(0.5)
    follower, original = person.all()
    assert original.job_id == first.job_id
    assert (original.summary["full"], person.wait(follower.job_id).summary["full"]) == (False, True)
    assert len(effects()) == 2


@pytest.mark.parametrize("victim", ["child", "zygote", "worker"])
def test_whatever_is_killed_the_job_ends_once(person, start_worker, effects, victim):
    worker = start_worker()
    asked = person.ask(steps=20)
    person.wait(asked.job_id, "running")
    wait_for(lambda: grandchildren(worker.pid))
    child = grandchildren(worker.pid)[0]
    if victim == "worker":
        worker.kill()
        worker.wait()
        start_worker()
    elif victim == "zygote":
        parent = next(zygote for zygote in children_of(worker.pid) if child in children_of(zygote))
        os.kill(parent, signal.SIGKILL)
    else:
        os.kill(child, signal.SIGKILL)
    job = person.wait(asked.job_id, "succeeded")
    assert job.attempt == 2
    assert effects() == [(asked.job_id, "done")]
    wait_for(lambda: not Path(f"/proc/{child}").exists())


def test_a_frozen_worker_writes_nothing_after_another_took_over(person, start_worker, effects):
    frozen = start_worker()
    asked = person.ask(steps=60)
    person.wait(asked.job_id, "running")
    wait_for(lambda: grandchildren(frozen.pid))
    child = grandchildren(frozen.pid)[0]
    os.kill(frozen.pid, signal.SIGSTOP)
    try:
        start_worker()
        wait_for(lambda: person.look(asked.job_id).attempt == 2, seconds=30)
    finally:
        os.kill(frozen.pid, signal.SIGCONT)
    job = person.wait(asked.job_id)
    assert (job.status, job.attempt) == ("succeeded", 2)
    assert effects() == [(asked.job_id, "done")]
    wait_for(lambda: not Path(f"/proc/{child}").exists())


def test_a_job_that_always_dies_is_given_up(person, start_worker, effects):
    start_worker()
    job = person.wait(person.ask(kill=True).job_id)
    assert (job.status, job.attempt) == ("failed", 6)
    assert job.error["kind"] == "interrupted"
    assert "SIGKILL" in job.error["message"]


def test_cancelling_a_waiting_and_a_running_job(person, start_worker, effects):
    queued = person.ask(subject="never")
    assert person.cancel(queued.job_id) == "cancelled"
    worker = start_worker()

    def ask_and_cancel():
        running = person.ask(steps=2000)
        person.wait(running.job_id, "running")
        wait_for(lambda: grandchildren(worker.pid))
        assert person.cancel(running.job_id) == "running"
        begun = time.monotonic()
        assert person.wait(running.job_id).status == "cancelled"
        took = time.monotonic() - begun
        wait_for(lambda: not grandchildren(worker.pid))
        return took

    assert next((True for _ in range(5) if ask_and_cancel() < 1), False), "it ends within a second"
    assert effects() == []


def test_a_child_that_does_not_listen_is_killed(person, start_worker, effects):
    start_worker()
    asked = person.ask(deaf=True)
    wait_for(lambda: any("printed" in line.event for line in person.log(asked.job_id)))
    person.cancel(asked.job_id)
    assert person.wait(asked.job_id, seconds=60).status == "cancelled"


def test_a_run_that_takes_too_long_is_ended(person, start_worker, effects):
    start_worker()
    job = person.wait(person.ask("short", steps=100).job_id)
    assert (job.status, job.error["kind"]) == ("failed", "timeout")


@pytest.mark.parametrize("how", [{"hoard": 500}, {"gulp": 2000}], ids=["step by step", "at once"])
def test_a_run_that_wants_too_much_memory_is_ended_and_says_so(person, start_worker, effects, how):
    start_worker()
    job = person.wait(person.ask(**how).job_id)
    assert (job.status, job.attempt) == ("failed", 1)
    assert job.error["kind"] == "memory"
    assert job.error["message"] == "It wanted more than 300 MB of memory and was ended."
    assert "LIFETRACER_JOB_MEMORY_MB" in job.error["remedy"]
    assert person.wait(person.ask(subject="next").job_id).status == "succeeded"


def test_a_dead_workers_jobs_are_taken_up_within_a_minute():
    from lifetracer.jobs.worker import Rhythm

    usual = Rhythm()
    assert usual.stalled >= 3 * usual.heartbeat, "a late heartbeat is no death"
    assert usual.stalled + usual.sweep + usual.look < 60


def test_workers_show_that_they_live_and_leave_the_list_when_they_end(person, start_worker, effects, warehouse):
    def listed():
        with warehouse.transaction() as con:
            return con.execute("select slots, stages, seen_at > now() - interval '5 s' from ops.worker").fetchall()

    worker = start_worker(3)
    wait_for(listed)
    assert listed() == [(3, ["tiny", "sync", "transform", "report", "short", "pipeline"], True)]
    worker.terminate()
    worker.wait(30)
    assert listed() == []


def test_old_lines_and_old_jobs_go_in_portions_and_the_latest_of_a_kind_stays(person, warehouse, monkeypatch):
    from lifetracer.jobs import queue

    monkeypatch.setattr(queue, "PORTION", 2)
    jobs = []
    for age in (500, 450, 420, 410, 5):
        jobs.append(person.ask().job_id)
        with warehouse.transaction() as con:
            con.execute(
                "update ops.job set status = 'succeeded', queued_at = now() - make_interval(days => %(age)s),"
                " finished_at = now() - make_interval(days => %(age)s) where job_id = %(job)s",
                {"age": age, "job": jobs[-1]},
            )
            con.execute(
                "insert into ops.job_log (account_id, job_id, at, event) select account_id, job_id, at, 'said'"
                " from ops.job, lateral (values (finished_at), (now() - interval '3 days')) as said (at)"
                " where job_id = %s",
                [jobs[-1]],
            )
    lonely = person.ask("report", "week").job_id
    with warehouse.transaction() as con:
        con.execute(
            "update ops.job set status = 'failed', finished_at = now() - interval '900 days' where job_id = %s",
            [lonely],
        )
    rounds = 1
    with warehouse.transaction() as con:
        while queue.tidy(con, 30, 400):
            rounds += 1
    assert rounds == 3
    assert {job.job_id for job in person.all()} == {jobs[-1], lonely}
    assert len(person.log(jobs[-1])) == 2
    with warehouse.transaction() as con:
        assert con.execute("select count(*) from ops.job_log").fetchone() == (2,)


def test_what_a_person_must_mend_is_not_tried_again(person, start_worker, effects):
    start_worker()
    job = person.wait(person.ask(**{"raise": "credential"}).job_id)
    assert (job.status, job.attempt) == ("needs_user", 1)
    assert job.error == {
        "kind": "credential",
        "message": "The service refused the token.",
        "remedy": "Make a new one.",
        "after": None,
    }


def test_a_used_up_quota_waits_and_goes_on(person, start_worker, effects):
    start_worker()
    asked = person.ask(**{"raise": "quota"})
    waiting = person.wait(asked.job_id, "waiting")
    assert waiting.error["kind"] == "quota"
    job = person.wait(asked.job_id)
    assert (job.status, job.attempt, job.error) == ("succeeded", 1, None)


def test_a_passing_failure_is_tried_again(person, start_worker, effects):
    start_worker()
    job = person.wait(person.ask(**{"raise": "passing"}).job_id)
    assert (job.status, job.attempt) == ("succeeded", 2)


def test_a_bug_fails_with_its_traceback_in_the_log(person, start_worker, effects):
    start_worker()
    job = person.wait(person.ask(**{"raise": "bug"}).job_id)
    assert (job.status, job.error["kind"]) == ("failed", "bug")
    assert any("ZeroDivisionError" in line.event and line.level == "error" for line in person.log(job.job_id))


def test_a_worker_that_is_told_to_stop_hands_its_job_on(person, start_worker, effects):
    worker = start_worker()
    asked = person.ask(steps=40)
    person.wait(asked.job_id, "running")
    worker.terminate()
    assert worker.wait(30) == 0
    assert person.look(asked.job_id).status == "queued"
    start_worker()
    job = person.wait(asked.job_id)
    assert (job.status, job.attempt) == ("succeeded", 1)


def test_two_workers_share_many_jobs_and_do_each_once(person, start_worker, effects):
    asked = [person.ask(subject=str(number)).job_id for number in range(60)]
    start_worker()
    start_worker()
    for job_id in asked:
        assert person.wait(job_id, seconds=40).status == "succeeded"
    assert sorted(effects()) == sorted((job_id, "done") for job_id in asked)


def test_nobody_sees_or_cancels_the_jobs_of_another(person, new_account, warehouse):
    from lifetracer import jobs

    mine = person.ask()
    other = new_account("Other")
    with warehouse.transaction(account_id=other.account_id) as con:
        assert jobs.find(con, mine.job_id) is None
        assert jobs.recent(con) == []
        assert jobs.cancel(con, mine.job_id) is None
        assert con.execute("select count(*) from ops.job").fetchone() == (0,)
        assert jobs.request(con, "tiny").job_id != mine.job_id
    assert person.look(mine.job_id).status == "queued"
