"""Put our words into the templates, in the language of the present answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from babel.support import Translations
from flask import Flask, g
from flask_babel import get_translations
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from b24app.web.plumbing.i18n import current_locale, present_g
from b24app.web.plumbing.template_code import COUNTED, WORD, filled
from b24app.web.plumbing.templating import Environment, Words


def _translations() -> Translations:
    """Return the current answer's words, looked up once: a page of 20 payments asks 100 times."""
    found: Translations | None = present_g().get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


def _shorten_the_way(app: Flask) -> None:
    """Let templates get words without the library's three lookups for each."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _translations().ugettext(text),
        ngettext=lambda one, many, count: _translations().ungettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, text: _translations().upgettext(context, text),
        npgettext=lambda context, one, many, count: _translations().unpgettext(
            context, one, many, count
        ),
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]


@pass_context  # Without it Jinja would ask once, when it compiles the template.
def _word(_context: Context, text: str, /, **values: Any) -> Markup:
    return filled(_translations().ugettext(text), values)


@pass_context
def _counted_word(_context: Context, one: str, many: str, count: int, /, **values: Any) -> Markup:
    said = _translations().ungettext(one, many, count)
    return filled(said, {"num": count, **values})


def _words() -> Callable[[], Words]:
    """Return what answers the words of the present language; it keeps them, for each."""
    kept: dict[str, Words] = {}

    def words() -> Words:
        locale = current_locale()
        found = kept.get(locale)
        if found is None:  # Bounded: our languages.
            found = kept[locale] = Words(lambda text: _translations().ugettext(text))
        return found

    return words


def init_app(app: Flask) -> None:
    """Put gettext into the templates."""
    _shorten_the_way(app)
    environment = cast("Environment", app.jinja_env)
    environment.words = _words()
    environment.filters.update({WORD: _word, COUNTED: _counted_word})
