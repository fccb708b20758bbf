"""Format a page's language, money, numbers and dates. Languages come from the frame's LANG."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import (
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
)
from flask import Flask, current_app, g
from flask_babel import Babel
from flask_babel import gettext as _
from markupsafe import Markup

from b24app import texts
from b24app.domain import Money, is_readable
from b24app.services import time_zones
from b24app.web.plumbing.languages import CODES, LANGUAGES
from b24app.web.plumbing.template_code import escaped, markup
from b24app.web.plumbing.templating import still_parts

SPOKEN = "SPOKEN_LANGUAGES"
"""The key of the locales for which the application has words."""


def locale_of(language: str) -> str:
    """Return the locale for a frame's LANG; the raw value never reaches HTML or a path."""
    return LANGUAGES.get(language.strip().lower(), "en")


def use_language(language: str) -> None:
    """Use the frame's language for the current answer."""
    g.language = locale_of(language)
    g.pop("translations", None)


def use_time_zone(name: str) -> None:
    """Show times of the current answer in the acting user's zone, if it is one that is known."""
    g.time_zone = name


present_g = g._get_current_object  # noqa: SLF001  Werkzeug's documented way.
"""What `g` stands for just now, at a tenth of its price: a page asks 500 times."""


def current_locale() -> str:
    """Return the locale of this answer."""
    found: str = present_g().get("language", "en")
    return found


def language() -> str:
    """Return the language of the current answer's words: English if a locale has none yet.

    Numbers and dates still follow the locale. Screen readers use this language.
    """
    locale = current_locale()
    return locale if locale in current_app.config[SPOKEN] else "en"


CURRENCY = "¤"
NAMED = "\ue000"
"""Replaces the currency's name while a number is formatted: a name may hold any character."""

LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
NAMELESS = re.compile(rf"\s*{NAMED}\s*")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MAX_NAME, MAX_LONG_NAME = 12, 60
MAX_SHORT = len("KWD 123,456.789")
"""How many characters of an amount every table has room for."""


def tag_of(locale: str) -> str:
    """Return a locale as HTML and scripts name it: pt_BR is pt-BR."""
    return locale.replace("_", "-")


BETWEEN = {"ar": "، ", "ja": "、", "zh_Hans": "、", "zh_Hant": "、"}
"""What stands between the parts of a list, where it is not the Latin comma."""

APART = {"ar": "\u2068%s\u2069"}
"""How a part of a list is kept from the others: behind Arabic words 0512-2026 is turned around."""


def joined(parts: Iterable[object]) -> str:
    """Return a list as this answer's language writes it: "Deals, Invoices".

    Of parts for a page, such as sentences of a template, it is one for a page, too.
    """
    between, apart, found = BETWEEN.get(language(), ", "), APART.get(language(), "%s"), list(parts)
    if any(isinstance(part, Markup) for part in found):
        return markup(between.join(apart % escaped(part) for part in found))
    return between.join(apart % part for part in found)


FULL_WIDTH = ("\uff1a", "。", "\uff1f")
"""Marks that hold the room behind them in their own width."""


def gap(words: str) -> str:
    """Return what stands between these words and the next: a space, but behind such a mark."""
    return "" if words.endswith(FULL_WIDTH) else " "


def money(value: Money) -> Markup:
    """Return an amount as `<data value="7680.00">€7,680.00</data>`, with all its digits.

    Digits beyond the currency's own are shown, because a hidden cent is a wrong sum. No line breaks
    within it, so one that many a column has no room for is of the class `long`.
    """
    if not value.is_readable:
        return Markup('<data value="">{}</data>').format(_("unreadable"))
    if value.amount == 0:
        value = Money(abs(value.amount), value.currency)  # No negative zero.
    return _written(value, current_locale())


def money_text(value: Money) -> str:
    """Return an amount as plain text, for what is no page."""
    if not value.is_readable:
        return str(_("unreadable"))
    return _amount(value, _digits(value), current_locale())


def money_number(value: Money) -> Decimal:
    """Return a readable amount with all decimals of its currency: 1850.00."""
    return value.amount.quantize(Decimal(1).scaleb(-_digits(value)))


def _digits(value: Money) -> int:
    return max(get_currency_precision(value.currency), _decimals(value.amount))


@lru_cache(maxsize=4096)
def _written(value: Money, locale: str) -> Markup:
    digits = _digits(value)
    plain, text = f"{money_number(value):f}", _amount(value, digits, locale)
    if len(text) > MAX_SHORT:
        return Markup('<data value="{}" class="long">{}</data>').format(plain, text)
    return Markup('<data value="{}">{}</data>').format(plain, text)


def _amount(value: Money, digits: int, locale: str) -> str:
    """Return the amount with its currency in the language's place: its sign, or else its code."""
    pattern = str(Locale.parse(locale).currency_formats["standard"].pattern)
    name = texts.shortened(get_currency_symbol(value.currency, locale), MAX_NAME)
    is_mirrored = Locale.parse(locale).text_direction == "rtl"
    if name.isascii() and is_mirrored:
        name += LEFT_TO_RIGHT  # Else the sign of "US$" jumps before its letters.
    pattern = _spaced(_with_decimals(pattern, digits), name).replace(CURRENCY, NAMED)
    text = str(format_decimal(value.amount, pattern, locale))
    if is_mirrored:
        text = text.replace("-", f"{LEFT_TO_RIGHT}-", 1)  # Else a minus follows its digits.
    return text.replace(NAMED, name) if name else NAMELESS.sub("", text)


