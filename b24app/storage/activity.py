"""The activity log: lines are added, read and, after their time, deleted. Never changed.

The one exception: `portals.erase` blanks names and notes when a portal uninstalls and keeps its
settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import BigInteger, ColumnElement, Table, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from b24app.domain import EntityRef

from .deletion import delete_some
from .models import Activity
from .numbering import lowest_at, number_for
from .upsert import insert_of, installation_of


@dataclass(frozen=True, slots=True)
class Record:
    """One line to add. Only `user_name` and `note`, which a person typed, may hold a person's name.

    No field of ours holds a link or token. `user_id` is None for automatic actions. `before` and
    `after` are short texts.
    """

    member_id: str
    at: datetime
    user_id: int | None
    user_name: str
    ref: EntityRef
    action: str
    outcome: str
    payment_id: int | None = None
    payment_number: str = ""
    before: str = ""
    after: str = ""
    detail: str = ""
    request_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines to show; None means any. `since` is included, `until` is not.

    `text` is a part of a payment's number, a person's name or a note; `outcomes` any of these.
    """

    payment_id: int | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    outcomes: frozenset[str] | None = None


NO_FILTER = Filter()

_REF = ("entity_type_id", "entity_id")
_NAMES = (*(field.name for field in fields(Record) if field.name != "ref"), *_REF)


def append(session: Session, record: Record) -> None:
    """Add a line. None is added for a portal that is gone: nothing would erase it any more."""
    values = {name: getattr(record, name) for name in _NAMES if name not in _REF}
    values |= {name: getattr(record.ref, name) for name in _REF}
    if not (installation := installation_of(session, record.member_id)):
        return
    values["installation_id"] = installation
    values["lowest"] = lowest_at(record.at)
    session.execute(_appending(session.get_bind().dialect.name), values)


@cache
def _appending(dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Return the statement of `append`: made once, it is compiled once, too."""
    table = cast("Table", Activity.__table__)
    names = (*_NAMES, "installation_id")
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    lowest = bindparam("lowest", type_=BigInteger())
    number = number_for(dialect, Activity, values["member_id"], lowest)
    return insert_of(dialect, table).values({**number, **values})


def page(
    session: Session,
    member_id: str,
    wanted: Filter = NO_FILTER,
    *,
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[Activity]:
    """Return lines, newest first; `before_id` is the last id of the page before."""
    query = select(Activity).where(Activity.member_id == member_id, *_conditions(wanted))
    if before_id is not None:
        query = query.where(Activity.id < before_id)
    return session.scalars(query.order_by(Activity.id.desc()).limit(limit)).all()


def of_payment(
    session: Session, member_id: str, payment_id: int, limit: int = 20
) -> Sequence[Activity]:
    """Return one payment's lines, newest first."""
    return page(session, member_id, Filter(payment_id=payment_id), limit=limit)


def people(session: Session, member_id: str, lines: int = 500) -> dict[int, str]:
    """Return who acted in the newest lines, by user id; each with the newest name."""
    newest = (
        select(Activity.user_id, Activity.user_name)
        .where(Activity.member_id == member_id)
        .order_by(Activity.id.desc())
        .limit(lines)
    )
    rows = session.execute(newest).all()
    return {user_id: name for user_id, name in reversed(rows) if user_id is not None and name}


def member_ids(session: Session, after: str = "", limit: int = 500) -> list[str]:
    """Return a page of the portals that have lines, uninstalled ones too, for retention."""
    query = select(Activity.member_id).where(Activity.member_id > after).distinct()
    return list(session.scalars(query.order_by(Activity.member_id).limit(limit)))


def delete_older(session: Session, member_id: str, before: datetime) -> int:
    """Delete a portal's lines from before `before`. Returns how many."""
    return delete_some(session, Activity, Activity.member_id == member_id, Activity.at < before)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    equal = {Activity.payment_id: wanted.payment_id, Activity.action: wanted.action}
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(Activity.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Activity.at < wanted.until)
    if wanted.outcomes is not None:
        conditions.append(Activity.outcome.in_(sorted(wanted.outcomes)))
    if wanted.text is not None:
        conditions.append(
            or_(
                Activity.payment_number.icontains(wanted.text, autoescape=True),
                Activity.user_name.icontains(wanted.text, autoescape=True),
                Activity.note.icontains(wanted.text, autoescape=True),
            )
        )
    return conditions
