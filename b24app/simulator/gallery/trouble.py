"""States that come from rights, and from a portal that is slow, silent, refuses or has changed."""

from __future__ import annotations

from b24app.simulator.gallery.state import GO, MEANWHILE, Deed, State, fault, payment, switch
from b24app.simulator.oauth import TOKEN_FAULT
from b24app.simulator.ui.ui_ajax import REFRESH_FAULT

LIST = "crm.item.payment.list"
REFRESH = ("#refresh",)
SAID = ".toasts [role=alert]"


def _at_first(name: str, title: str, says: str, *before: Deed) -> State:
    return State(name, title, ".empty[role=alert]", says, before=before)


def _later(name: str, title: str, says: str, *meanwhile: Deed) -> State:
    return State(
        name,
        title,
        SAID,
        says,
        meanwhile=meanwhile,
        steps=REFRESH,
        then="Let it happen, then press Refresh.",
    )


TROUBLE = (
    State(
        "loading",
        "A slow portal: the skeleton",
        "#payments[aria-busy=true] .skel",
        before=(("latency", {"request_ms": "8000"}),),
    ),
    _at_first(
        "no-rights", "No rights on this card", "You can’t see payments", fault(LIST, "denied")
    ),
    _at_first("busy", "The portal is busy", "Bitrix24 is busy", fault("*", "busy")),
    _at_first(
        "silent", "The portal says nothing", "did not answer", fault("*", "silent", seconds="1")
    ),
    _at_first("cut", "The connection is cut", "did not answer", fault("*", "close_before")),
    _at_first("broken", "The portal answers with a page of HTML", "did not", fault("*", "html")),
    _at_first(
        "deleted", "The portal is deleted", "closed at the moment", fault("*", "portal_deleted")
    ),
    _at_first("closed", "The portal is closed", "", switch("is_closed", "1")),
    _at_first("blocked", "REST is blocked", "Apps are blocked", switch("is_overloaded", "1")),
    _at_first(
        "plan", "A plan without REST", "plan does not allow apps", switch("has_rest_plan", "0")
    ),
    _at_first(
        "subscription",
        "The subscription has ended",
        "subscription has ended",
        ("subscription", {"expired": "1"}),
    ),
    _at_first(
        "old",
        "An old edition without these methods",
        "too old",
        ("missing", {"methods": "crm.item.payment.*"}),
    ),
    _at_first(
        "scope",
        "A permission is missing",
        "permission is missing",
        ("scopes", {"scope": "placement"}),
    ),
    _at_first(
        "invited",
        "Somebody who never signed in",
        "Sign in",
        ("invite", {"user": "7"}),
    ),
    _later(
        "closed-to-person",
        "The app is closed to this person",
        "may not use this app",
        ("access", {"user": "7", "allowed": "0"}),
    ),
    _later("uninstalled", "The app was uninstalled meanwhile", "", ("uninstall", {})),
    _later(
        "renewal",
        "A token that cannot be renewed",
        "authorization server did not answer",
        ("expire", {}),
        fault(TOKEN_FAULT, "invalid_token"),
        fault(REFRESH_FAULT, "silent"),
    ),
    State(
        "gone",
        "The payment was deleted meanwhile",
        SAID,
        "",
        meanwhile=(payment("delete", id="1039"),),
        steps=("#pay-1039", MEANWHILE, GO),
        then="Press Mark as paid, let it happen, and confirm.",
    ),
    State(
        "paid-already",
        "The payment was paid meanwhile",
        ".toast",
        "already marked as paid",
        meanwhile=(payment("pay", id="1039"),),
        steps=("#pay-1039", MEANWHILE, GO),
        then="Press Mark as paid, let it happen, and confirm.",
    ),
    State(
        "lost",
        "An answer that was lost",
        SAID,
        "",
        meanwhile=(fault("*", "close_before"),),
        steps=("#pay-1039", MEANWHILE, GO),
        then="Press Mark as paid, let it happen, and confirm.",
    ),
    State(
        "half-done",
        "A deed that was done by half",
        ".note--err",
        "",
        meanwhile=(fault("crm.item.payment.product.add", "lost"),),
        steps=("#bill-rest", MEANWHILE, GO),
        then="Press Bill the rest, let it happen, and confirm.",
    ),
)
