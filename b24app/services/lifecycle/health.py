"""Whether this process can serve: the database answers and has the schema this code needs."""

from __future__ import annotations

from b24app.services.deps import Deps
from b24app.storage.session import is_current


def trouble(deps: Deps) -> str:
    """Empty when all is well, else what is wrong, in words for an operator."""
    return "" if is_current(deps.db) else "database unreachable or schema not current"
