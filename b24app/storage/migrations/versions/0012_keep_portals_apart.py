"""Begin every key with the portal, and let PostgreSQL keep portals apart.

On SQLite a key is changed by copying its table. What a migration after this one changes in rows, it
changes for all portals: `upgrade` in `session.py` begins its transaction so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEYS: dict[str, tuple[str, ...]] = {
    "launches": ("launch_id",),
    "pending_grants": ("launch_id",),
    "activity": ("id",),
    "partial_actions": ("id",),
}
"""What each key was alone, and comes after the portal from now on."""

NEEDLESS: dict[str, tuple[str, ...]] = {
    "launches": ("member_id",),
    "pending_grants": ("member_id",),
    "activity": ("member_id", "id"),
}
"""Indexes that the new keys make needless."""

APART = (
    "portals",
    "portal_addresses",
    "user_tokens",
    "launches",
    "pending_grants",
    "card_memory",
    "refusals",
    "canceled_orders",
    "payment_reminders",
    "leases",
    "idempotency_keys",
    "activity",
    "portal_settings",
    "cached_lists",
    "jobs",
    "partial_actions",
)
READ_BY_EVERYBODY = ("portal_addresses",)
OWN = "member_id = current_setting('app.member_id', true)"
ALL = "current_setting('app.all_portals', true) = 'on'"


def upgrade() -> None:
    create_addresses()
    # Leases live for seconds, and whoever holds one has to be stopped before this.
    op.drop_table("leases")
    create_leases("member_id", "name")
    for table, columns in NEEDLESS.items():
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
    for table, columns in KEYS.items():
        change_key(table, ("member_id", *columns))
    if is_postgresql():
        for table in APART:
            enable(table)


def downgrade() -> None:
    if is_postgresql():
        for table in APART:
            disable(table)
    for table, columns in KEYS.items():
        if columns == ("id",) and not is_postgresql():
            renumber(table)
        change_key(table, columns)
    for table, columns in NEEDLESS.items():
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    op.drop_table("leases")
    create_leases("name")
    op.drop_table("portal_addresses")
    op.create_index("ix_portals_client_endpoint", "portals", ["client_endpoint"])


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def create_addresses() -> None:
    """Addresses get a table of their own, which can be spread by address."""
    op.create_table(
        "portal_addresses",
        sa.Column("client_endpoint", sa.Text(), nullable=False),
        sa.Column("member_id", sa.String(64), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_endpoint", "member_id", name="pk_portal_addresses"),
    )
    op.create_index("ix_portal_addresses_member_id", "portal_addresses", ["member_id"])
    op.execute(
        "INSERT INTO portal_addresses (client_endpoint, member_id, noted_at)"
        " SELECT client_endpoint, member_id, updated_at FROM portals"
    )
    op.drop_index("ix_portals_client_endpoint", "portals")


def create_leases(*key: str) -> None:
    op.create_table(
        "leases",
        *(sa.Column("member_id", sa.String(64), nullable=False) for _ in range(len(key) - 1)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_leases"),
    )


def change_key(table: str, columns: tuple[str, ...]) -> None:
    name = f"pk_{table}"
    if is_postgresql():
        op.drop_constraint(name, table, type_="primary")
        op.create_primary_key(name, table, list(columns))
        return
    # SQLite counts by itself where the key is one column, and keeps no name for such a key.
    with op.batch_alter_table(
        table,
        recreate="always",
        table_kwargs={"sqlite_autoincrement": columns == ("id",)},
        naming_convention={"pk": "pk_%(table_name)s"},
    ) as batch:
        batch.drop_constraint(name, type_="primary")
        batch.create_primary_key(name, list(columns))


def renumber(table: str) -> None:
    """Number the rows of all portals together; SQLite's own number tells which came first."""
    number = sa.column("id", sa.Integer())
    rows = sa.table(table, number)
    op.execute(sa.update(rows).values(id=-sa.literal_column("rowid")))
    op.execute(sa.update(rows).values(id=-number))


def enable(table: str) -> None:
    """Statements see the rows of the portal that their transaction names, and so does the owner."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_portal ON {table} USING ({OWN})")
    op.execute(f"CREATE POLICY all_portals ON {table} USING ({ALL})")
    if table in READ_BY_EVERYBODY:
        op.execute(f"CREATE POLICY everybody ON {table} FOR SELECT USING (true)")


def disable(table: str) -> None:
    for policy in ("one_portal", "all_portals", "everybody"):
        op.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
