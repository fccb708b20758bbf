"""Every order of installing, updating, uninstalling, silence and forged events."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.portal_life import FALSE, HOUR, Life
from tests.support.stage import MANAGER, Stage


@pytest.fixture
def life(sqlite_databases, tmp_path_factory):
    """The kind of life that is lived on databases of this test."""

    class Lived(Life):
        def start(self):
            folder = tmp_path_factory.mktemp("life")
            return Stage(sqlite_databases.clean(folder), folder / "rest-log")

    return Lived


def test_no_order_of_events_erases_what_lives_or_leaves_what_was_to_go(life):
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_life_with_everything_in_it(life):
    """The same by hand: the rules work, whatever is drawn for the other test."""
    life = life()
    life.uninstall(clean=True)
    life.install_again()
    life.a_stranger_reports_the_end()
    life.deliver()
    life.work()
    life.an_insider_reports_the_end(clean=True)
    life.fall_silent_or_answer_again()
    life.work()
    life.pass_the_time(HOUR)
    life.work()
    life.fall_silent_or_answer_again()
    life.open_a_tab()
    life.update()
    life.forge_an_event("ONAPPUPDATE", FALSE, MANAGER)
    life.uninstall(clean=False)
    life.deliver()
    life.teardown()

    assert (life.count, life.clean_up_to, life.nameless_up_to) == (2, 1, 2)


def test_a_late_report_counts_though_the_next_installation_ends_before_it_is_carried_out(life):
    life = life()
    life.uninstall(clean=True)
    life.install_again()
    life.a_stranger_reports_the_end()
    life.uninstall(clean=False)
    life.teardown()


def test_a_report_that_nothing_could_confirm_is_dropped_by_another_installation(life):
    life = life()
    life.update()
    life.fall_silent_or_answer_again()
    life.uninstall(clean=True)
    life.deliver()
    life.fall_silent_or_answer_again()
    life.install_again()
    life.fall_silent_or_answer_again()
    life.uninstall(clean=False)
    life.deliver()
    life.teardown()

    assert (life.clean_up_to, life.nameless_up_to, life.insiders) == (0, 2, {1})


@pytest.mark.parametrize("clean", [True, False])
def test_nor_does_it_count_where_the_other_installation_came_first(life, clean):
    """Nothing tells it from a stranger's any more: what lives keeps all of it."""
    life = life()
    life.update()
    life.uninstall(clean=clean)
    life.install_again()
    life.deliver()
    life.teardown()

    assert (life.clean_up_to, life.nameless_up_to) == (0, 0)


def test_a_false_report_that_came_true_takes_what_came_before_with_it(life):
    life = life()
    life.uninstall(clean=False)
    life.deliver()
    life.install_again()
    life.an_insider_reports_the_end(clean=False)
    life.an_insider_reports_the_end(clean=True)
    life.uninstall(clean=False)
    life.teardown()
