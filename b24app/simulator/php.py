"""How PHP, which the portal is written in, reads and prints values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from urllib.parse import unquote_plus

_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*")
_INT_KEY = re.compile(r"0|-?[1-9]\d*")
_ESCAPED = re.compile(r"\\(.)")
_MARK = "\ue001"
_RAW = re.compile(r'"\\ue001(\d+)"')
_ESCAPES = {"/": "\\/", "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "'": "\\u0027"}


class Raw(str):
    """Prints as it is: JSON text that PHP itself would not print of any value here."""

    __slots__ = ()


_PLAIN_ALREADY = frozenset({str, int, bool, type(None)})


class EmptyObject(dict[str, object]):
    """Prints as {}: the rare PHP object without properties, e.g. TIMESTAMP_X of user.get."""


def to_json(value: object, digits: int | None = None) -> str:
    r"""Print JSON as the portal does.

    Empty arrays are always [], keys 0..n-1 make a list, whole decimals lose their point, and
    / < > & ' " are escaped inside strings. `digits` is PHP's serialize_precision: as few as name
    the same float (-1, the default since PHP 7.1), or always so many.
    """
    raw: list[str] = []
    text = json.dumps(_plain(value, raw, digits), separators=(",", ":"))
    if "\\" in text:
        text = _ESCAPED.sub(lambda pair: "\\u0022" if pair[1] == '"' else pair[0], text)
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)
    return _RAW.sub(lambda found: raw[int(found[1])], text) if raw else text


def _plain(value: object, raw: list[str], digits: int | None) -> object:
    # Nine values of ten, and subclasses of these mean something else.
    if type(value) in _PLAIN_ALREADY:
        return value
    if isinstance(value, Raw):
        return _kept(str(value), raw)
    if isinstance(value, Mapping):
        return _array(value, raw, digits)
    if isinstance(value, list | tuple):
        return [_plain(inner, raw, digits) for inner in value]
    if isinstance(value, Decimal):
        value = number(value)
    if isinstance(value, float) and digits is not None:
        return _kept(_long(value, digits), raw)
    return value


def _array(value: Mapping[object, object], raw: list[str], digits: int | None) -> object:
    if isinstance(value, EmptyObject):
        return {}
    if list(value) == list(range(len(value))):
        return [_plain(inner, raw, digits) for inner in value.values()]
    return {str(key): _plain(inner, raw, digits) for key, inner in value.items()}


def _kept(text: str, raw: list[str]) -> str:
    """Put JSON text aside and return what marks its place, as no other text here does."""
    raw.append(text)
    return f"{_MARK}{len(raw) - 1}"


def _long(value: float, digits: int) -> str:
    """Print a float with so many digits: 0.1 with 17 is 0.10000000000000001, 1e25 is 1.0e+25."""
    text = f"{value:.{digits}g}"
    mantissa, letter, exponent = text.partition("e")
    if not letter:
        return text
    power = int(exponent)
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{power:+d}"


def number(value: Decimal) -> int | float:
    """Return a decimal as JSON shows a PHP float: 5 for 5.00, 4.5 for 4.50."""
    return int(value) if value == value.to_integral_value() else float(value)


def is_numeric(value: object) -> bool:
    """Return whether PHP takes a value for a number: 1036, "1036", " 5", "1e2"; never a boolean."""
    if isinstance(value, str):
        return _NUMERIC.fullmatch(value) is not None
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def to_int(value: object) -> int:
    """Cast a numeric value: fractions are cut (2.5 becomes 2, -0.4 becomes 0)."""
    return int(Decimal(str(value).strip()))


def to_text(value: object) -> str:
    """Cast a value to a string as PHP does: true is "1", null and false are "", arrays "Array"."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, Mapping | list):
        return "Array"
    return str(value)


def to_upper_snake(name: str) -> str:
    """Turn camelCase into a column name: paySystemId -> PAY_SYSTEM_ID, but PAID -> P_AI_D."""
    return re.sub(r"(.)([A-Z])", r"\1_\2", name).upper()


def as_array(value: object) -> dict[str | int, object]:
    """Return a PHP array (list or object in JSON) as a dict."""
    if isinstance(value, Mapping):
        return dict(value)
    return dict(enumerate(value)) if isinstance(value, list) else {}


def with_int_keys(value: object) -> object:
    """Return a JSON value as a PHP array has it: keys that look like integers are integers."""
    if isinstance(value, Mapping):
        return {
            int(key) if _INT_KEY.fullmatch(key) else key: with_int_keys(inner)
            for key, inner in value.items()
        }
    return [with_int_keys(inner) for inner in value] if isinstance(value, list) else value


def parse_query(text: str) -> dict[str, object]:
    """Parse `a[b][0]=1&c=2` as PHP's parse_str: nested arrays, lists where keys are 0..n-1."""
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return parse_pairs((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs)


def parse_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Nest decoded names and values as `parse_query` does; a form of several parts has these."""
    root: dict[str | int, object] = {}
    for name, value in pairs:
        path = _path(name)
        if path:
            _store(root, path, value)
    return {str(key): _with_lists(value) for key, value in root.items()}


def _path(name: str) -> list[str]:
    head, bracket, rest = name.lstrip(" ").partition("[")
    if not head:
        return []
    head = re.sub(r"[. ]", "_", head)
    return [head, *re.findall(r"\[([^\]]*)\]", bracket + rest)] if "]" in rest else [head]


def _store(root: dict[str | int, object], path: list[str], value: str) -> None:
    node = root
    for index, part in enumerate(path):
        key: str | int = int(part) if index and _INT_KEY.fullmatch(part) else part
        if index and part == "":
            key = 1 + max((number for number in node if isinstance(number, int)), default=-1)
        if index == len(path) - 1:
            node[key] = value
            return
        inner = node.get(key)
        if not isinstance(inner, dict):
            inner = {}
            node[key] = inner
        node = inner


def _with_lists(value: object) -> object:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(item) for key, item in value.items()}
    return list(inner.values()) if list(inner) == list(range(len(inner))) else inner
