"""The whole way as one job: its steps are jobs, and it moves on in the transaction in which they end."""

import pytest

from lifetracer.jobs import pipeline, queue
from lifetracer.jobs.queue import Ending
from lifetracer.jobs.stages import STAGES

pytestmark = pytest.mark.db


@pytest.fixture
def work(warehouse):
    """Claim the next job, as a worker; gives the job, or None."""

    def claim():
        with warehouse.transaction() as con:
            job = queue.claim(con, "test", [*STAGES, pipeline.STAGE])
        if job:
            with warehouse.transaction() as con:
                queue.begin(con, job)
        return job

    return claim


@pytest.fixture
def end(warehouse):
    def end(job, status="succeeded", **more):
        with warehouse.transaction() as con:
            assert queue.end(con, job, Ending(status, **more))

    return end


@pytest.fixture
def connected(warehouse, account):
    with warehouse.transaction() as con:
        for source in ("toggl_track", "google_calendar", "toggl_csv"):
            con.execute(
                "insert into app.connection (account_id, source, name) values (%s, %s, %s)",
                [account.account_id, source, source],
            )


def what(job):
    return (job.stage, job.subject)


def steps(job):
    return {(step["stage"], step["subject"]): step["status"] for step in job.progress["steps"]}


@pytest.mark.parametrize(("kind", "asked"), [("fix_by_hand", True), ("credential", False)])
def test_a_full_disk_or_the_like_keeps_no_source_out_for_ever(person, connected, work, warehouse, account, kind, asked):
    with warehouse.transaction() as con:
        con.execute(
            "update app.connection set status = 'needs_user', problem = jsonb_build_object('kind', %s::text)"
            " where source = 'toggl_track'",
            [kind],
        )
    person.ask("pipeline")
    work()
    assert what(work()) == ("sync", "google_calendar")
    other = work()
    assert (other is not None and what(other) == ("sync", "toggl_track")) is asked


def test_the_whole_way(person, connected, work, end):
    asked = person.ask("pipeline")
    assert work().stage == "pipeline"
    first, second = work(), work()
    assert {what(first), what(second)} == {("sync", "toggl_track"), ("sync", "google_calendar")}
    assert work() is None
    end(first, changed=True)
    assert work() is None, "the transform waits for the other sync"
    end(second)
    transform = work()
    assert what(transform) == ("transform", "")
    assert steps(person.look(asked.job_id))["transform", ""] == "running"
    end(transform)
    analysis = work()
    assert what(analysis) == ("analyze", "")
    end(analysis)
    adjustment = work()
    assert what(adjustment) == ("adjust", "")
    end(adjustment)
    report = work()
    assert what(report) == ("report", "week")
    end(report)
    done = person.look(asked.job_id)
    assert done.status == "succeeded"
    assert steps(done)["adjust", ""] == "succeeded"
    assert work() is None


def test_a_failed_step_stops_it_and_what_was_synced_is_shown_all_the_same(person, connected, work, end):
    asked = person.ask("pipeline")
    work()
    first, second = work(), work()
    end(first, changed=True)
    end(second, "needs_user", error={"kind": "credential", "message": "Refused.", "remedy": "Renew it."})
    stopped = person.look(asked.job_id)
    assert stopped.status == "needs_user"
    assert stopped.error["step"]["message"] == "Refused."
    assert what(work()) == ("transform", "")


def test_resume_begins_at_the_failed_step(person, connected, work, end):
    person.ask("pipeline")
    work()
    for job in (work(), work()):
        end(job)
    end(work(), "failed", error={"kind": "bug", "message": "Oh.", "remedy": ""})
    again = person.ask("pipeline", resume=True)
    work()
    transform = work()
    assert what(transform) == ("transform", "")
    end(transform)
    while job := work():
        end(job)
    done = person.look(again.job_id)
    assert done.status == "succeeded"
    assert steps(done)["sync", "toggl_track"] == "skipped"


def test_without_a_connection_it_still_transforms(person, work, end):
    person.ask("pipeline")
    work()
    assert what(work()) == ("transform", "")


def test_it_waits_for_a_used_up_quota(person, connected, work, end):
    asked = person.ask("pipeline")
    work()
    first, second = work(), work()
    end(first, "waiting")
    end(second)
    assert person.look(asked.job_id).status == "running"
    end(work())
    assert what(work()) == ("transform", "")


def test_a_step_that_was_running_already_is_done_once_more_for_it(person, connected, work, end):
    earlier = person.ask("sync", "toggl_track")
    running = work()
    pipeline_id = person.ask("pipeline").job_id
    work()
    end(work())
    end(running)
    assert person.look(earlier.job_id).status == "succeeded"
    fresh = work()
    assert what(fresh) == ("sync", "toggl_track")
    assert fresh.job_id != earlier.job_id
    end(fresh)
    assert what(work()) == ("transform", "")
    assert person.look(pipeline_id).status == "running"


def test_cancelling_takes_the_steps_along(person, connected, work, end):
    asked = person.ask("pipeline")
    work()
    first = work()
    assert person.cancel(asked.job_id) == "cancelled"
    statuses = {job.subject: job.status for job in person.all() if job.stage == "sync"}
    assert sorted(statuses.values()) == ["cancelled", "running"]
    end(first, "queued")
    assert person.look(first.job_id).status == "cancelled"
    assert work() is None


def test_a_changed_sync_asks_for_the_transform_and_an_unchanged_one_does_not(person, connected, work, end):
    person.ask("sync", "toggl_track")
    end(work())
    assert work() is None
    person.ask("sync", "toggl_track")
    end(work(), changed=True)
    assert what(work()) == ("transform", "")


def test_a_sync_that_failed_half_way_is_shown_as_far_as_it_came(person, connected, warehouse, work, end):
    person.ask("sync", "toggl_track")
    job = work()
    with warehouse.transaction() as con:
        con.execute(
            "insert into ops.sync_run (account_id, connection_id, source, inserted)"
            " select account_id, connection_id, source, 7 from app.connection where source = 'toggl_track'"
        )
    end(job, "failed", error={"kind": "bug", "message": "Oh.", "remedy": ""})
    assert what(work()) == ("transform", "")


def test_who_lost_the_fence_writes_nothing(person, warehouse, work):
    person.ask("transform")
    job = work()
    with warehouse.transaction() as con:
        con.execute("update ops.job set heartbeat_at = now() - interval '1 minute'")
    with warehouse.transaction() as con:
        assert [what(each) for each in queue.stalled(con, 15)] == [("transform", "")]
        assert queue.take_up(con, job, 15)
    assert work().job_id == job.job_id
    with warehouse.transaction() as con:
        assert not queue.end(con, job, Ending("failed"))
        assert not queue.take_up(con, job, 15)
    assert person.look(job.job_id).status == "running"


def test_what_the_schedule_asked_for_keeps_the_order_of_the_stages(person, warehouse, work, end):
    from lifetracer import jobs

    with warehouse.transaction(account_id=person.account_id) as con:
        for stage, subject in (("report", "week"), ("transform", ""), ("sync", "toggl_track")):
            jobs.request(con, stage, subject, requested_by="schedule", priority=0)
    order = []
    while job := work():
        assert work() is None
        order.append(job.stage)
        end(job)
    assert order == ["sync", "transform", "report"]


def test_a_click_overtakes_the_schedule(person, warehouse, work):
    from lifetracer import jobs

    with warehouse.transaction(account_id=person.account_id) as con:
        jobs.request(con, "sync", "toggl_track", requested_by="schedule", priority=0)
    person.ask("report", "week")
    assert work().stage == "report"