def _spaced(pattern: str, name: str) -> str:
    """Put a no-break space between letters and the number: "KWD 1.000", but "€1.00".

    Unicode TR 35, currencySpacing: if the neighbour of a digit is neither a symbol nor a space.
    """
    if name and _is_letter(name[-1]):
        for digit in "#0":
            pattern = pattern.replace(CURRENCY + digit, CURRENCY + NO_BREAK_SPACE + digit)
    if name and _is_letter(name[0]):
        pattern = pattern.replace("0" + CURRENCY, "0" + NO_BREAK_SPACE + CURRENCY)
    return pattern


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] not in "SZ"


def currency_digits(code: str) -> int:
    """Return a currency's decimals: 2 for euros, 0 for yen, 3 for Kuwaiti dinars."""
    return get_currency_precision(code)


def currency_name(code: str) -> str:
    """Return a currency's name in the middle of a sentence: "US dollars", "euros"."""
    if not code:
        return str(_("an unknown currency"))
    return texts.shortened(get_currency_name(code, count=2, locale=language()), MAX_LONG_NAME)


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _with_decimals(pattern: str, digits: int) -> str:
    fraction = "." + "0" * digits if digits else ""
    return pattern.replace(".00", fraction)


def currency_title(code: str) -> str:
    """Return a currency's name at the head of a list: "US dollars", "Euros"."""
    name = currency_name(code)
    return name[:1].upper() + name[1:]


def quantity(value: Decimal) -> str:
    """Return a quantity in the page's locale, with all its digits."""
    if not is_readable(value):
        return str(_("unreadable"))
    return _counted(value.normalize(), current_locale())


@lru_cache(maxsize=4096)
def _counted(value: Decimal, locale: str) -> str:
    return str(format_decimal(value, locale=locale, decimal_quantization=False))


def when(value: datetime, form: str = "full") -> Markup:
    """Return an aware time as `<time datetime=…>`, in the user's zone or else in its own.

    `form` is "full" for date and time, "time" for the time of day, "day" for the date.
    """
    shown = in_zone(value, time_zones.load(present_g().get("time_zone", "")))
    # Without its zone: equal moments of two zones are different hours.
    text = escaped(_told(shown.replace(tzinfo=None), form, current_locale()))
    return markup(f'<time datetime="{shown.isoformat()}"{_spoken()}>{text}</time>')


@lru_cache(maxsize=4096)
def _told(shown: datetime, form: str, locale: str) -> str:
    """Return a time of no zone as people of this language write it."""
    if form == "time":
        return str(format_time(shown, "short", locale=locale))
    day = format_date(shown, "medium", locale=locale)
    if form == "day":
        return str(day)
    time = format_time(shown, "short", locale=locale)
    pattern = str(Locale.parse(locale).datetime_formats["medium"])
    return pattern.replace("{0}", time).replace("{1}", day).replace("'", "")


def day(text: str) -> str:
    """Return a day, given as 2026-12-03, as people of this answer's language write it."""
    return str(format_date(date.fromisoformat(text), "medium", locale=current_locale()))


def plain_money(value: Money) -> str:
    """Return an amount like `money`, without elements, as text that every program takes.

    Its blanks are plain ones, unlike those of `money_text`: it may break there.
    """
    return money(value).striptags()


def _spoken() -> Markup:
    """Return a date's language if it is not the page's: the name of a month is a word."""
    locale = current_locale()
    return Markup("") if locale == language() else Markup(' lang="{}"').format(tag_of(locale))


def in_zone(value: datetime, zone: tzinfo | None) -> datetime:
    """Return a time in another zone; unchanged if no zone is known.

    The first hours of year 1 and the last of 9999 are outside the calendar in other zones.
    """
    try:
        return value.astimezone(zone) if zone else value
    except OverflowError:
        return value


def init_app(app: Flask) -> None:
    """Put the filters into the templates."""
    babel = Babel(
        app, locale_selector=current_locale, default_translation_directories="translations"
    )
    with app.app_context():
        app.config[SPOKEN] = frozenset(str(locale) for locale in babel.list_translations())
    app.jinja_env.filters.update(
        money=money,
        currency_name=currency_name,
        currency_title=currency_title,
        qty=quantity,
        when=when,
        day=day,
        joined=joined,
        gap=gap,
    )
    app.jinja_env.tests["readable"] = is_readable
    app.jinja_env.globals["still"] = still_parts(app.jinja_env, current_locale)
    app.jinja_env.globals["list_of_two"] = lambda: joined(("{0}", "{1}"))
    app.jinja_env.globals["page_language"] = lambda: tag_of(language())
    app.jinja_env.globals["portal_language"] = lambda: CODES[language()]
