"""The environment of our templates: what Jinja does, with a shorter way to words and macros.

A page of 20 payments asks for 1,000 words and calls 1,000 macros. What Jinja looks up before each
of them costs more than they do, and is left out here. Templates may say all that Jinja allows.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer

WORD = "_word"
"""Name of the filter that a call of `_` with one text becomes."""


class _Context(Context):
    """A context that calls macros at once.

    For each call Jinja looks whether the callee wants the context, the environment or what is
    escaped. A macro wants the last, which is the same in all our templates: everything is.
    """

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro or whatever else a template calls."""
        if type(obj) is not Macro:
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return obj(*args, **kwargs)


class Environment(FlaskEnvironment):
    """Flask's environment, whose templates share one mapping of globals."""

    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template.

        Jinja puts a `ChainMap` before them even where a template has none of its own, and compares
        its keys, in Python, at every import of macros.
        """
        return super().make_globals(d) if d else self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Words().visit(tree)
        return tree


class _Words(NodeTransformer):
    """Make a filter of each `_("text", name=value)`, which is called without asking what it is."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  Jinja's name.
        self.generic_visit(node)
        if not _is_word(node):
            return node
        return nodes.Filter(node.args[0], WORD, [], node.kwargs, None, None, lineno=node.lineno)


def _is_word(node: nodes.Call) -> bool:
    return (
        isinstance(node.node, nodes.Name)
        and node.node.name == "_"
        and len(node.args) == 1
        and isinstance(node.args[0], nodes.Const)
        and node.dyn_args is None
        and node.dyn_kwargs is None
    )
