"""The shorter ways of our template environment say what Jinja's own would say."""

from __future__ import annotations

import re
import sys

import pytest
from flask import render_template_string
from jinja2 import DictLoader, TemplateNotFound, UndefinedError, meta, nodes
from markupsafe import escape

from b24app.web.plumbing import templating
from b24app.web.plumbing.template_code import WORD, escaped

SAME = [
    ("{{ _('Refresh') }}", "Refresh"),
    ("{{ _('50 %% of %(name)s', name='<b>') }}", "50 % of &lt;b&gt;"),
    ("{{ _('a & b') }}", "a & b"),
    ("{% set words = 'Refresh' %}{{ _(words) }}", "Refresh"),
    ("{{ _('Refresh') | upper }}", "REFRESH"),
    ("{{ '<' ~ _('Refresh') }}", "&lt;Refresh"),
    (
        "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m('<') %}<i>{% endcall %}",
        "&lt;<i>",
    ),
    ("{% macro m(x, y=2) %}{{ x }}{{ y }}{{ varargs }}{% endmacro %}{{ m(1, 2, 3) }}", "12(3,)"),
    ("{% macro m(x) %}{{ x }}{% endmacro %}{% for n in [1, 2] %}{{ m(n) }}{% endfor %}", "12"),
    ("{% macro m() %}<b>{% endmacro %}{{ m() }}", "<b>"),
    ("{% macro m(x, y=2, z=3) %}{{ x }}{{ y }}{{ z }}{% endmacro %}{{ m(1, z='<') }}", "12&lt;"),
    ("{% macro m(x=_('Refresh')) %}{{ x }}{% endmacro %}{{ m() }}{{ m('<') }}", "Refresh&lt;"),
    (
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ _('Refresh') }}{% endcall %}",
        "Refresh",
    ),
    (
        "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}"
        "{% call m(_('Refresh')) %}!{% endcall %}",
        "Refresh!",
    ),
    ("{% for x in ['<'] %}{{ _('%(x)s %%', x=x) }}{{ loop.index }}{% endfor %}", "&lt; %1"),
    ("{{ {'a': {'b': 7}}.a.b }}{{ {'a': 7}.b }}{{ 'x'.upper() }}{{ none.a }}", "7X"),
    ("{{ {'keys': 7}.keys() | list }}{{ [1, 2].count(1) }}", "[&#39;keys&#39;]1"),
    ("{{ ngettext('%(num)s row', '%(num)s rows', 2) }}", "2 rows"),
    ("{{ ngettext('%(num)s%% %(x)s', '%(num)s rows', 1, x='<') }}", "1% &lt;"),
    ("{{ ngettext(*['%(num)s row', '%(num)s rows', 2]) }}", "2 rows"),
    ("{% macro m(x, y=2) %}{{ x }}{{ y }}{% endmacro %}{{ m('<') }}{{ m(y=1) }}", "&lt;21"),
    ("{% macro m(x) %}{{ kwargs }}{% endmacro %}{{ m(1, z=2) }}", "{&#39;z&#39;: 2}"),
    ("{% macro m(x=1) %}{{ _('Refresh') }}{{ x }}{% endmacro %}{{ m() }}", "Refresh1"),
    ("{{ '<' }}{{ 7 }}{{ true }}{{ none }}{{ unknown }}{{ 1.5 }}", "&lt;7TrueNone1.5"),
    ("{{ '<' | safe }}", "<"),
    ("{% autoescape false %}{{ '<' }}{% endautoescape %}{{ '<' }}", "<&lt;"),
    ("{% macro m(x) %}{{ x }}{% endmacro %}<i title='{{ m('\"') }}'>", "<i title='&#34;'>"),
]


@pytest.mark.parametrize(("template", "said"), SAME, ids=[one for one, _ in SAME])
def test_template_says_what_jinja_says(app, template, said):
    with app.test_request_context():
        assert render_template_string(template) == said


