"""Tell one installation of a portal from the next, and keep one row for each kind of its work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAMED = ("portals", "portal_settings", "activity")


def upgrade() -> None:
    for table in NAMED:
        # The name of the installation of everything that was written before they had names.
        name = sa.Column("installation_id", sa.String(32), nullable=False, server_default="first")
        op.add_column(table, name)
    for column in (
        sa.Column("event_ts", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("former_token_sealed", sa.Text(), nullable=True),
        sa.Column("former_until", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("portals", column)
    waiting = read_waiting()
    op.drop_table("jobs")
    create_jobs()
    if waiting:
        moment = sa.DateTime(timezone=True)
        moments = {name: sa.column(name, moment) for name in ("run_at", "created_at")}
        columns = (moments.get(name, sa.column(name)) for name in waiting[0])
        op.bulk_insert(sa.table("jobs", *columns), waiting)


def downgrade() -> None:
    """Waiting work is forgotten: the older version reads it otherwise."""
    op.drop_table("jobs")
    create_older_jobs()
    for name in ("event_ts", "told_at", "former_token_sealed", "former_until"):
        op.drop_column("portals", name)
    for table in NAMED:
        op.drop_column(table, "installation_id")


def read_waiting() -> list[dict[str, object]]:
    """Uninstallations that were reported and not settled. All other work is asked for again."""
    jobs = sa.table(
        "jobs",
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("run_at", "created_at")),
        *map(sa.column, ("id", "member_id", "kind", "payload_sealed", "done_at")),
    )
    kept = (jobs.c.member_id, jobs.c.kind, jobs.c.run_at, jobs.c.payload_sealed, jobs.c.created_at)
    query = sa.select(*kept).where(jobs.c.done_at.is_(None), jobs.c.kind == "uninstall_probe")
    rows = op.get_bind().execute(query.order_by(jobs.c.id)).mappings()
    newest = {row["member_id"]: dict(row) for row in rows}
    return [{**row, "is_urgent": False, "attempts": 0, "revision": 0} for row in newest.values()]


def create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("payload_sealed", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("claim", sa.String(32), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "kind", name="pk_jobs"),
    )
    op.create_index("ix_jobs_run_at", "jobs", ["run_at"])


def create_older_jobs() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "jobs",
        sa.Column("id", number, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload_sealed", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dedup_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("dedup_key", name="uq_jobs_dedup_key"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_done_at_run_at", "jobs", ["done_at", "run_at"])
    op.create_index("ix_jobs_member_id", "jobs", ["member_id"])
