"""What is compiled for one test application serves all of a process: every test builds its own.

Routes, statements, templates and the list of languages are the same in all of them. Compiling them
anew took half of the time of a short test. Nothing that an application learns is shared.
"""

from __future__ import annotations

from jinja2 import BytecodeCache
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from b24app.storage import engines, session

COMPILED = ("_parts", "_trace", "_converters", "arguments")
"""What compiling gives a rule, besides its two builders; nothing of it is changed afterwards."""

_compile = Rule.compile
_make_engine = engines.make_engine
_rules: dict[object, Rule] = {}


def share_between_apps():
    """Let the test applications of this process share what depends on our code alone."""
    Rule.compile = _compile_once  # type: ignore[method-assign]
    session.make_engine = _engine  # type: ignore[attr-defined]


def _compile_once(rule):
    """Compile a rule, or take over what an equal one of another application was compiled to."""
    parts = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, rule.map.host_matching)
    key = (*parts, repr(rule.defaults), *rule.map.converters.items())
    known = _rules.get(key)
    if known is None:
        _compile(rule)
        _rules[key] = rule
        return
    for name in COMPILED:
        setattr(rule, name, getattr(known, name))
    for name in ("_build", "_build_unknown"):
        setattr(rule, name, getattr(known, name).__func__.__get__(rule, None))


def _engine(url, clock):
    """Make an engine that compiles no statement which another has compiled."""
    engine = _make_engine(url, clock)
    engine._compiled_cache = _statements[engine.dialect.name]
    return engine


class Statements(LRUCache):
    """Compiled statements. SQLAlchemy's own are found by the dialect of one engine only."""

    def get(self, key, default=None):
        return super().get(key[1:], default)

    def __setitem__(self, key, value):
        super().__setitem__(key[1:], value)


_statements = {name: Statements(500) for name in ("sqlite", "postgresql")}


class TemplatesInMemory(BytecodeCache):
    """Compiled templates, kept as they are: reading them from files again took longer."""

    def __init__(self):
        self._codes = {}

    def load_bytecode(self, bucket):
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self._codes[bucket.key, bucket.checksum] = bucket.code