def test_word_is_looked_up_for_each_language_and_not_when_compiled(app, monkeypatch):
    words = {"en": "Refresh", "de": "Aktualisieren"}

    class Words:
        def __init__(self, locale):
            self.locale = locale

        def ugettext(self, text):
            return words[self.locale] if text == "Refresh" else text

    from b24app.web.plumbing import i18n, template_words

    monkeypatch.setattr(template_words, "get_translations", lambda: Words(i18n.current_locale()))
    template = app.jinja_env.from_string("{{ _('Refresh') }}")
    said = []
    for language in ("de", "en", "de"):
        with app.test_request_context():
            i18n.use_language(language)
            said.append(template.render())
    assert said == ["Aktualisieren", "Refresh", "Aktualisieren"]


def test_words_of_an_imported_macro_are_those_of_who_asks(app):
    from b24app.web.plumbing import i18n

    parts = {
        "page.html": "{% from 'part.html' import m %}{{ m() }}",
        "part.html": "{% macro m() %}{{ _('Refresh') }}{% endmacro %}",
    }
    page = app.jinja_env.overlay(loader=DictLoader(parts)).get_template("page.html")
    said = []
    for language in ("en", "de", "en"):
        with app.test_request_context():
            i18n.use_language(language)
            said.append(page.render())
    assert said == ["Refresh", "Aktualisieren", "Refresh"]


@pytest.mark.parametrize(
    ("given", "said"),
    [("1, 2", "not more than 1"), ("1, x=2", "no keyword"), ("y=2", "no keyword")],
)
def test_macro_that_is_given_what_it_does_not_take_fails_as_ever(app, given, said):
    macro = "{% macro m(x) %}{{ x }}{% endmacro %}"
    template = app.jinja_env.from_string(f"{macro}{{{{ m({given}) }}}}")
    with pytest.raises(TypeError, match=said):
        template.render()


def test_what_has_no_such_attribute_fails_as_ever_where_more_of_it_is_asked(app):
    template = app.jinja_env.from_string("{{ {'a': 7}.b.c }}")
    with pytest.raises(UndefinedError, match="has no attribute 'b'"):
        template.render()


def test_signs_are_drawn_when_a_template_is_compiled_and_others_when_it_is_shown(app):
    parts = {
        "_icons.html": "{% macro icon(name, small=false) %}<i>{{ name }}{{ small }}</i>"
        "{% endmacro %}",
        "page.html": "{% from '_icons.html' import icon %}{{ icon('a') }}"
        "{{ icon('b', small=true) }}{{ icon(name) }}",
        "own.html": "{% macro icon(name) %}{{ name }}!{% endmacro %}{{ icon('a') }}",
    }
    env = app.jinja_env.overlay(loader=DictLoader(parts), bytecode_cache=None)
    page = "<i>aFalse</i><i>bTrue</i><i>&lt;False</i>"
    assert env.get_template("page.html").render(name="<") == page
    assert env.get_template("own.html").render() == "a!"
    code = env.compile(parts["page.html"], "page.html", raw=True)
    assert "<i>aFalse</i><i>bTrue</i>" in code

    watched = env.overlay(auto_reload=True)
    assert "aFalse" not in watched.compile(parts["page.html"], "page.html", raw=True)


def test_imported_macros_know_the_globals_of_who_imports_them(app):
    parts = {
        "page": "{% from 'part' import m %}{{ m() }}",
        "own": "{% from 'part' import m %}{{ m() }}",
        "part": "{% macro m() %}{{ own }}!{% endmacro %}",
    }
    env = app.jinja_env
    env.loader = DictLoader(parts)
    page, own = env.get_template("page"), env.get_template("own", globals={"own": "mine"})
    assert [one.render() for one in (page, own, page, own)] == ["!", "mine!", "!", "mine!"]


