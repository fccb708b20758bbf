"""Somebody who logs in outside of the frame."""

from __future__ import annotations

import pytest

from tests.support.login import Browser


@pytest.fixture
def browser(stage):
    """A browser of its own at our https address, as the cookie demands."""
    return Browser(stage)
