"""What the control panel can do, as a table: name -> function of the state and form fields.

Every function answers a JSON object. A field that does not fit raises ValueError with words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from b24app.simulator.control.control_application import APPLICATION
from b24app.simulator.control.control_fields import (
    OK,
    Answer,
    Fields,
    flag_field,
    int_field,
    names_field,
    seconds_field,
    user_field,
)
from b24app.simulator.oauth import INFO_FAULT, TOKEN_FAULT
from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.faults import DEFAULT_SECONDS
from b24app.simulator.portal_state.people import AREAS, LEVELS
from b24app.simulator.portal_state.records import COMPANY, CONTACT
from b24app.simulator.portal_state.state import PortalState
from b24app.simulator.portal_state.switches import GENERATIONS, SHOPS, TOTALS, OddValue
from b24app.simulator.rest.table import TABLE
from b24app.simulator.ui.ui_ajax import REFRESH_FAULT

# What a fault can hit beside a REST method.
OTHER_TARGETS = frozenset({"*", "batch", TOKEN_FAULT, INFO_FAULT, REFRESH_FAULT})


def token(state: PortalState, fields: Fields) -> Answer:
    """user; app=other for another application's token; kind=webhook for one without application."""
    user_id = user_field(state, fields).id
    if fields.get("kind") == "webhook":
        issued = state.tokens.issue(user_id, None, state.application.scopes, 0)
    elif fields.get("app") == "other":
        issued = state.issue_tokens_for(state.other_application, user_id)
    else:
        issued = state.issue_tokens(user_id)
    return {
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "member_id": state.member_id,
        "domain": state.domain,
    }


def reset(state: PortalState, _fields: Fields) -> Answer:
    """Back to the seed: nothing installed, default switches, real time, no record."""
    state.reset()
    return dict(OK)


def seed_payments(state: PortalState, fields: Fields) -> Answer:
    """payments: 1 to 500 on deal 8061. Only CRM data is renewed: the installation stays."""
    payments = int_field(fields, "payments")
    fresh = CrmData()
    seed.fill(fresh, payments)
    state.crm = fresh
    return {"ok": True, "payments": payments}


def latency(state: PortalState, fields: Fields) -> Answer:
    """request_ms for every REST request, command_ms for every executed command.

    write_ms besides for every command that writes a payment.
    """
    names = ("request_ms", "command_ms", "write_ms")
    for name in names:
        if name in fields:
            setattr(state.switches, name, int_field(fields, name, least=0))
    return {name: getattr(state.switches, name) for name in names}


def fault(state: PortalState, fields: Fields) -> Answer:
    """method, kind, times, after; seconds for the silent and slow kinds. No method clears all."""
    if not fields.get("method"):
        state.faults.clear()
        return {"ok": True, "faults": []}
    target = fields["method"].strip().lower()
    if target not in OTHER_TARGETS:
        _demand_method(target)
    times = int_field(fields, "times") if fields.get("times") else 1
    seconds = seconds_field(fields, "seconds", DEFAULT_SECONDS)
    after = int_field(fields, "after") if fields.get("after") else 0
    state.faults.add(target, fields.get("kind", ""), times, seconds, after)
    return {"ok": True, "faults": [asdict(fault) for fault in state.faults.faults]}


def expire(state: PortalState, _fields: Fields) -> Answer:
    """Let all access tokens expire."""
    return {"ok": True, "expired": state.tokens.expire_access()}


def clear_record(state: PortalState, _fields: Fields) -> Answer:
    """Forget the requests recorded so far."""
    state.recorder.clear()
    return dict(OK)


def clock(state: PortalState, fields: Fields) -> Answer:
    """seconds: move the portal's clock forward."""
    state.clock.advance(seconds_field(fields, "seconds"))
    return {"now": state.clock.now().isoformat()}


def switch(state: PortalState, fields: Fields) -> Answer:
    """name, value: generation, shop, totals, payments_left, or one of the yes/no switches."""
    name, value = fields.get("name", ""), fields.get("value", "")
    choices = {"generation": GENERATIONS, "shop": SHOPS, "totals": TOTALS}.get(name)
    if choices is not None:
        if value not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}, not {value!r}")
        setattr(state.switches, name, value)
    elif name == "payments_left":
        state.switches.payments_left = int_field(fields, "value", least=0) if value else None
    elif name in YES_NO_SWITCHES:
        setattr(state.switches, name, flag_field(fields, "value"))
    else:
        known = ", ".join(("generation", "shop", "totals", "payments_left", *YES_NO_SWITCHES))
        raise ValueError(f"name is one of {known}, not {name!r}")
    return {name: getattr(state.switches, name)}


def odd_value(state: PortalState, fields: Fields) -> Answer:
    """method, field, text (JSON), row: an odd value in its answers. No method clears all."""
    if not fields.get("method"):
        state.switches.odd_values.clear()
        return {"ok": True, "odd_values": []}
    method = fields["method"].strip().lower()
    _demand_method(method)
    row = int_field(fields, "row", 0) if fields.get("row") else None
    value = OddValue(method, fields.get("field", ""), fields.get("text", ""), row)
    if not value.field or not value.text:
        raise ValueError("field and text say what stands where; * is a whole row")
    state.switches.odd_values.append(value)
    return {"ok": True, "odd_values": [asdict(odd) for odd in state.switches.odd_values]}


def generation(state: PortalState, fields: Fields) -> Answer:
    """value: new, old or oldest."""
    return switch(state, {"name": "generation", "value": fields.get("value", "")})


