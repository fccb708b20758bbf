"""Nothing is asked for in install.json that no code needs, and nothing is used without asking."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from b24app import services
from b24app.bitrix.methods.method import BASIC
from b24app.services.lifecycle import event_inbox
from tests.support.methods import METHODS, MODULES, build, builders
from tests.support.stage import ADMIN, MANAGER

FOLDER = Path(services.__file__).parent
MANIFEST_PLACEMENTS = {
    "CRM_DEAL_DETAIL_TAB": 8061,
    "CRM_SMART_INVOICE_DETAIL_TAB": 512,
    "CRM_LEAD_DETAIL_TAB": 101,
    "CRM_CONTACT_DETAIL_TAB": 301,
    "CRM_COMPANY_DETAIL_TAB": 401,
    "CRM_DYNAMIC_{entity_type_id}_DETAIL_TAB": 11,
    "CRM_DEAL_LIST_MENU": 8061,
    "CRM_SMART_INVOICE_LIST_MENU": 512,
    "CRM_DEAL_DETAIL_TOOLBAR": 8061,
    "CRM_SMART_INVOICE_DETAIL_TOOLBAR": 512,
}
LINKS = "REST_APP_URI"
"""Opens what its options say, and no card of its own."""


def used_methods():
    """Methods whose command is made, or named to be made, anywhere in the services."""
    known = {(one.__module__.rpartition(".")[2], one.__name__): one for one in builders()}
    names = {module.__name__.rpartition(".")[2] for module in MODULES}
    found = set()
    for path in FOLDER.rglob("*.py"):
        inside = path.relative_to(FOLDER).with_suffix("")
        module = importlib.import_module(".".join(["b24app", "services", *inside.parts]))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
                continue
            owner = getattr(module, node.value.id, None)
            if not inspect.ismodule(owner):
                continue
            name = owner.__name__.rpartition(".")[2]
            if name in names and (name, node.attr) in known:
                found.add(build(known[name, node.attr]).method)
    return found


def test_every_scope_of_the_manifest_is_needed_by_a_call_and_no_call_needs_another(stage):
    scopes = {METHODS[method].scope for method in used_methods()} - {BASIC}

    assert scopes == set(stage.deps.manifest.scopes)


def test_what_is_found_in_the_services_is_what_a_portal_sees(stage):
    stage.tab(MANAGER).post("/payments/1039/pay")

    executed = {one.method for one in stage.portal.recorder.commands()} - {"batch"}

    assert executed
    assert executed <= {method.lower() for method in used_methods()}


def test_the_events_of_the_manifest_are_bound_and_each_is_worked_off(stage):
    bound = {one.event for one in stage.portal.installation.event_handlers}

    assert bound == set(stage.deps.manifest.events)
    assert bound < set(event_inbox.REACTIONS)


def test_bound_are_the_tabs_that_are_on_by_default_and_nothing_else(stage):
    expected = {one.placement for one in stage.deps.manifest.placements if one.is_default}

    assert {one.code for one in stage.portal.installation.placements} == expected
    paths = stage.deps.manifest.paths
    handlers = {one.handler for one in stage.portal.installation.placements}
    assert handlers == {stage.deps.app_url + paths["placement"]}
    assert {one.handler for one in stage.portal.installation.event_handlers} == {
        stage.deps.app_url + paths["events"]
    }


@pytest.mark.parametrize(("code", "entity_id"), MANIFEST_PLACEMENTS.items())
def test_every_placement_of_the_manifest_opens_a_tab(stage, code, entity_id):
    tab = stage.tab(ADMIN, entity_id, code.format(entity_type_id=1036))

    assert tab.answer.status_code == 200
    assert 'id="payments"' in tab.answer.text


def test_these_are_all_placements_of_the_manifest(stage):
    assert {one.placement for one in stage.deps.manifest.placements} == {
        *MANIFEST_PLACEMENTS,
        LINKS,
    }
