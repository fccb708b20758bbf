from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from b24app.bitrix.methods.method import BASIC
from tests.support.methods import METHODS, MODULES, build, builders

ROOM = Path("b24app/bitrix")
MAKERS = {"command.py", "method.py"}
"""`BATCH`, the call that carries others, and the one way to make any other command."""


@pytest.mark.parametrize("builder", builders(), ids=lambda builder: builder.__name__)
def test_every_command_has_the_kind_of_its_method(builder):
    made = build(builder)

    assert made.is_write is METHODS[made.method].is_write


def test_every_declared_method_has_a_command():
    assert {build(builder).method for builder in builders()} == set(METHODS)


def test_the_manifest_asks_for_the_scopes_of_the_methods_and_no_other():
    manifest = json.loads(Path("install.json").read_text(encoding="utf-8"))

    asked = {entry["scope"] for entry in manifest["scopes"]}

    assert {method.scope for method in METHODS.values()} - {BASIC} == asked


def test_a_method_that_is_not_declared_cannot_be_called():
    made = {
        file.name
        for file in Path("b24app").rglob("*.py")
        if "simulator" not in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Command"
    }

    assert made == MAKERS


def test_every_module_of_methods_is_looked_at():
    without = {"__init__", "method", "object_types", "outcomes"}
    present = {file.stem for file in (ROOM / "methods").glob("*.py")} - without

    assert present == {module.__name__.rpartition(".")[2] for module in MODULES}


READS = (
    "list",
    "get",
    "getAvailableForPayment",
    "getPublicUrl",
    "ownertype",
    "profile",
    "info",
    "scope",
)
"""What the names of reads end with: whatever else there is has to be declared as a write."""


@pytest.mark.parametrize("method", METHODS)
def test_the_kind_follows_the_verb(method):
    assert METHODS[method].is_write is (method.rpartition(".")[2] not in READS)
