"""When work may be claimed, in SQL and for a row that was read.

A time that no machine could have written by now is of a clock that has been set back since: it
holds nothing up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_

from .leases import CLOCK_SET_BACK
from .models import Job

CLAIM_SECONDS = 90
"""Longer than any job may take: after that, others take the work of a machine that died."""


def ready(job: type[Job], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of work that is due and that nobody does."""
    return job.run_at <= now, is_free(job, now)


def is_free(job: type[Job], now: datetime) -> ColumnElement[bool]:
    """Return what is true of work that nobody does."""
    claim = job.claimed_until
    return or_(claim.is_(None), claim <= now, claim > _latest(now))


def is_claimed(job: Job, now: datetime) -> bool:
    """Return whether somebody does the work at this moment."""
    return job.claimed_until is not None and now < job.claimed_until <= _latest(now)


def earliest(job: Job, now: datetime, pace: timedelta, otherwise: datetime) -> datetime:
    """Return when the work may be tried again; `otherwise` where it was never tried."""
    return otherwise if job.tried_at is None else min(job.tried_at, now) + pace


def _latest(now: datetime) -> datetime:
    return now + timedelta(seconds=CLAIM_SECONDS) + CLOCK_SET_BACK
