"""However many steps a write has, a person waits 15 seconds at most."""

from __future__ import annotations

import pytest

from b24app.errors import NoConnectionError
from b24app.services.deps import ACTION_SECONDS, SETTLE_SECONDS, WRITE_SECONDS


def test_a_slow_first_step_leaves_time_to_read_back(stage):
    with stage.deps.one_action():
        stage.ticks += WRITE_SECONDS

        assert stage.deps.deadline(WRITE_SECONDS).remaining() == pytest.approx(1.5)
        assert stage.deps.deadline(SETTLE_SECONDS).remaining() == pytest.approx(4.0)


def test_the_steps_of_an_action_never_take_longer_than_it(stage):
    with stage.deps.one_action():
        stage.ticks += ACTION_SECONDS - 2

        assert stage.deps.deadline(SETTLE_SECONDS).remaining() == pytest.approx(2.0)
        with pytest.raises(NoConnectionError):
            stage.deps.deadline(WRITE_SECONDS).timeout()


def test_reading_is_bounded_by_its_own_time(stage):
    with stage.deps.one_action():
        stage.ticks += ACTION_SECONDS

    assert stage.deps.deadline().remaining() == pytest.approx(12.0)