def test_imported_macros_of_another_loader_are_its_own(app):
    page = "{% from '_icons.html' import icon %}{{ icon(name) }}"
    parts = {"page": page, "_icons.html": "{% macro icon(name) %}{{ name }}!{% endmacro %}"}
    assert "<svg" in app.jinja_env.from_string(page).render(name="x")
    other = app.jinja_env.overlay(loader=DictLoader(parts), bytecode_cache=None)
    assert other.get_template("page").render(name="x") == "x!"


def test_globals_of_one_template_stay_out_of_others(app):
    env = app.jinja_env.overlay(loader=DictLoader({"a": "{{ own }}", "b": "{{ own }}"}))
    assert env.get_template("a", globals={"own": "mine"}).render() == "mine"
    assert env.get_template("b").render() == ""


def test_included_template_sees_the_context_and_names_around_it(app):
    parts = {
        "page.html": "{% set a = 1 %}{% for n in [2, 3] %}{% include 'part.html' %}{% endfor %}"
        "{% include 'no.html' ignore missing %}{% include 'alone.html' without context %}",
        "part.html": "{{ a }}{{ n }}{{ given }};",
        "alone.html": "{{ given }}.",
    }
    env = app.jinja_env.overlay(loader=DictLoader(parts))
    assert env.get_template("page.html").render(given="<") == "12&lt;;13&lt;;."


PAGE = (
    "{% from 'words.html' import loud %}{% set a = 1 %}{% set b = 'page' %}"
    "{% for n in [2, 3] %}{% with c = n * 2 %}{% include 'part.html' %}{% endwith %}"
    "[{{ b }}{{ d }}{{ loud(n) }}]{% endfor %}{% include 'no.html' ignore missing %}"
)
PARTS = {
    "page.html": PAGE,
    "part.html": "{% set b = 'part' %}{% if a == 1 %}{% set d = n %}{% endif %}"
    "{% macro m(x) %}{{ x }}{{ n }}{{ given }}{% endmacro %}{{ m(c) }}{% include 'inner.html' %}",
    "inner.html": "{% from 'words.html' import quiet as loud %}({{ loud(b) }}{{ d }}{{ unknown }}"
    "{% for b in [7] %}{{ b }}{% endfor %}{{ b }}){% set seen = kept.append(b) %}",
    "words.html": "{% macro loud(x) %}{{ x }}!{% endmacro %}"
    "{% macro quiet(x) %}{{ x }}?{% endmacro %}",
}


def test_a_page_with_its_parts_in_it_says_what_the_parts_say_by_themselves(app, monkeypatch):
    said, gone = [], []
    for joined in (set(), {"page.html"}):
        monkeypatch.setattr(templating, "JOINED", joined)
        env = app.jinja_env.overlay(loader=DictLoader(PARTS), bytecode_cache=None)
        page = env.get_template("page.html")
        kept = []
        said.append(page.render(given="<", kept=kept))
        gone.append(kept)
        code = env.compile(env.loader.get_source(env, "page.html")[0], "page.html", raw=True)
        assert ("part.html" in code) is not bool(joined)
    assert said[0] == said[1]
    assert said[0].startswith("42&lt;(part?27part)[page2!]")
    assert gone[0] == gone[1] == ["part", "part"]


def test_what_fails_in_a_part_is_told_with_the_line_that_includes_it(app, monkeypatch):
    monkeypatch.setattr(templating, "JOINED", {"page.html"})
    parts = {"page.html": "a\n\n{% include 'part.html' %}", "part.html": "{{ 1 // 0 }}"}
    env = app.jinja_env.overlay(loader=DictLoader(parts), bytecode_cache=None)
    with pytest.raises(ZeroDivisionError) as failed:
        env.get_template("page.html").render()
    assert failed.traceback[-1].lineno + 1 == 3


