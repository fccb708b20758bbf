"""The environment of our templates: what Jinja does, with a shorter way to words and macros.

A page of 20 payments asks for 1,000 words, calls 1,000 macros and puts 5,000 values between its
lines. What Jinja does around each of them costs more than they do, and is left out here. Templates
may say all that Jinja allows.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path
from types import MethodType
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import Environment as JinjaEnvironment
from jinja2 import FileSystemLoader, Template, TemplateNotFound, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from b24app.web.plumbing.template_code import COUNTED, WORD, Generator, markup, part_of

JOINED = frozenset({"payments/_payment.html", "payments/_more.html"})
"""What stands on a page as often as there are payments: the parts of it are compiled into it."""

SIGNS = "_icons.html"
"""Where the macro is that draws a sign: what it makes of a name is compiled into the template."""


class KeptFiles(FileSystemLoader):
    """The templates of a folder as they were when the process began.

    While an upgrade is installed, files of the new version lie there, and old processes serve for
    minutes: what they have not shown yet would be made of both versions.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._texts = _texts_in(folder)

    def get_source(
        self, environment: JinjaEnvironment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return a template's text; where files are looked at for changes, the file's of now."""
        if environment.auto_reload:
            return super().get_source(environment, template)
        try:
            text, path = self._texts[template]
        except KeyError:
            raise TemplateNotFound(template) from None
        return text, path, lambda: True


@cache
def _texts_in(folder: Path) -> dict[str, tuple[str, str]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_text(encoding="utf-8"), str(path))
        for path in folder.rglob("*.html")
    }


class _Context(Context):
    """A context that calls macros and methods at once.

    For each call Jinja looks whether the callee wants the context, the environment or what is
    escaped. A macro wants the last, which is the same in all our templates: everything is.
    """

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro or whatever else a template calls."""
        kind = type(obj)
        if kind is not Macro and (kind is not MethodType or hasattr(obj, "jinja_pass_arg")):
            return super().call(obj, *args, **kwargs)
        if kwargs:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
        return _macro(obj, args, kwargs) if kind is Macro else obj(*args, **kwargs)


def _macro(macro: Macro, args: tuple[Any, ...], named: dict[str, Any]) -> str:
    """Return what a macro makes of these arguments, without a search for others in most cases."""
    left = macro.arguments[len(args) :]
    if (
        len(args) > len(macro.arguments)
        or (named and not named.keys() <= set(left))
        or macro.caller
        or macro.catch_kwargs
        or macro.catch_varargs
    ):
        return macro(*args, **named)
    # What the template's code made of the macro: it puts in the defaults itself.
    given = [named.get(name, missing) for name in left] if named else [missing] * len(left)
    return markup(macro._func(*args, *given))  # noqa: SLF001


class Texts(dict[str, str]):
    """What stands in one language's catalogue, by English texts; found when it is first asked."""

    def __init__(self, look_up: Callable[[str], str]) -> None:
        self._look_up = look_up

    def __missing__(self, text: str) -> str:
        # Bounded: the texts of our templates.
        found = self[text] = self._look_up(text)
        return found


class Words(dict[str, Markup]):
    """What templates say in one language, by their English texts.

    `texts` are those that values are put into.
    """

    def __init__(self, look_up: Callable[[str], str]) -> None:
        self.texts = Texts(look_up)

    def __missing__(self, text: str) -> Markup:
        # As in all texts of a template, a doubled percent sign is one.
        said = self[text] = markup(self.texts[text] % {})
        return said


class Environment(FlaskEnvironment):
    """Flask's environment, whose templates share one mapping of globals."""

    context_class = _Context
    code_generator_class = Generator
    words: Callable[[], Words]
    """Returns the words of the present answer's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._loaded: dict[str, Template] = {}
        self._modules: dict[str, TemplateModule] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  Jinja's name.
    ) -> Template:
        """Return a template; one that was loaded, without a look at its file or the cache's order.

        A page of 20 payments asks 200 times.
        """
        is_kept = globals is None and self._keeps_templates
        if not is_kept or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        found = self._loaded.get(name)
        if found is None:
            # Bounded: names of templates are written in templates and routes alone.
            found = self._loaded[name] = super().get_template(name, parent)
        return found

    @property
    def _keeps_templates(self) -> bool:
        return not self.auto_reload and not self.overlayed

    def imported(self, name: str, context: Context) -> TemplateModule:
        """Return a template's macros for another one, made once.

        Jinja compares all names that both know at every import, 250 times for 20 payments. Here
        only a template with globals of its own knows more of them than the environment.
        """
        is_kept = self._keeps_templates and len(context.globals_keys) == len(self.globals)
        if is_kept and (found := self._modules.get(name)) is not None:
            return found
        module = self.get_template(name)._get_default_module(context)  # noqa: SLF001
        if is_kept:
            # Bounded, as what is loaded.
            self._modules[name] = module
        return module

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template.

        Jinja puts a `ChainMap` before them even where a template has none of its own, and compares
        its keys, in Python, at every import of macros.
        """
        return super().make_globals(d) if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Words().visit(tree)
        if not self.auto_reload:
            _Signs(self).visit(tree)
        # Where files are looked at for changes, parts stay apart: a change of one is found then.
        if name in JOINED and not self.auto_reload:
            _Parts(self).visit(tree)
        return tree

    def part(self, name: str) -> nodes.Template:
        """Return what stands in a template, with what stands in those that it includes."""
        if self.loader is None:
            raise TemplateNotFound(name)
        source, filename, _ = self.loader.get_source(self, name)
        tree = self._parse(source, name, filename)
        _Parts(self).visit(tree)
        return tree


class _Parts(NodeTransformer):
    """Puts in the place of each `{% include "name" %}` what stands there, in a scope of its own.

    Jinja makes a context for each include, copies all names into it, and looks up those that the
    part uses: fifteen times for one payment. What a part sets stays its own here, too.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802  Jinja's name.
        name = part_of(node)
        if name is None:
            return node
        scope = nodes.Scope(self._environment.part(name).body)
        # The lines are those of another file: what fails there is told with that of the include.
        return scope.set_lineno(node.lineno, override=True)


class _Words(NodeTransformer):
    """Make filters of `_("text", name=value)` and `ngettext("one", "many", n, name=value)`.

    They are called without asking what they are.
    """

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  Jinja's name.
        self.generic_visit(node)
        if _is_said(node, "_", 1) and len(node.args) == 1:
            return _filter(node, WORD)
        if _is_said(node, "ngettext", 2) and len(node.args) == 3:
            return _filter(node, COUNTED)
        return node


def _filter(node: nodes.Call, name: str) -> nodes.Filter:
    text, *others = node.args
    return nodes.Filter(text, name, others, node.kwargs, None, None, lineno=node.lineno)


def _is_said(node: nodes.Call, name: str, texts: int) -> bool:
    """Return whether this is a call of that name whose first arguments stand in the template."""
    return (
        isinstance(node.node, nodes.Name)
        and node.node.name == name
        and all(isinstance(argument, nodes.Const) for argument in node.args[:texts])
        and node.dyn_args is None
        and node.dyn_kwargs is None
    )


class _Signs(NodeTransformer):
    """Puts the element in the place of each `icon("name")`: a page of 20 payments has 300."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._is_imported = False

    def visit_FromImport(self, node: nodes.FromImport) -> nodes.Node:  # noqa: N802  Jinja's name.
        template = node.template
        is_theirs = isinstance(template, nodes.Const) and template.value == SIGNS
        self._is_imported = self._is_imported or (is_theirs and "icon" in node.names)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  Jinja's name.
        self.generic_visit(node)
        values = [*node.args, *(pair.value for pair in node.kwargs)]
        is_known = all(isinstance(value, nodes.Const) for value in values)
        if not (self._is_imported and is_known and _is_said(node, "icon", 0)):
            return node
        draw = self._environment.get_template(SIGNS).module.icon  # type: ignore[attr-defined]
        named = {pair.key: pair.value.as_const() for pair in node.kwargs}
        drawn = draw(*(value.as_const() for value in node.args), **named)
        return nodes.Const(drawn, lineno=node.lineno)


def still_parts(env: FlaskEnvironment, locale: Callable[[], str]) -> Callable[[str], Markup]:
    """Return what renders a part that says the same to everybody, once for each language."""
    kept: dict[tuple[str, str], Markup] = {}

    def still(name: str) -> Markup:
        key = locale(), name
        if key not in kept:
            # What Jinja rendered, so it is escaped.
            kept[key] = Markup(env.get_template(name).render())  # noqa: S704
        return kept[key]

    return still
