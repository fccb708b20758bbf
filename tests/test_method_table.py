"""docs/payment-methods.md is held to the code, and the code to the payment API."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from b24app import BLUEPRINTS
from tests.support.acts import ACTS, PREFIX
from tests.support.methods import METHODS, build, builders

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "payment-methods.md"
PAYMENT_API = (
    "crm.item.payment.list",
    "crm.item.payment.get",
    "crm.item.payment.add",
    "crm.item.payment.update",
    "crm.item.payment.delete",
    "crm.item.payment.pay",
    "crm.item.payment.unpay",
    "crm.item.payment.product.list",
    "crm.item.payment.product.add",
    "crm.item.payment.product.setQuantity",
    "crm.item.payment.product.delete",
    "crm.item.payment.delivery.list",
    "crm.item.payment.delivery.add",
    "crm.item.payment.delivery.setDelivery",
    "crm.item.payment.delivery.delete",
    "salescenter.payment.getPublicUrl",
)
"""Every method that is published, https://apidocs.bitrix24.com, section crm/universal/payment."""

DECLARED = sorted(name for name in METHODS if name.startswith(PREFIX))

CODE = re.compile(r"`([^`]+)`")


def _table(heading: str | None) -> dict[str, list[str]]:
    """The rows of a table by method; the first table of the page for no heading."""
    text = PAGE.read_text()
    part = text.split("## Helpers")[1 if heading else 0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| `")]
    return {CODE.findall(cells[0])[0]: cells[1:] for cells in rows}


MAIN, HELPERS = _table(None), _table("Helpers")
ROUTES = [(method, route) for method, cells in MAIN.items() for route in CODE.findall(cells[1])]
SERVICES = [
    (method, name)
    for method, cells in [*MAIN.items(), *HELPERS.items()]
    for name in CODE.findall(cells[-2] if method in MAIN else cells[-1])
]
CONTROLS = [(method, name) for method, cells in MAIN.items() for name in CODE.findall(cells[0])]
TESTS = [(method, name) for method, cells in MAIN.items() for name in CODE.findall(cells[-1])]


@cache
def _called_methods() -> set[str]:
    """Names of commands that services import and call, as REST methods of the rooms' modules."""
    called: set[str] = set()
    for path in sorted((ROOT / "b24app" / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                called.add(node.attr)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("b24app.bitrix"):
                called.update(alias.name for alias in node.names)
    return called


@cache
def _commands() -> dict[str, str]:
    """REST method to the function of `bitrix` that makes its command."""
    found: dict[str, str] = {}
    for builder in builders():
        found.setdefault(build(builder).method, builder.__name__)
    return found


def test_the_page_names_every_method_of_the_payment_api():
    assert set(PAYMENT_API) == set(MAIN)


def test_we_can_call_every_one_of_them():
    assert set(PAYMENT_API) <= set(METHODS)


@pytest.mark.parametrize("method", PAYMENT_API)
def test_every_one_of_them_has_its_route(method):
    assert CODE.findall(MAIN[method][1])


@pytest.mark.parametrize("method", DECLARED)
def test_what_is_declared_is_used(method):
    assert _commands()[method] in _called_methods()


@pytest.mark.parametrize("method", [name for name in DECLARED if METHODS[name].is_write])
def test_every_write_is_walked_by_the_table_of_acts(method):
    assert method.lower() in {act.method for act in ACTS}


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_a_route_of_the_page_exists(method, route):
    app = Flask("a map")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    verb, _, rule = route.partition(" ")

    assert any(
        one.rule == rule and verb in (one.methods or set()) for one in app.url_map.iter_rules()
    ), method


@pytest.mark.parametrize(("method", "name"), SERVICES)
def test_a_function_of_the_page_exists(method, name):
    module, _, function = name.partition(".")

    [path] = (ROOT / "b24app" / "services").rglob(f"{module}.py")
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    found = getattr(importlib.import_module(dotted), function, None)

    assert callable(found), method


@pytest.mark.parametrize(("method", "name"), TESTS)
def test_a_test_of_the_page_exists(method, name):
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text())

    assert function in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    }, method


@pytest.mark.parametrize(("method", "control"), CONTROLS)
def test_a_control_of_the_page_is_in_a_template(method, control):
    templates = (ROOT / "templates" / "payments").glob("*.html")

    assert any(f"_('{control}')" in one.read_text() for one in templates), method


@pytest.mark.parametrize("method", HELPERS)
def test_a_helper_is_one_we_call(method):
    assert method in METHODS
    assert _commands()[method] in _called_methods()
