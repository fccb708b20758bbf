"""Convert a confirmed pair to JSON values, which are encrypted afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from b24app.domain import TokenPair, TokenResponse


def written(grant: TokenResponse) -> dict[str, Any]:
    """Return what has to be sealed, since it holds tokens."""
    return {
        "access": grant.tokens.access_token,
        "refresh": grant.tokens.refresh_token,
        "expires_at": grant.tokens.expires_at.isoformat(),
        "member_id": grant.member_id,
        "client_endpoint": grant.client_endpoint,
        "server_endpoint": grant.server_endpoint,
        "scope": sorted(grant.scope),
        "status": grant.status,
        "user_id": grant.user_id,
    }


def read(content: dict[str, Any]) -> TokenResponse:
    """Read what `written` returned. Raise KeyError, ValueError and TypeError for anything else."""
    expires_at = datetime.fromisoformat(content["expires_at"])
    return TokenResponse(
        tokens=TokenPair(content["access"], content["refresh"], expires_at),
        member_id=content["member_id"],
        client_endpoint=content["client_endpoint"],
        server_endpoint=content["server_endpoint"],
        scope=frozenset(content["scope"]),
        status=content["status"],
        user_id=content["user_id"],
    )
