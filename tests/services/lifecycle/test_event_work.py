"""Work left behind by events: what fails in one portal's work leaves the others theirs."""

from __future__ import annotations

from b24app.services.lifecycle import event_jobs, subscriptions
from b24app.storage import jobs
from b24app.storage.models import Job


def test_silent_portals_leave_time_for_the_rest_of_the_hourly_work(stage, monkeypatch):
    def of_a_silent_portal(*_arguments):
        stage.ticks += 12
        return True

    monkeypatch.setattr(event_jobs, "work_one", of_a_silent_portal)
    begun = stage.ticks

    event_jobs.run_due_jobs(stage.deps)

    assert stage.ticks - begun < 15 * 60


def test_a_job_nobody_can_do_is_put_off_and_the_next_is_done(stage, caplog):
    """Such as one that a newer version wrote, while machines are replaced one by one."""
    deps = stage.deps
    with deps.db.of_all().transaction() as session:
        for kind in ("of a newer version", subscriptions.REFRESH):
            jobs.put(
                session,
                deps.cipher,
                kind=kind,
                member_id=stage.portal.member_id,
                payload={},
                run_at=deps.clock(),
                now=deps.clock(),
            )

    worked = event_jobs.run_due_jobs(deps)

    assert (worked.done, worked.put_off, worked.given_up) == (1, 1, 0)
    assert "of a newer version of" in caplog.text
    assert "Traceback" in caplog.text
    with deps.db.of_all().reading() as session:
        (left,) = session.query(Job).where(Job.run_at.is_not(None)).all()
    assert left.kind == "of a newer version"
    assert left.run_at > deps.clock()
