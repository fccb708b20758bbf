"""Read entries of SWIFT's MT940 and MT942, which banks export as files: `:61:` and its `:86:`.

An entry is put into one line of a day, an amount and what it was paid for, as other banks write it.
What begins otherwise, such as balances and the number of the statement, tells of no payment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

TAG = re.compile(r":(?P<tag>\d\d[A-Z]?):")
ENTRY = re.compile(
    r":61:(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:\d{4})?(?P<mark>E?R?[CD])[A-Z]?"
    r"(?P<amount>\d{1,15},\d{0,3})(?P<kind>[NFS][A-Z0-9]{3})?(?P<reference>(?:(?!//).)*)"
)
BALANCE = re.compile(r":(?:60[FM]|34F):(?:[CD]\d{6})?(?P<currency>[A-Z]{3})")
WIDTH, MORE = 65, 6
"""What is longer than a line of the format, or comes after so many, is no part of its entry."""

PART = re.compile(r"\?(?P<part>\d\d)")
PURPOSE = re.compile(r"2\d|6[0-3]")
"""Parts that go on with each other."""

FULL_LINE, FULL_PART = 59, 26
"""From so many characters on they are cut, amid a word or a number, and go on in the next."""

SEPA = re.compile(r"(?<=\S)(?=(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|RTRN)\+)")
FEES = re.compile(r"(?:COAM|OAMT)\+[\d.,]*")
SLASHED = re.compile(r"/(?P<code>[A-Z]{4}|BIC)/")
WENT_BACK = frozenset({"NRTI", "SRTI", "FRTI", "NRET"})
RETURNED, EXPECTED = "returned", "expected"
"""Words that make a line one to be checked: what came back was sent before."""


@dataclass(slots=True)
class Entry:
    """An entry and its text, line by line, beginning at line `number`."""

    number: int
    head: re.Match[str]
    currency: str
    more: list[str] = field(default_factory=list)
    is_told: bool = False
    """Its `:86:` was there."""

    def line(self) -> str:
        """Return it as cells: day, amount and text."""
        head = self.head
        is_back = "R" in head["mark"] or head["kind"] in WENT_BACK
        goes_out = (head["mark"][-1] == "D") is not ("R" in head["mark"])
        whole, _, decimals = head["amount"].partition(",")
        day = f"20{head['year']}-{head['month']}-{head['day']}"
        amount = f"{'-' if goes_out else '+'}{whole},{decimals or '00'} {self.currency}".strip()
        text = _text(_joined(self.more, FULL_LINE))
        reference = head["reference"].strip().replace("NONREF", "")
        told = (RETURNED if is_back else "", EXPECTED if "E" in head["mark"] else "")
        said = " ".join(one for one in (*told, reference, text) if one)
        return "\t".join((day, amount, said.replace('"', " ").replace("\t", " ")))


def entries(numbered: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return numbered lines with each entry in one line; as they are if there is no entry."""
    lines = list(numbered)
    if not any(ENTRY.match(line.strip()) for _at, line in lines):
        return lines
    return [(at, one.line() if isinstance(one, Entry) else one) for at, one in _found(lines)]


def _found(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, Entry | str]]:
    entry: Entry | None = None
    currency = ""
    for at, raw in lines:
        line = raw.strip()
        head, tag, balance = ENTRY.match(line), TAG.match(line), BALANCE.match(line)
        currency = balance["currency"] if balance else currency
        if tag is None and entry and len(line) <= WIDTH and len(entry.more) < MORE:
            entry.more.append(raw.rstrip("\r\n"))
            continue
        if tag and tag["tag"] == "86" and entry and not entry.is_told:
            entry.is_told = True
            entry.more.append(line[tag.end() :])
            continue
        if entry:
            yield entry.number, entry
        entry = Entry(at, head, currency) if head else None
        if tag is None:
            yield at, raw
    if entry:
        yield entry.number, entry


def _joined(parts: Sequence[str], full: int) -> str:
    """Join parts with a blank, but where a word or a number may go on."""
    text = ""
    for before, part in zip(("", *parts), parts, strict=False):
        goes_on = len(before) >= full or (before[-1:].isdigit() and part[:1].isdigit())
        text += part if goes_on or not text else f" {part}"
    return text


def _text(text: str) -> str:
    """Return what the `:86:` says without its marks, each number in it as it was before."""
    code, *parts = PART.split(text)
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    purpose = _joined([said for part, said in pairs if PURPOSE.fullmatch(part)], FULL_PART)
    others = [said for part, said in pairs if not PURPOSE.fullmatch(part)]
    said = " ".join([purpose, *others] if pairs else [code])
    joined = SEPA.sub(" ", FEES.sub(" ", said))
    slashed = SLASHED.sub(lambda found: f" {found['code']} ", joined)
    plain = re.sub(r"\bRTRN\b\+?", f" {RETURNED} ", slashed)
    return " ".join(plain.split())
