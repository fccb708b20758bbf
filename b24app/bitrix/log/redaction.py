"""Redact requests and answers for the REST log. Pure.

An allow list: structure, keys, yes and no, and the values of known harmless fields stay; every
other value becomes "***". So an unexpected field is masked, not published. The log then holds no
token, link, name or title, and erasing a portal need not touch it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote_plus

MASK = "***"
MAX_ROWS = 50
MAX_DEPTH = 12
MAX_VALUES = 6_000
"""A line of 64 kB holds no more."""

MAX_TEXT = 200
MAX_KEYS = 2_000
"""How many names of fields are remembered; documented answers have a few hundred."""

MAX_KEY = 64
"""Letters of a name that is remembered, and shown: a portal may send some of a megabyte each."""

# fmt: off
HARMLESS = frozenset({
    "id", "entityid", "entitytypeid", "paymentid", "rowid", "deliveryid", "paysystemid",
    "emppaidid", "ownerid", "ownertype", "productid", "quantity", "sum", "price",
    "pricedelivery", "opportunity", "currency", "currencyid", "paid", "deducted", "datepaid",
    "datededucted", "accountnumber", "xmlid", "sort", "total", "next", "start", "halt", "count",
    "argument", "active", "admin", "installed", "paymentexpired", "days", "version", "status",
    "languageid", "code", "license", "placement", "event", "authtype", "offline", "userid",
    "isexisting", "isavailable", "isphoneconfirmed", "connectedsiteid", "scope", "symbolcode",
    "symbolcodeshort", "stageid", "categoryid", "stagesemanticid", "ismanualopportunity",
    "entitytype", "entityregistrytype", "select", "order", "error", "duration", "processing",
    "operating", "operatingresetat", "finish", "datestart", "datefinish", "expiresin",
    "expires", "granttype", "measurecode", "type",
})
# fmt: on
"""Field names without case and underscores."""

OPERATORS = "<>=!%@"
SAFE_TEXT = re.compile(r"[\w.,:+\-/ ]{0,64}\Z", re.ASCII)
LONG_WORD = 24
SECRET_RUN = re.compile(rf"[A-Za-z0-9_\-]{{{LONG_WORD},}}")
"""No documented harmless value has so long a word; tokens do."""

PLACEMENT_CODE = re.compile(r"CRM_[A-Z0-9_]{1,60}\Z")
SCALARS = (str, int, Decimal)
VALUES = frozenset(SCALARS)
"""The types of nearly all values; True and False are of another one."""

SENTENCE = "errordescription"
KEY = re.compile(rf"[\w@<>=!%.:\-\[\]]{{1,{MAX_KEY}}}\Z", re.ASCII)
ADDRESS = re.compile(r"(?<!\S)\S*(?:://|~|\w@)\S*")
"""Looked for where words begin: from each letter of a long one it would take a thousand times as
long, and an answer may hold thousands."""


_Way = Callable[[object, Sequence[str]], object]
_Field = tuple[str, str, _Way | None]
"""A name as it came, the same fit for the log, and how its values are shown; None: masked."""


def redact(value: object, secrets: Sequence[str] = (), key: str = "") -> object:
    """Return `value` fit for the log. `secrets` are texts that must not appear whatever the key."""
    return _Redaction(secrets).of(value, key)


class _Redaction:
    """One line's worth: what is beyond `MAX_VALUES` would not be kept anyway."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets
        self._left = MAX_VALUES
        self._known: dict[tuple[object, ...], list[_Field]] = {}

    def of(self, value: object, key: str = "", depth: int = 0) -> object:
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            return MASK
        if value is None or isinstance(value, bool):
            return value
        # Before what holds others: nine values of ten are scalars, and to ask whether one is a
        # mapping takes longer than the rest.
        if isinstance(value, SCALARS):
            return _scalar(value, self._secrets, key)
        if isinstance(value, Mapping):
            return self._object(value, depth)
        if isinstance(value, list | tuple):
            shown = [self.of(entry, key, depth + 1) for entry in value[:MAX_ROWS]]
            return shown if len(value) <= MAX_ROWS else [*shown, f"+{len(value) - MAX_ROWS}"]
        return _scalar(value, self._secrets, key)

    def _object(self, value: Mapping[object, object], depth: int) -> dict[str, object]:
        shown: dict[str, object] = {}
        # Of an object of many names only those that are looked at are known.
        for (name, key, way), entry in zip(self._fields(value), value.values(), strict=False):
            if self._left < 0:
                shown[MASK] = MASK
                break
            if depth < MAX_DEPTH and type(entry) in VALUES:
                # As `of` does with most: a call for each would take longer than the rest.
                self._left -= 1
                shown[key] = MASK if way is None or self._left < 0 else way(entry, self._secrets)
            else:
                shown[key] = self.of(entry, name, depth + 1)
        return shown

    def _fields(self, value: Mapping[object, object]) -> list[_Field]:
        """Return what is known of an object's names: those of all rows of a list are the same."""
        # One more than are shown says that there are more.
        names = tuple(islice(value, self._left + 2))
        found = self._known.get(names)
        if found is None:
            found = self._known[names] = [
                (str(name), _key(name, self._secrets), _way_of(str(name))) for name in names
            ]
        return found


