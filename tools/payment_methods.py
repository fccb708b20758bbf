"""`docs/payment-methods.md`: which methods of the payment API there are, and who calls them.

`python -m tools.payment_methods` adds a row for each method of `b24app/bitrix/methods` that has
none: the route whose service makes its command, the service, and the button that sends the route's
request. Rows that are there are left as they are.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from flask import Flask

from b24app import BLUEPRINTS
from b24app.bitrix import methods
from b24app.bitrix.methods.method import Method

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "payment-methods.md"
TEMPLATES = ROOT / "templates" / "payments"
API = "crm.item.payment."
ROW = re.compile(r"^\| `([\w.]+)` \|.*$", re.MULTILINE)
CALLED = re.compile(r"\b(\w+)\.(\w+)\(")
LABEL = re.compile(r"_\('([^']+)'\)")
EVERY_WRITE = "tests/writes/test_success.py::test_a_write_is_done_said_noted_and_shown"
"""Walks through every row of `ACTS`."""

UNTOLD = "**say which**"


def main() -> int:
    """Write the missing rows. Returns 1 where a part of one was not found."""
    page = PAGE.read_text(encoding="utf-8")
    missing = sorted(declared().keys() - {row[1] for row in ROW.finditer(page)})
    rows = [row_of(name, declared()[name]) for name in missing]
    last = [row for row in ROW.finditer(page) if row[1].startswith(API)][-1]
    PAGE.write_text("\n".join([page[: last.end()], *rows]) + page[last.end() :], encoding="utf-8")
    return 1 if any(UNTOLD in row for row in rows) else 0


def declared() -> Mapping[str, str]:
    """Return the methods of the payment API, each with the function that makes its command."""
    found = {}
    for info in pkgutil.iter_modules(methods.__path__):
        module = importlib.import_module(f"{methods.__name__}.{info.name}")
        for constant, method in vars(module).items():
            if isinstance(method, Method) and method.name.startswith(API):
                makers = [
                    name
                    for name, maker in inspect.getmembers(module, inspect.isfunction)
                    if re.search(rf"\b{constant}\.command\(", inspect.getsource(maker))
                ]
                found[method.name] = makers[0] if makers else constant
    return found


def row_of(name: str, maker: str) -> str:
    """Return the row of a method."""
    calls = list(calls_of(maker))
    routes = ", ".join(f"`{verb} {rule}`" for verb, rule, _service in calls)
    services = ", ".join(dict.fromkeys(f"`{service}`" for *_route, service in calls))
    controls = ", ".join(
        f"`{label}`" for _verb, rule, _service in calls for label in controls_of(rule)
    )
    cells = [f"`{name}`", controls or UNTOLD, routes or UNTOLD, services or UNTOLD]
    return f"| {' | '.join(cells)} | `{EVERY_WRITE}` |"


def calls_of(maker: str) -> Iterator[tuple[str, str, str]]:
    """Yield verb, rule and service of each route that leads to a command."""
    app = Flask("a map")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for rule in app.url_map.iter_rules():
        view = inspect.unwrap(app.view_functions[rule.endpoint])
        if not view.__module__.startswith("b24app.web"):
            continue
        for name, function in CALLED.findall(inspect.getsource(view)):
            service = vars(inspect.getmodule(view)).get(name)
            if isinstance(service, ModuleType) and makes(service, maker):
                verb = min((rule.methods or set()) - {"HEAD", "OPTIONS"})
                yield verb, rule.rule, f"{name}.{function}"


def makes(module: ModuleType, maker: str) -> bool:
    """Return whether a module of services makes a command."""
    is_service = module.__name__.startswith("b24app.services")
    return is_service and bool(re.search(rf"\b{maker}\(", inspect.getsource(module)))


def controls_of(rule: str) -> Iterator[str]:
    """Yield the labels of the buttons that send a request to a route."""
    path = re.sub(r"<[^>]+>", "ID", rule)
    sent = re.compile(
        r'hx-(?:post|delete)="' + re.escape(path).replace("ID", r"\{\{[^}]+\}\}") + '"'
    )
    for template in sorted(TEMPLATES.glob("*.html")):
        text = template.read_text(encoding="utf-8")
        for found in sent.finditer(text):
            label = LABEL.search(text, found.end())
            if label:
                yield label[1]


if __name__ == "__main__":
    sys.exit(main())
