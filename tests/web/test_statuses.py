"""The status of an error: what the page and a portal rely on, by the class alone."""

from __future__ import annotations

import re

import pytest

from b24app import errors
from b24app.web.plumbing.statuses import STATUSES, status_of

TOLD = re.findall(r"(\w+Error)\b[^\n]*\((\d{3})\)", errors.__doc__)


@pytest.mark.parametrize(("name", "status"), TOLD)
def test_the_tree_tells_the_status(name, status):
    assert status_of(getattr(errors, name)) == int(status)


@pytest.mark.parametrize(
    "kind", [errors.PortalCrowdedError, errors.AuthorizationServerCrowdedError]
)
def test_what_was_not_sent_for_want_of_room_is_unavailable(kind):
    assert status_of(kind) == 503


def test_a_mistake_of_ours_is_one():
    assert STATUSES[errors.AppError] == 500
