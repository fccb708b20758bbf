"""The tables. Every moment is aware UTC; every `*_sealed` column holds text encrypted by `Cipher`.

Every key begins with the portal, so that portals can be spread over machines (docs/scaling.md), and
PostgreSQL shows a transaction the rows of its own portal only (`engines.py`). Counts of failed
proofs alone belong to nobody.

Rows that are worthless or dangerous without their portal refer to it and go with it. Settings and
activity outlive a portal that was uninstalled without cleaning, and name the installation they come
from; jobs, and pairs that wait for a proof, may come before a portal is known. These name it by
`member_id` without a reference.
`erasure.py` clears them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .columns import FreeText, SequenceId, UtcDateTime

MEMBER_ID = String(64)
NullableJSON = JSON(none_as_null=True)


class PortalState(StrEnum):
    """Where a portal's installation stands."""

    INSTALLING = "installing"
    ACTIVE = "active"
    CLOSED = "closed"


class Base(DeclarativeBase):
    """Parent of all tables. Constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it once, while classes are made.
        datetime: UtcDateTime,
        int: BigInteger,
        str: FreeText,
        dict[str, Any]: JSON,
        list[int]: JSON,
    }


def portal_key() -> Mapped[str]:
    """Return the column that names an installed portal; the row goes when the portal goes.

    Every key begins with it, so that a row can lie where its portal does (docs/scaling.md).
    """
    on_portal = ForeignKey("portals.member_id", ondelete="CASCADE")
    return mapped_column(MEMBER_ID, on_portal, primary_key=True)


def installation_name() -> Mapped[str]:
    """Return a column that names an installation; "first" was there before they had names."""
    return mapped_column(String(32), server_default="first")


def number() -> Mapped[int]:
    """Return a column that PostgreSQL numbers; on SQLite `numbering` does."""
    return mapped_column(SequenceId, primary_key=True, autoincrement=True)


class Portal(Base):
    """One proven installation. `scope` is comma-separated and sorted.

    `installation_id` is another after each installation again. `event_ts` is the portal's time of
    the newest event that changed the application token, `told_at` our time of whatever changed it
    last. Until `former_until` an event may still report the end of the installation before, whose
    application token is kept so long.
    """

    __tablename__ = "portals"

    member_id: Mapped[str] = mapped_column(MEMBER_ID, primary_key=True)
    installation_id: Mapped[str] = installation_name()
    client_endpoint: Mapped[str]
    server_endpoint: Mapped[str]
    app_code: Mapped[str | None]
    application_token_sealed: Mapped[str | None]
    event_ts: Mapped[int | None]
    told_at: Mapped[datetime | None]
    former_token_sealed: Mapped[str | None]
    former_until: Mapped[datetime | None]
    scope: Mapped[str]
    status: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16))
    grant_user_id: Mapped[int | None]
    grant_access_sealed: Mapped[str | None]
    grant_refresh_sealed: Mapped[str | None]
    grant_expires_at: Mapped[datetime | None] = mapped_column(index=True)
    batch_refused_until: Mapped[datetime | None]
    installed_version: Mapped[str | None]
    updated_at: Mapped[datetime]

    @property
    def scopes(self) -> frozenset[str]:
        """Return the granted scopes."""
        return frozenset(filter(None, self.scope.split(",")))


class PortalAddress(Base):
    """Who has, or had, this REST base: a login outside the frame knows no more of its portal.

    Spread by address, and read by everybody; without a reference for the former reason.
    """

    __tablename__ = "portal_addresses"

    client_endpoint: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(MEMBER_ID, primary_key=True, index=True)
    noted_at: Mapped[datetime]


class UserToken(Base):
    """The pair of one user of one portal. `refresh_sealed` is empty where none was posted."""

    __tablename__ = "user_tokens"

    member_id: Mapped[str] = portal_key()
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    access_sealed: Mapped[str]
    refresh_sealed: Mapped[str]
    expires_at: Mapped[datetime]
    is_admin: Mapped[bool]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class Launch(Base):
    """One proven opening.

    `listed` are the payment ids of the portal's last list, of `listed_at`; `shown` those of all its
    lists, so that a payment that is gone is told apart from one of another card.
    """

    __tablename__ = "launches"

    member_id: Mapped[str] = portal_key()
    launch_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int]
    entity_type_id: Mapped[int]
    entity_id: Mapped[int]
    is_admin: Mapped[bool]
    user_name: Mapped[str]
    time_zone: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    listed: Mapped[list[int] | None] = mapped_column(NullableJSON)
    listed_at: Mapped[datetime | None]
    shown: Mapped[list[int] | None] = mapped_column(NullableJSON)


class PendingGrant(Base):
    """A pair that waits until the portal confirms its owner: an installer's, a moved opening's.

    Without a reference: of an installer's portal there may be no row yet.
    """

    __tablename__ = "pending_grants"

    member_id: Mapped[str] = mapped_column(MEMBER_ID, primary_key=True)
    launch_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    content_sealed: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CardMemory(Base):
    """The payments a card had when it was last seen: ids only, to ask for details in advance.

    `first_seen` holds since when each of them is known, `basket_rows` to which product rows of the
    card the baskets of its orders belong, `line_rows` of which row and product each line is that
    was added here; see `card_memory`.
    """

    __tablename__ = "card_memory"

    member_id: Mapped[str] = portal_key()
    entity_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    payment_ids: Mapped[list[int]]
    first_seen: Mapped[dict[str, Any] | None] = mapped_column(NullableJSON)
    basket_rows: Mapped[dict[str, Any] | None] = mapped_column(NullableJSON)
    line_rows: Mapped[dict[str, Any] | None] = mapped_column(NullableJSON)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Refusal(Base):
    """The portal refused this user a write on this card, so the card is shown read-only."""

    __tablename__ = "refusals"

    member_id: Mapped[str] = portal_key()
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    refused_at: Mapped[datetime] = mapped_column(index=True)


class CanceledOrder(Base):
    """An order of a card that the portal was seen to have canceled, with its payments' states."""

    __tablename__ = "canceled_orders"

    member_id: Mapped[str] = portal_key()
    entity_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    order_number: Mapped[str] = mapped_column(primary_key=True)
    states: Mapped[dict[str, Any]]
    noted_at: Mapped[datetime] = mapped_column(index=True)


