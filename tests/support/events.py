"""What a portal posts to our door for events, and the work that waits because of it."""

from __future__ import annotations

from sqlalchemy import select

from b24app.storage.models import Job


def event_form(stage, event, data=None, **auth):
    """An event as the queue posts it; the portal's own application_token unless said otherwise."""
    installation = stage.portal.installation
    known = {
        "domain": stage.portal.domain,
        "member_id": stage.portal.member_id,
        "application_token": installation.application_token if installation else "",
    }
    fields = {"event": event, "ts": str(int(stage.portal.clock.timestamp()))}
    fields |= {f"data[{name}]": value for name, value in (data or {}).items()}
    fields |= {f"auth[{name}]": value for name, value in (known | auth).items() if value}
    return fields


def post(stage, event, data=None, **auth):
    return stage.client.post("/events", data=event_form(stage, event, data, **auth))


def jobs_of(stage):
    """Every kind of work there is or was, and whether it is done."""
    with stage.database.reading() as session:
        rows = session.scalars(select(Job).order_by(Job.kind))
        return [(job.kind, job.run_at is None) for job in rows]