def redact_command(command: str, secrets: Sequence[str] = ()) -> object:
    """Return a batch command, `method?query`, as `{method: {parameter: value}}`."""
    method, _, query = command.partition("?")
    params = {
        _key(name, secrets): _scalar(value, secrets, _last(name)) for name, value in _pairs(query)
    }
    return {_key(method, secrets): params}


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    """Yield names and values as `parse_qsl` does; most need no decoding."""
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        yield _unquoted(name), unquote_plus(value) if "%" in value or "+" in value else value


def scrub(text: str, secrets: Sequence[str] = ()) -> str:
    """Take addresses, long words and `secrets` out of the portal's own sentence."""
    for secret in filter(None, secrets):
        text = text.replace(secret, MASK)
    text = ADDRESS.sub(MASK, text[: MAX_TEXT * 2])
    return SECRET_RUN.sub(MASK, text)[:MAX_TEXT]


def _scalar(value: object, secrets: Sequence[str], key: str) -> object:
    way = _way_of(key)
    return MASK if way is None else way(value, secrets)


def _way_of(key: str) -> _Way | None:
    return _way(key) if len(key) <= MAX_KEY else None


@lru_cache(maxsize=MAX_KEYS)
def _way(key: str) -> _Way | None:
    plain = key.lstrip(OPERATORS).replace("_", "").lower()
    if plain in HARMLESS:
        return _harmless
    return _sentence if plain == SENTENCE else None


def _harmless(value: object, secrets: Sequence[str]) -> object:
    if isinstance(value, str):
        return value if _is_safe(value, secrets) else MASK
    return str(value) if isinstance(value, Decimal) else value


def _sentence(value: object, secrets: Sequence[str]) -> object:
    return scrub(value, secrets) if isinstance(value, str) else MASK


def _is_safe(text: str, secrets: Sequence[str]) -> bool:
    if _has_secret(text, secrets):
        return False
    if SAFE_TEXT.match(text) and "//" not in text and not _has_long_word(text):
        return True
    return PLACEMENT_CODE.match(text) is not None


def _has_long_word(text: str) -> bool:
    return len(text) >= LONG_WORD and SECRET_RUN.search(text) is not None


def _key(name: object, secrets: Sequence[str]) -> str:
    text = str(name)
    is_plain = len(text) <= MAX_KEY and _is_plain_key(text)
    return text if is_plain and not _has_secret(text, secrets) else MASK


@lru_cache(maxsize=MAX_KEYS)
def _is_plain_key(text: str) -> bool:
    return KEY.match(text) is not None


def _has_secret(text: str, secrets: Sequence[str]) -> bool:
    # A loop: a generator for each of the thousand values of a line takes longer than the search.
    for secret in secrets:  # noqa: SIM110
        if secret and secret in text:
            return True
    return False


@lru_cache(maxsize=MAX_KEYS)
def _unquoted(name: str) -> str:
    return unquote_plus(name)


@lru_cache(maxsize=MAX_KEYS)
def _last(name: str) -> str:
    """Return the innermost name that is not a number: `filter[@id][0]` -> `@id`."""
    steps = [step for step in re.split(r"[\[\]]+", name) if step and not step.isdigit()]
    return steps[-1] if steps else ""