def test_parts_stay_apart_where_their_files_are_looked_at_for_changes(app, monkeypatch):
    monkeypatch.setattr(templating, "JOINED", {"page.html"})
    parts = {"page.html": "{% include 'part.html' %}", "part.html": "before"}
    loader = DictLoader(parts)
    env = app.jinja_env.overlay(loader=loader, bytecode_cache=None, auto_reload=True)
    assert env.get_template("page.html").render() == "before"
    parts["part.html"] = "after"
    assert env.get_template("page.html").render() == "after"


def test_only_texts_that_stand_in_the_template_become_filters(app):
    tree = app.jinja_env.parse("{{ _('a') }}{{ _(a) }}{{ _('a', 1) }}{{ _('a', *b) }}{{ f('a') }}")
    assert [one.name for one in tree.find_all(nodes.Filter)] == [WORD]
    assert len(list(tree.find_all(nodes.Call))) == 4


STILL = re.compile(r"""still\(["']([^"']+)["']\)""")
OF_SETTINGS = {"may_write_again", "sign_in_url", "expired_text", "expired_title"}
"""What `_notices.html` may be told elsewhere; the tab has neither."""
OF_ERRORS = {"error", "lead", "is_page", "retry_target", "retry_url"}
"""What an error page tells the part it shares with the notices."""


def still_parts(app):
    """Every part that is rendered once, with all that it imports and includes."""
    source = app.jinja_env.loader.get_source
    found = set()
    queue = [
        name
        for template in app.jinja_env.list_templates()
        for name in STILL.findall(source(app.jinja_env, template)[0])
    ]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            tree = app.jinja_env.parse(source(app.jinja_env, name)[0])
            queue += meta.find_referenced_templates(tree)
    return sorted(found)


def test_still_parts_depend_on_the_language_alone(app):
    parts = still_parts(app)
    assert {"payments/_dialogs.html", "_sprite.html", "_icons.html"} <= set(parts)
    source = app.jinja_env.loader.get_source
    trees = [app.jinja_env.parse(source(app.jinja_env, name)[0]) for name in parts]
    set_by_parts = {
        name.name for tree in trees for name in tree.find_all(nodes.Name) if name.ctx == "store"
    }
    known = set(app.jinja_env.globals) - {"request", "session", "g"}
    unknown = set().union(*map(meta.find_undeclared_variables, trees))
    assert unknown <= known | set_by_parts | OF_SETTINGS | OF_ERRORS


def test_still_part_is_kept_for_each_language(app):
    from b24app.web.plumbing import i18n

    still = app.jinja_env.globals["still"]
    with app.test_request_context():
        english = still("payments/_dialogs.html")
        assert 'id="dlg-paid"' in english
        assert still("payments/_dialogs.html") is english
        i18n.use_language("de")
        assert still("payments/_dialogs.html") is not english


def test_whatever_escaping_changes_is_escaped():
    signs = [chr(number) for number in range(sys.maxunicode + 1)]

    assert [sign for sign in signs if str(escaped(sign)) != str(escape(sign))] == []
    assert [sign for sign in signs if escaped(sign) != sign] == list("\"&'<>")
    assert escaped("a<b") == "a&lt;b"


def test_a_process_goes_on_with_the_templates_it_began_with(app, tmp_path):
    """An upgrade puts other files there minutes before the old processes end."""
    folder = tmp_path / "templates"
    (folder / "payments").mkdir(parents=True)
    page, part = folder / "page.html", folder / "payments" / "part.html"
    page.write_text("old {% include 'payments/part.html' %}")
    part.write_text("part")
    loader = templating.KeptFiles(folder)
    part.write_text("another")
    page.unlink()

    env = app.jinja_env.overlay(loader=loader, bytecode_cache=None)
    served = env.overlay(auto_reload=False)
    assert served.get_template("page.html").render() == "old part"
    with pytest.raises(TemplateNotFound):
        served.get_template("none.html")
    # Who changes templates sees it at once.
    watched = env.overlay(auto_reload=True)
    assert watched.get_template("payments/part.html").render() == "another"
    assert isinstance(app.jinja_loader, templating.KeptFiles)
