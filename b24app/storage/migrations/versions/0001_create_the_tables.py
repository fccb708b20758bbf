"""Create the tables.

Rows that are worthless without their portal refer to it and are deleted with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_portals()
    create_tokens()
    create_launches()
    create_cards()
    create_locks()
    create_idempotency_keys()
    create_activity()
    create_lists()
    create_jobs()
    create_partial_actions()


def downgrade() -> None:
    for table in (
        "user_tokens",
        "launches",
        "card_memory",
        "refusals",
        "idempotency_keys",
        "cached_lists",
        "partial_actions",
        "portals",
        "portal_settings",
        "activity",
        "jobs",
        "leases",
        "failed_proofs",
    ):
        op.drop_table(table)


def create_portals() -> None:
    create(
        "portals",
        text("member_id", 64),
        text("client_endpoint"),
        text("server_endpoint"),
        text("app_code", is_optional=True),
        text("application_token_sealed", is_optional=True),
        text("scope"),
        text("status", 16),
        text("language", 8),
        text("state", 16),
        number("grant_user_id", is_optional=True),
        text("grant_access_sealed", is_optional=True),
        text("grant_refresh_sealed", is_optional=True),
        moment("grant_expires_at", is_optional=True),
        moment("batch_refused_until", is_optional=True),
        text("installed_version", is_optional=True),
        moment("created_at"),
        moment("updated_at"),
        key=["member_id"],
    )
    index("portals", "grant_expires_at")
    index("portals", "client_endpoint")
    create(
        "portal_settings",
        text("member_id", 64),
        sa.Column("data", sa.JSON(), nullable=False),
        moment("updated_at"),
        number("updated_by", is_optional=True),
        key=["member_id"],
    )


def create_tokens() -> None:
    create(
        "user_tokens",
        text("member_id", 64),
        number("user_id"),
        text("access_sealed"),
        text("refresh_sealed"),
        moment("expires_at"),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        moment("updated_at"),
        key=["member_id", "user_id"],
        goes_with_portal=True,
    )
    index("user_tokens", "updated_at")


def create_launches() -> None:
    create(
        "launches",
        text("launch_id", 36),
        text("member_id", 64),
        number("user_id"),
        number("entity_type_id"),
        number("entity_id"),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        text("user_name"),
        text("time_zone"),
        moment("proven_at"),
        moment("expires_at"),
        sa.Column("listed", sa.JSON(none_as_null=True), nullable=True),
        moment("listed_at", is_optional=True),
        key=["launch_id"],
        goes_with_portal=True,
    )
    index("launches", "expires_at")
    index("launches", "member_id")


def create_cards() -> None:
    create(
        "card_memory",
        text("member_id", 64),
        number("entity_type_id"),
        number("entity_id"),
        sa.Column("payment_ids", sa.JSON(), nullable=False),
        moment("seen_at"),
        key=["member_id", "entity_type_id", "entity_id"],
        goes_with_portal=True,
    )
    index("card_memory", "seen_at")
    create(
        "refusals",
        text("member_id", 64),
        number("user_id"),
        number("entity_type_id"),
        number("entity_id"),
        moment("refused_at"),
        key=["member_id", "user_id", "entity_type_id", "entity_id"],
        goes_with_portal=True,
    )
    index("refusals", "refused_at")


def create_locks() -> None:
    create("leases", text("name"), text("owner"), moment("expires_at"), key=["name"])
    create(
        "failed_proofs",
        text("name"),
        moment("window_start"),
        number("count"),
        key=["name", "window_start"],
    )


def create_idempotency_keys() -> None:
    create(
        "idempotency_keys",
        text("member_id", 64),
        number("user_id"),
        text("key"),
        text("fingerprint"),
        text("state", 8),
        number("status", is_optional=True),
        sa.Column("announcement", sa.JSON(none_as_null=True), nullable=True),
        moment("started_at"),
        moment("finished_at", is_optional=True),
        key=["member_id", "user_id", "key"],
        goes_with_portal=True,
    )
    index("idempotency_keys", "started_at")


def create_activity() -> None:
    create(
        "activity",
        counter(),
        text("member_id", 64),
        moment("at"),
        number("user_id", is_optional=True),
        text("user_name"),
        number("entity_type_id"),
        number("entity_id"),
        number("payment_id", is_optional=True),
        text("payment_number"),
        text("action"),
        text("before"),
        text("after"),
        text("outcome"),
        text("detail"),
        text("request_id"),
        key=["id"],
    )
    index("activity", "member_id", "id")
    index("activity", "member_id", "at")
    index("activity", "member_id", "payment_id")


def create_lists() -> None:
    create(
        "cached_lists",
        text("member_id", 64),
        text("kind", 32),
        sa.Column("data", sa.JSON(), nullable=False),
        moment("fetched_at"),
        key=["member_id", "kind"],
        goes_with_portal=True,
    )


def create_jobs() -> None:
    create(
        "jobs",
        counter(),
        text("kind", 32),
        text("member_id", 64),
        moment("run_at"),
        text("payload_sealed"),
        number("attempts"),
        moment("claimed_until", is_optional=True),
        text("dedup_key", is_optional=True),
        moment("created_at"),
        moment("done_at", is_optional=True),
        sa.UniqueConstraint("dedup_key", name="uq_jobs_dedup_key"),
        key=["id"],
    )
    index("jobs", "done_at", "run_at")
    index("jobs", "member_id")


def create_partial_actions() -> None:
    create(
        "partial_actions",
        counter(),
        text("member_id", 64),
        number("entity_type_id"),
        number("entity_id"),
        number("user_id"),
        text("kind", 32),
        sa.Column("data", sa.JSON(), nullable=False),
        moment("created_at"),
        key=["id"],
        goes_with_portal=True,
    )
    index("partial_actions", "member_id", "entity_type_id", "entity_id")


def text(name: str, length: int | None = None, *, is_optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=is_optional)


def number(name: str, *, is_optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=is_optional, autoincrement=False)


def moment(name: str, *, is_optional: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=is_optional)


def counter() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def create(
    table: str,
    *parts: sa.Column[str] | sa.schema.SchemaItem,
    key: Sequence[str],
    goes_with_portal: bool = False,
) -> None:
    constraints: list[sa.Constraint] = [sa.PrimaryKeyConstraint(*key, name=f"pk_{table}")]
    if goes_with_portal:
        constraints.append(
            sa.ForeignKeyConstraint(
                ["member_id"],
                ["portals.member_id"],
                name=f"fk_{table}_member_id_portals",
                ondelete="CASCADE",
            )
        )
    # SQLite gives a deleted row's number away again unless told otherwise.
    op.create_table(table, *parts, *constraints, sqlite_autoincrement=list(key) == ["id"])
