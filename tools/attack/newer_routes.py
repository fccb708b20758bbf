"""Ids of another card, of another portal and of nobody, on routes and places that came later."""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from typing import Any

import requests

from tools.attack.people import Waited, Waits, people_at_work, timed
from tools.attack.report import Row, undisturbed
from tools.attack.tries import Tries
from tools.attack.two_portals import (
    ADMIN,
    CARD,
    MANAGER,
    Party,
    ask,
    post,
    token_of,
    two_portals,
)
from tools.stage import Stage

OTHER_CARD, STRANGER = 8062, 12
FLOODERS, PAYMENTS, WRITES = 12, 50, 30
MANY = ("pay", "unpay", "delete")
PLACES = ("CRM_DEAL_LIST_MENU", "CRM_SMART_INVOICE_LIST_MENU", "CRM_DEAL_DETAIL_TOOLBAR",
          "REST_APP_URI")  # fmt: skip
Try = tuple[str, str, dict[str, Any]]


def newer_routes(running: Stage) -> Iterator[Row]:
    """Many at once, files, notes, send, taken, reminders: with ids that are not of the card."""
    with two_portals(running) as (first, second):
        own, other = _payments(first, CARD), _payments(first, OTHER_CARD)
        token = second.session(ADMIN)
        yield _foreign_ids(running, first, first.session(MANAGER), own, other)
        # The neighbour's ids are the same numbers: it reads and changes its own, whatever is sent.
        before = _states(first)
        tries = Tries(
            "the neighbour's newer routes", "nothing of the other portal is read or asked"
        )
        first.was_asked()
        for method, path, form in _tries(own, own):
            tries.send(
                f"{method} {path}",
                partial(ask, running.app_url, method, path, token, form),
                lambda answer: "shows the other's" if first.word in answer.text else "",
            )
        asked = first.was_asked()
        tries.saw("calls to the other portal", f"{asked} calls" if asked else "")
        tries.saw("its payments", "" if _states(first) == before else "they are others")
        yield tries.row()
        yield _places(running, first, second)


def _foreign_ids(running: Stage, party: Party, token: str, own: list[int], other: list[int]) -> Row:
    tries = Tries("ids of another card", "404 or 422, and no payment is changed")
    before = _states(party)
    for method, path, form in _tries(own, other):
        tries.send(
            f"{method} {path}",
            partial(ask, running.app_url, method, path, token, form),
            lambda answer: "" if answer.status_code in {404, 422} else str(answer.status_code),
        )
    for path, form in _statements(party, other):
        tries.send(
            f"POST {path}",
            partial(ask, running.app_url, "POST", path, token, form),
            lambda answer: _told_of(answer, other),
        )
    tries.saw("all payments", "" if _states(party) == before else "they are others")
    answer = ask(running.app_url, "GET", "/payments/export.csv", token)
    rows = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    shown = sorted({row["payment_id"] for row in rows} & {str(payment_id) for payment_id in other})
    tries.saw("the file", f"holds {shown}" if shown or answer.status_code != 200 else "")
    return tries.row()


def _tries(own: list[int], other: list[int]) -> list[Try]:
    """Each newer route about a payment of another card, alone or between one's own."""
    payment_id = other[0]
    chosen = [f"{own[0]} N 1 EUR 1", f"{payment_id} N 1 EUR 2"]
    ids = f"{own[0]},{payment_id}"
    base = f"/payments/{payment_id}"
    return [
        *(("POST", f"/payments/many/{act}", {"chosen": chosen}) for act in MANY),
        ("POST", f"{base}/pay", {"shown": "", "note": "a note"}),
        ("POST", f"{base}/unpay", {"note": "x" * 301}),
        ("POST", f"{base}/taken", {"channel": "email"}),
        ("POST", f"{base}/reminder", {"when": "week", "shown": ""}),
        ("POST", f"{base}/reminder", {"when": "none"}),
        ("GET", f"/payments/many/list.csv?ids={ids}", {}),
        ("GET", f"/payments/many/list.txt?ids={ids}", {}),
        ("GET", f"{base}/send", {}),
        ("GET", f"{base}/link", {}),
        ("GET", f"{base}/reminder", {}),
        ("GET", f"{base}/details", {}),
        ("GET", f"{base}/history", {}),
        ("GET", f"/payments/details?ids={payment_id}&rows=1", {}),
        ("POST", "/payments/many/pay", {"chosen": [f"{n} N 1 EUR {n}" for n in range(1, 52)]}),
        ("POST", "/payments/many/pay", {"chosen": chosen[:1] * 2}),
    ]  # fmt: skip


def _statements(party: Party, other: list[int]) -> list[tuple[str, dict[str, Any]]]:
    """Lines of a bank that name a payment of another card, and its id as if it had been ticked."""
    row = next(row for row in _rows(party, OTHER_CARD) if int(row["id"]) == other[0])
    line = f"{row['accountNumber']} {row['sum']} {row['currency']}"
    chosen = f"{other[0]} N 1 EUR 2"
    return [
        ("/payments/statement", {"lines": line}),
        ("/payments/statement", {"lines": line, "chosen": chosen, "back": "1"}),
        ("/payments/statement/chosen", {"lines": line, "chosen": chosen, f"line-{other[0]}": "1"}),
    ]


