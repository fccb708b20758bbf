"""Check whether this process can serve: the database answers and has the right schema."""

from __future__ import annotations

from b24app.services.deps import Deps
from b24app.storage.session import is_current


def trouble(deps: Deps) -> str:
    """Return what is wrong, in words for an operator; empty if all is well."""
    return "" if is_current(deps.db) else "database unreachable or schema not current"
