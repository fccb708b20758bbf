"""What docs/scaling.md has Citus do: every table is spread. Run on Citus itself with CITUS set."""

from __future__ import annotations

import re

from b24app.storage.models import Base
from tests.support import citus


def test_the_page_spreads_every_table_by_the_column_its_key_begins_with():
    statements = citus.statements()

    named = set(re.findall(r"'(\w+)'", statements))
    assert named >= set(Base.metadata.tables)
    for table in ("portals", "portal_addresses", "failed_proofs"):
        first = Base.metadata.tables[table].primary_key.columns.keys()[0]
        assert f"create_distributed_table('{table}', '{first}'" in statements
