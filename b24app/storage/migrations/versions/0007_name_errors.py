"""Name errors in the log and beside keys by names of their own, no longer by their classes'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAMES = {
    "AppError": "app",
    "InputError": "input",
    "MalformedRequestError": "malformed_request",
    "AccessError": "access",
    "UnknownPortalError": "unknown_portal",
    "InstallationUnprovenError": "installation_unproven",
    "HostUnusableError": "host_unusable",
    "HostInsecureError": "host_insecure",
    "NotAdminError": "not_admin",
    "RuleRefusedError": "rule_refused",
    "SessionError": "session",
    "SessionMissingError": "session_missing",
    "SessionForgedError": "session_forged",
    "SessionExpiredError": "session_expired",
    "UnprovenError": "unproven",
    "NotOnThisCardError": "not_on_this_card",
    "ConflictError": "conflict",
    "ChangedMeanwhileError": "changed_meanwhile",
    "PaidLockedError": "paid_locked",
    "GoneError": "gone",
    "CardBusyError": "card_busy",
    "StillRunningError": "still_running",
    "KeyReusedError": "key_reused",
    "TooManyRequestsError": "too_many_requests",
    "DatabaseAwayError": "database_away",
    "UnrecordedError": "unrecorded",
    "PortalError": "portal",
    "PortalBusyError": "portal_busy",
    "PortalOverloadedError": "portal_overloaded",
    "PortalCrowdedError": "portal_crowded",
    "PortalSilentError": "portal_silent",
    "UnexpectedAnswerError": "unexpected_answer",
    "NoConnectionError": "no_connection",
    "TokenExpiredError": "token_expired",
    "TokenRejectedError": "token_rejected",
    "RightsRefusedError": "rights_refused",
    "MethodRefusedError": "method_refused",
    "NotFoundError": "not_found",
    "BusinessRefusalError": "business_refusal",
    "OrderCanceledError": "order_canceled",
    "HandlerRefusedError": "handler_refused",
    "PlacementMissingError": "placement_missing",
    "AlreadyBoundError": "already_bound",
    "UnexplainedRefusalError": "unexplained_refusal",
    "BatchRefusedError": "batch_refused",
    "UserBlockedError": "user_blocked",
    "NotSignedInError": "not_signed_in",
    "AppUninstalledError": "app_uninstalled",
    "MaybeUninstalledError": "maybe_uninstalled",
    "SubscriptionEndedError": "subscription_ended",
    "PlanWithoutRestError": "plan_without_rest",
    "PortalClosedError": "portal_closed",
    "PortalMovedError": "portal_moved",
    "ScopeMissingError": "scope_missing",
    "MethodMissingError": "method_missing",
    "GrantError": "grant",
    "GrantLostError": "grant_lost",
    "NotInstalledError": "not_installed",
    "AuthorizationServerError": "authorization_server",
    "EndpointInsecureError": "endpoint_insecure",
    "ServerNotAllowedError": "server_not_allowed",
    "AuthorizationServerCrowdedError": "authorization_server_crowded",
}
"""What a class was called when it was stored, and what its error is called from now on."""

ACTIVITY = sa.table("activity", sa.column("detail", sa.Text()))
KEYS = sa.table(
    "idempotency_keys",
    *(sa.column(name, sa.Text()) for name in ("member_id", "key")),
    sa.column("user_id", sa.BigInteger()),
    sa.column("status", sa.Integer()),
    sa.column("announcement", sa.JSON(none_as_null=True)),
)
REFUSED = 409


def upgrade() -> None:
    rename(NAMES)
    change_answers(_with_kind)


def downgrade() -> None:
    former = {name: kind for kind, name in NAMES.items()}
    rename(former)
    change_answers(lambda said, _status: _as_before(said, former))


def rename(names: Mapping[str, str]) -> None:
    """Change the name in `error:Name` and `error:Name/CODE`, in one pass over the log."""
    detail = ACTIVITY.c.detail
    whens = [
        (
            sa.or_(detail == f"error:{old}", detail.like(f"error:{_plain(old)}/%", escape="!")),
            sa.literal(f"error:{new}").concat(sa.func.substr(detail, len(f"error:{old}") + 1)),
        )
        for old, new in names.items()
    ]
    renamed = sa.case(*whens, else_=detail)
    op.get_bind().execute(sa.update(ACTIVITY).where(detail.like("error:%")).values(detail=renamed))


def change_answers(changed: Callable[[dict[str, Any], int | None], dict[str, Any]]) -> None:
    """Change the answers that keys of the last day repeat."""
    bind = op.get_bind()
    rows = bind.execute(sa.select(KEYS).where(KEYS.c.announcement.is_not(None))).mappings().all()
    for row in rows:
        of_row = [KEYS.c[name] == row[name] for name in ("member_id", "user_id", "key")]
        said = changed(row["announcement"], row["status"])
        bind.execute(sa.update(KEYS).where(*of_row).values(announcement=said))


def _with_kind(said: dict[str, Any], status: int | None) -> dict[str, Any]:
    """How it ended is said by its kind now: as much of it as the status was chosen by."""
    kind = "refused" if status == REFUSED else "failed"
    kind = "done" if not said["is_alert"] else kind
    return {**_renamed(said, NAMES), "kind": kind}


def _as_before(said: dict[str, Any], former: Mapping[str, str]) -> dict[str, Any]:
    is_well = said.get("kind") in {"done", "already"} and said["code"] != "unseen"
    return {"is_alert": not is_well, **_renamed(said, former)}


def _renamed(said: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    prefix, name = said["code"][:6], said["code"][6:]
    return {**said, "code": prefix + names.get(name, name)} if prefix == "error:" else said


def _plain(name: str) -> str:
    """A name in a pattern, where an underscore would stand for any sign."""
    return name.replace("_", "!_")