def limits(state: PortalState, fields: Fields) -> Answer:
    """rate, operating: on or off; drain, burst, operating_seconds: figures."""
    if "rate" in fields:
        state.limits.is_rate_limited = flag_field(fields, "rate")
    if "operating" in fields:
        state.limits.is_operating_limited = flag_field(fields, "operating")
    for name, attribute in (
        ("drain", "drain_per_second"), ("burst", "burst"), ("operating_seconds",) * 2,
    ):  # fmt: skip
        if fields.get(name):
            setattr(state.limits, attribute, seconds_field(fields, name))
    return dict(OK)


def operating(state: PortalState, fields: Fields) -> Answer:
    """method, seconds: use up operating time of a method."""
    method = fields.get("method", "").strip().lower()
    _demand_method(method)
    state.limits.add_operating(method, seconds_field(fields, "seconds"))
    return dict(OK)


def _demand_method(name: str) -> None:
    """Refuse a name that would never be called: a typing error, most likely."""
    if name not in TABLE:
        raise ValueError(f"method is a REST method of this portal, not {name!r}")


def batch_refused(state: PortalState, fields: Fields) -> Answer:
    """methods: comma-separated name prefixes that are refused inside a batch; empty for none."""
    state.switches.batch_refused = names_field(fields, "methods")
    return {"methods": state.switches.batch_refused}


def missing(state: PortalState, fields: Fields) -> Answer:
    """methods: comma-separated names this portal's version lacks (404); `*` for any text."""
    state.switches.missing_methods = {name.lower() for name in names_field(fields, "methods")}
    return {"methods": sorted(state.switches.missing_methods)}


def missing_placements(state: PortalState, fields: Fields) -> Answer:
    """codes: comma-separated placement codes this portal does not offer; `*` for any text."""
    state.switches.missing_placements = set(names_field(fields, "codes"))
    return {"codes": sorted(state.switches.missing_placements)}


def access(state: PortalState, fields: Fields) -> Answer:
    """user, allowed: open or close the application to a user."""
    user_id = user_field(state, fields).id
    denied = state.switches.denied_app_users
    if flag_field(fields, "allowed"):
        denied.discard(user_id)
    else:
        denied.add(user_id)
    return {"denied": sorted(denied)}


def rights(state: PortalState, fields: Fields) -> Answer:
    """user, area (deal, invoice, order, crm), level (none, read, update, delete)."""
    user = user_field(state, fields)
    area, level = fields.get("area", ""), fields.get("level", "")
    if area not in AREAS or level not in LEVELS:
        raise ValueError(f"area is one of {', '.join(AREAS)}, level one of {', '.join(LEVELS)}")
    user.rights[area] = level
    return {"rights": user.rights}


def hide_client(state: PortalState, fields: Fields) -> Answer:
    """user, entityTypeId (3 or 4), entityId, hidden: close one contact or company to a user."""
    user = user_field(state, fields)
    card = int_field(fields, "entityTypeId", default=str(CONTACT)), int_field(fields, "entityId")
    if card[0] not in {CONTACT, COMPANY} or card not in state.crm.cards:
        raise ValueError("entityTypeId is 3 or 4, and entityId one of its cards")
    if flag_field(fields, "hidden", "1"):
        user.hidden_cards.add(card)
    else:
        user.hidden_cards.discard(card)
    return {"hidden": sorted(user.hidden_cards)}


def dismiss(state: PortalState, fields: Fields) -> Answer:
    """user, active: dismiss an employee or take them back."""
    user = user_field(state, fields)
    user.is_active = flag_field(fields, "active", "0")
    return {"active": user.is_active}


def invite(state: PortalState, fields: Fields) -> Answer:
    """user, signed_in: make an employee one who was invited and never signed in, or end that."""
    user = user_field(state, fields)
    user.has_signed_in = flag_field(fields, "signed_in", "0")
    return {"signed_in": user.has_signed_in}


YES_NO_SWITCHES = {
    "is_cloud": "In the cloud, not on-premise",
    "has_rest_plan": "The plan includes REST",
    "is_closed": "The whole portal is closed",
    "is_overloaded": "REST is blocked by hand",
    "is_batch_coloured": "One refusal makes a batch 403",
    "works_with_orders": "Rights on orders are asked",
    "has_17_digits": "Floats are printed with 17 digits",
    "has_list_holes": "Lists are objects with holes",
    "has_pages_everywhere": "Every list comes 50 rows at a time",
    "ignores_filters": "Payments are listed unfiltered",
    "ignores_halt": "A batch goes on after an error",
    "resolves_references": "$result[...] is resolved",
    "has_upper_oauth_codes": "OAuth errors in capitals",
    "has_list_ids": "Menus of invoices name the row",
    "links_rows": "Billed products refer to baskets",
    "finds_by_product": "Baskets are found by product",
    "has_full_code_answer": "A code's answer names the user",
}
ACTIONS: dict[str, Callable[[PortalState, Fields], Answer]] = {
    "token": token,
    "reset": reset,
    "seed": seed_payments,
    "latency": latency,
    "fault": fault,
    "expire": expire,
    "record/clear": clear_record,
    "clock": clock,
    "switch": switch,
    "odd_value": odd_value,
    "generation": generation,
    "limits": limits,
    "operating": operating,
    "batch_refused": batch_refused,
    "missing": missing,
    "missing_placements": missing_placements,
    "access": access,
    "rights": rights,
    "hide_client": hide_client,
    "dismiss": dismiss,
    "invite": invite,
    **APPLICATION,
}