class PaymentReminder(Base):
    """An open reminder about a payment, as the portal last listed it: people may end it there."""

    __tablename__ = "payment_reminders"

    member_id: Mapped[str] = portal_key()
    entity_type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    payment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    activity_id: Mapped[int]
    deadline: Mapped[datetime | None]
    is_todo: Mapped[bool]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Lease(Base):
    """A lock that works across processes and machines and ends by itself.

    `member_id` is empty for one that concerns no portal.
    """

    __tablename__ = "leases"

    member_id: Mapped[str] = mapped_column(MEMBER_ID, primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    expires_at: Mapped[datetime]


class IdempotencyKey(Base):
    """One write of one user. `state` is 'running', 'paused' between two parts, or 'done'."""

    __tablename__ = "idempotency_keys"

    member_id: Mapped[str] = portal_key()
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    state: Mapped[str] = mapped_column(String(8))
    status: Mapped[int | None]
    announcement: Mapped[dict[str, Any] | None] = mapped_column(NullableJSON)
    started_at: Mapped[datetime] = mapped_column(index=True)


class Activity(Base):
    """One line of the activity log. Only `user_name` and `note` may hold a person's name."""

    __tablename__ = "activity"
    __table_args__ = (
        Index(None, "member_id", "at"),
        Index(None, "member_id", "payment_id"),
    )

    member_id: Mapped[str] = mapped_column(MEMBER_ID, primary_key=True)
    id: Mapped[int] = number()
    installation_id: Mapped[str] = installation_name()
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    user_name: Mapped[str]
    entity_type_id: Mapped[int]
    entity_id: Mapped[int]
    payment_id: Mapped[int | None]
    payment_number: Mapped[str]
    action: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    outcome: Mapped[str]
    detail: Mapped[str]
    request_id: Mapped[str]
    note: Mapped[str] = mapped_column(server_default=text("''"))


class PortalSettings(Base):
    """What a portal's administrators chose. Kept when the portal uninstalls without cleaning."""

    __tablename__ = "portal_settings"

    member_id: Mapped[str] = mapped_column(MEMBER_ID, primary_key=True)
    installation_id: Mapped[str] = installation_name()
    data: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by: Mapped[int | None]


class CachedList(Base):
    """A directory read with the portal's grant, such as its payment systems: ids and names."""

    __tablename__ = "cached_lists"

    member_id: Mapped[str] = portal_key()
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    data: Mapped[Any] = mapped_column(JSON)
    fetched_at: Mapped[datetime]


class Job(Base):
    """Work for later: one row for a portal and kind, with a `run_at` while something is to be done.

    Until `claimed_until` it belongs to the writer of `claim`; `revision` counts what was merged in.
    """

    __tablename__ = "jobs"

    member_id: Mapped[str] = mapped_column(MEMBER_ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    run_at: Mapped[datetime | None] = mapped_column(index=True)
    is_urgent: Mapped[bool]
    payload_sealed: Mapped[str]
    attempts: Mapped[int]
    revision: Mapped[int]
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]


class FailedProof(Base):
    """How many proofs failed for an address, or for events of a member_id, in one minute."""

    __tablename__ = "failed_proofs"

    name: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


class PartialAction(Base):
    """A move or a bill-the-rest that stopped half-way and is told to the person until settled."""

    __tablename__ = "partial_actions"
    __table_args__ = (Index(None, "member_id", "entity_type_id", "entity_id"),)

    member_id: Mapped[str] = portal_key()
    id: Mapped[int] = number()
    entity_type_id: Mapped[int]
    entity_id: Mapped[int]
    user_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
