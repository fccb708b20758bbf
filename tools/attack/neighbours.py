"""People of one portal who try everything with the ids, fields and sessions of another one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

import requests

from tools.attack.report import Row
from tools.attack.tries import EVIL, Tries
from tools.attack.two_portals import (
    ADMIN,
    CARD,
    MANAGER,
    READER,
    Party,
    ask,
    filled,
    forget_failures,
    post,
    routes,
    token_of,
    two_portals,
)
from tools.stage import Stage

FORM = {
    "row": "10", "quantity-10": "1", "quantity": "1", "delivery_id": "20", "pay_system_id": "8",
    "to": "1039", "rows": "2", "shown": "1", "version": "1", "card": "2", "confirm_pay": "1",
    "chosen": "1039 N 7680 EUR 1", "ids": "1039", "channel": "email", "when": "week", "note": "x",
}  # fmt: skip
"""Something for every form, so that a request is not refused for a field."""

PATHS = ("/placement", "/", "/install")
CONTENT = {"/placement": "/payments?first=1", "/": "/settings", "/install": ""}


def neighbours_ids(running: Stage) -> Iterator[Row]:
    """Every route with sessions of one portal, with ids and names of another."""
    with two_portals(running) as (victim, attacker):
        ids = [row["id"] for row in _payments(victim)] + [2**53 - 1]
        victim.was_asked()
        tries = Tries("sessions of the neighbour", "nothing of the other portal is read or asked")
        sessions = {
            "card": attacker.session(ADMIN),
            "settings": attacker.session(ADMIN, "/"),
            "installer": attacker.session(ADMIN, "/install"),
        }
        for (name, token), (method, rule), number in product(sessions.items(), routes(), ids[:2]):
            path = filled(rule, number)
            for said, extra in _confusions(victim).items():
                tries.send(
                    f"{method} {path} ({name}, {said})",
                    _asking(running, method, path, token, extra),
                    partial(_reads_any, [victim]),
                )
        asked = victim.was_asked()
        tries.saw("calls to the other portal", f"{asked} calls" if asked else "")
        yield tries.row()


def confused_posts(running: Stage) -> Iterator[Row]:
    """Frame posts whose member_id, host, tokens and application_token are of two portals."""
    with two_portals(running) as (first, second):
        tries = Tries("posts of two portals mixed", "only what belongs to whose tokens they are")
        parties = (first, second)
        for path, mixed in product(PATHS, product(parties, repeat=5)):
            member, host, access, refresh, known = mixed
            fields = access.fields(MANAGER if path == "/placement" else ADMIN)
            fields["REFRESH_ID"] = refresh.fields(MANAGER)["REFRESH_ID"]
            fields["member_id"] = member.known.member_id
            fields["APPLICATION_TOKEN"] = known.known.application_token
            name = f"{path} " + "".join("1" if party is first else "2" for party in mixed)
            # Posted from elsewhere, the pair itself is exchanged: it shows who came.
            person = access if host is member else refresh
            others = [party for party in parties if party is not member or party is not person]
            second.was_asked()
            forget_failures(running)
            page = tries.send(name, _posting(running, path, host.known.host, fields))
            token = token_of(page) if page is not None else ""
            if token and CONTENT[path]:
                tries.send(
                    f"{name} then {CONTENT[path]}",
                    _asking(running, "GET", CONTENT[path], token, ({}, {}, {})),
                    partial(_reads_any, others),
                )
            if member is first and access is first and second.was_asked():
                tries.note(name, "a token of the first was sent to the second")
        tries.saw("both still work", _still_works(first) or _still_works(second))
        yield tries.row()


def replayed_sessions(running: Stage) -> Iterator[Row]:
    """Session tokens in other places, of other people, spliced, stripped and renewed by others."""
    with two_portals(running) as (first, second):
        first.was_asked()
        tries = Tries("tokens in another place", "401, 403 or 404")
        card, page = first.session(MANAGER), first.session(ADMIN, "/")
        other = second.session(MANAGER)
        for method, rule in routes():
            for token in _places(rule, card, page):
                path = filled(rule, CARD)
                tries.send(
                    f"{method} {path}",
                    _asking(running, method, path, token, ({"ids": "1038"}, FORM, {})),
                    lambda answer: "" if answer.status_code in {401, 403, 404} else "let in",
                )
        yield tries.row()
        tries = Tries("tokens that are none", "401 or 431, and nothing is asked")
        first.was_asked()
        for name, headers in _spliced(card, other).items():
            for path in ("/payments", "/settings", "/settings/activity.csv"):
                tries.send(
                    f"{path} {name}",
                    partial(requests.get, f"{running.app_url}{path}", headers=headers, timeout=60),
                    lambda answer: "" if answer.status_code in {401, 431} else "let in",
                )
        asked = first.was_asked()
        tries.saw("calls to the portal", f"{asked} calls" if asked else "")
        yield tries.row()
        yield _renewals(running, first, second, card)


def _renewals(running: Stage, first: Party, second: Party, card: str) -> Row:
    tries = Tries("renewals with somebody else's token", "no token is given")
    given = {
        "a colleague's": first.tokens(READER),
        "an administrator's": first.tokens(ADMIN),
        "the neighbour's": second.tokens(MANAGER),
        "one's own access, a colleague's refresh": {
            **first.tokens(READER),
            "REFRESH_ID": first.tokens(ADMIN)["REFRESH_ID"],
        },
        "nobody's": {"AUTH_ID": "f" * 70, "REFRESH_ID": "e" * 70},
    }
    for name, fields in given.items():
        for token in (card, second.session(READER)):
            tries.send(
                name,
                partial(ask, running.app_url, "POST", "/session", token, fields),
                lambda answer: "a token was given" if "token" in answer.text[:12] else "",
            )
    return tries.row()


def _places(rule: str, card: str, page: str) -> list[str]:
    if rule.startswith("/payments"):
        return [page]
    return [card] if rule.startswith(("/settings", "/install/steps")) else []


def _spliced(card: str, other: str) -> dict[str, dict[str, str]]:
    """Headers that carry a token which nobody signed."""
    payload, when, mark = card.rsplit(".", 2)
    foreign = other.rsplit(".", 2)
    none = base64.urlsafe_b64encode(b'["x","y",2,8061,"en","",false,true]').decode().rstrip("=")
    texts = {
        "payload of the neighbour": f"{foreign[0]}.{when}.{mark}",
        "a later time": f"{payload}.{when[:-1]}{'A' if when[-1] != 'A' else 'Q'}.{mark}",
        "signature of another": f"{payload}.{when}.{foreign[2]}",
        "no signature": f"{payload}.{when}.",
        "made up": f"{none}.{when}.{mark}",
        "shortened": card[:-1],
        "two in one": f"{card}.{card}",
        "a dot more": f"{card}.",
        "packed": f".{payload}.{when}.{mark}",
        "very long": card * 30,
        "nothing": "",
        "null": "null",
    }
    headers = {name: {"Authorization": f"Bearer {text}"} for name, text in texts.items()}
    headers["as Basic"] = {"Authorization": f"Basic {card}"}
    headers["as Token"] = {"Authorization": f"Token {card}"}
    headers["as a cookie"] = {"Cookie": f"Authorization=Bearer {card}; __Host-oauth={card}"}
    headers["in another header"] = {
        "X-Authorization": f"Bearer {card}",
        "Proxy-Authorization": card,
    }
    return headers


Extra = tuple[dict[str, str], dict[str, str], dict[str, str]]


def _confusions(victim: Party) -> dict[str, Extra]:
    """Query, form and headers that name the victim."""
    named = {"member_id": victim.known.member_id, "DOMAIN": victim.known.host}
    headers = {
        "Origin": f"http://{victim.known.host}",
        "Referer": f"http://{victim.known.host}/",
        "X-Forwarded-Host": EVIL,
        "X-HTTP-Method-Override": "DELETE",
        "X-Original-URL": "/settings",
    }
    return {
        "plain": ({}, FORM, {}),
        "named": (named, {**FORM, **named, "auth[member_id]": victim.known.member_id}, headers),
    }


def _asking(
    running: Stage, method: str, path: str, token: str, extra: Extra
) -> Callable[[], requests.Response]:
    query, form, headers = extra
    joined = "&" if "?" in path else "?"
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    whole = f"{path}{joined}{asked}" if asked else path
    body = None if method == "GET" else form
    return partial(ask, running.app_url, method, whole, token, body, **headers)


def _posting(
    running: Stage, path: str, host: str, fields: dict[str, str]
) -> Callable[[], requests.Response]:
    return partial(post, running.app_url, path, host, fields)


def _reads_any(parties: list[Party], answer: requests.Response) -> str:
    words = [party.word for party in parties if party.word in answer.text]
    return f"shows what is {', '.join(words)}" if words else ""


def _still_works(party: Party) -> str:
    answer = ask(party.app_url, "GET", "/payments?first=1", party.session(MANAGER))
    return "" if answer.status_code == 200 and party.word in answer.text else "is shut out"


def _payments(party: Party) -> list[dict[str, int]]:
    token = party.tokens(MANAGER)["AUTH_ID"]
    found = party.control.call(
        "crm.item.payment.list", {"entityTypeId": 2, "entityId": CARD, "auth": token}
    )
    return [dict(row) for row in found]