def _told_of(answer: requests.Response, other: list[int]) -> str:
    """Nothing is offered of another card; what was sent may come back to be asked about."""
    if answer.status_code not in {200, 404, 422}:
        return str(answer.status_code)
    return "offers it" if f'id="match-{other[0]}"' in answer.text else ""


def _places(running: Stage, first: Party, second: Party) -> Row:
    """Menus of lists, the toolbar and links, which anybody may write, with ids of somebody else."""
    tries = Tries("places and links", "the card of the link by the opener's own rights, or words")
    payment = _payments(first, OTHER_CARD)[0]
    options: list[object] = [
        {"ID": str(CARD)}, {"ID": str(OTHER_CARD)}, {"ID": "999999"}, {"ID": "0"}, {"ID": [1]}, [],
        {"entityTypeId": "2", "entityId": str(CARD), "payment": str(payment)},
        {"entityTypeId": "31", "entityId": str(CARD), "payment": "1"},
        {"entityTypeId": "2", "entityId": "8061 OR 1=1"}, {"payment": str(payment)},
        {"entityTypeId": "2", "entityId": str(CARD), "payment": "1", "activity": "1"},
        {"entityTypeId": "1", "entityId": "101", "activity": "-1"},
    ]  # fmt: skip
    for place, option, user in product(PLACES, options, (MANAGER, STRANGER)):
        fields = first.fields(user, PLACEMENT=place, PLACEMENT_OPTIONS=json.dumps(option))
        page = tries.send(
            f"{place} {option}",
            partial(post, running.app_url, "/placement", first.known.host, fields),
        )
        token = token_of(page) if page is not None else ""
        if token:
            tries.send(
                f"{place} {option} of {user}",
                partial(ask, running.app_url, "GET", f"/payments?first=1&payment={payment}", token),
                partial(_wrongly_shown, user, payment, option, second),
            )
    return tries.row()


def _wrongly_shown(
    user: int, payment: int, option: object, second: Party, answer: requests.Response
) -> str:
    if second.word in answer.text:
        return "shows the other portal's"
    if user == STRANGER and "data-payment-id" in answer.text:
        return "shows payments to whom the portal shows none"
    is_theirs = isinstance(option, dict) and str(OTHER_CARD) in option.values()
    is_shown = f'data-payment-id="{payment}"' in answer.text
    return "shows a payment of another card" if is_shown and not is_theirs else ""


def floods_of_many(running: Stage) -> Iterator[Row]:
    """12 people of one portal mark 50 payments at a time, on and on; people of another one work."""
    with two_portals(running) as (_, flooder), people_at_work(running) as others:
        flooder.control.control("seed", payments=PAYMENTS + 10)
        token = flooder.session(MANAGER)
        rows = _rows(flooder, CARD)[-PAYMENTS:]
        with ThreadPoolExecutor(FLOODERS) as pool:
            done = [pool.submit(_mark, running, token, rows, number) for number in range(WRITES)]
            waits = Waits([future.result() for future in done])
    statuses = {wait.outcome for wait in waits.all}
    is_told = statuses <= {"200", "409", "422", "502", "503"}
    yield Row(f"{WRITES} writes of {PAYMENTS} payments", waits, is_told, "done, or told why not")
    is_kept, promise = undisturbed(others)
    yield Row("people of the other portal", others, is_kept, promise)


def _mark(running: Stage, token: str, rows: list[dict[str, Any]], number: int) -> Waited:
    """Mark all of them, part after part, as the page does; how the last part ended."""
    action, state = ("pay", "N") if number % 2 else ("unpay", "Y")
    form = {"chosen": [f"{row['id']} {state} {row['sum']} EUR 1" for row in rows]}
    key = secrets.token_hex(16)

    def send() -> requests.Response:
        while True:
            answer = ask(
                running.app_url, "POST", f"/payments/many/{action}", token, form,
                **{"Idempotency-Key": key},
            )  # fmt: skip
            if answer.status_code != 200 or "data-goes-on" not in answer.text:
                return answer

    return timed(send)


def _payments(party: Party, card: int) -> list[int]:
    return [number for number, _ in _listed(party, card)]


def _states(party: Party) -> list[tuple[int, str]]:
    return [*_listed(party, CARD), *_listed(party, OTHER_CARD)]


def _listed(party: Party, card: int) -> list[tuple[int, str]]:
    return [(int(row["id"]), str(row["paid"])) for row in _rows(party, card)]


def _rows(party: Party, card: int) -> list[dict[str, Any]]:
    """The payments of a deal as the portal itself has them."""
    auth = party.tokens(ADMIN)["AUTH_ID"]
    listed = party.control.call(
        "crm.item.payment.list", {"entityTypeId": 2, "entityId": card, "auth": auth}
    )
    return [dict(row) for row in listed]
