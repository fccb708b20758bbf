"""Routes of test applications are compiled once a process: every test builds an application.

Werkzeug compiles two functions for each of 90 routes, which took a quarter of the time of a
short test. They depend on nothing but what is compared here.
"""

from __future__ import annotations

from werkzeug.routing import Rule

_compile = Rule._compile_builder
_compiled: dict[object, object] = {}


def _remembered(rule, append_unknown=True):
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _compiled:
        _compiled[key] = _compile(rule, append_unknown)
    return _compiled[key]


def compile_routes_once():
    """Let equal routes of different applications share what is compiled of them."""
    Rule._compile_builder = _remembered  # type: ignore[method-assign]
