"""Ids of elements: a payment and a delivery may have the same number, and no id may stand twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from tests.support.stage import ADMIN, DEAL, MANAGER

ID = re.compile(r' id="([^"]+)"')
IN_TEMPLATE = re.compile("(<template[^>]*>).*?</template>", re.DOTALL)
"""What waits to be copied is in no page yet."""

NUMBERED = re.compile(r' id="([a-z][a-z-]*)-(\d+)"')


def test_what_names_elements_of_one_kind_names_none_of_another(stage):
    crm = stage.portal.crm
    payments = [one.id for one in crm.payments_of(2, 8061)]
    kinds = {"payments": set(payments)}
    for kind in ("product", "delivery"):
        kinds[kind] = {line.id for one in payments for line in crm.items_of(one, kind)}
    assert sum(map(len, kinds.values())) == len(set.union(*kinds.values())), "told apart by number"

    stage.tab()
    # Seen before: now the page has the details, too.
    found = NUMBERED.findall(stage.tab().answer.text)

    named = defaultdict(set)
    for name, number in found:
        named[name] |= {kind for kind, ids in kinds.items() if int(number) in ids}
    assert len(found) == len(set(found))
    assert all(any(kind in of for of in named.values()) for kind in kinds)
    assert {name: of for name, of in named.items() if len(of) > 1} == {}


GLUED = re.compile(r'\s[\w-]+="[^"<>]*"[A-Za-z]')


def test_attributes_stand_apart(stage):
    """Browsers forgive it; what else reads a page does not."""
    tab = stage.tab()
    pages = [tab.answer.text]
    unpaid = next(one.id for one in stage.portal.crm.payments_of(2, 8061) if not one.is_paid)
    for path in ("new", "rest", "allocation", f"{unpaid}/details", f"{unpaid}/system"):
        answer = tab.get(f"/payments/{path}")
        assert answer.status_code == 200, path
        pages.append(answer.text)

    for attribute in ("data-paid-at", "data-timeline", "data-since"):
        assert f' {attribute}="' in pages[0]
    assert [found for page in pages for found in GLUED.findall(page)] == []


def test_no_id_stands_twice_on_a_page(stage):
    shell = stage.frame("/placement", stage.post_fields(MANAGER, DEAL, {"ID": "8061"}))
    settings = stage.frame("/", stage.post_fields(ADMIN))
    for page in (shell, settings):
        ids = ID.findall(IN_TEMPLATE.sub(r"\1", page.text))
        assert "say-write-lost" in ids
        assert [one for one, times in Counter(ids).items() if times > 1] == []


def test_what_names_nothing_has_no_name(stage):
    assert 'name=""' not in stage.tab().get("/payments/new").text


def test_what_is_said_of_a_line_names_its_payment_as_well(stage):
    """Two open payments may bill the same product, and their lines have the same buttons."""
    stage.tab()
    # Seen before: now the page has the details, too.
    page = stage.tab().answer.text
    spoken = re.findall(
        r'aria-(?:describedby="(?:item|delivery)|labelledby="(?:items|deliv))[^"]*', page
    )

    assert len(spoken) > 8
    assert [one for one in spoken if not re.search(r" title-\d+$", one)] == []
