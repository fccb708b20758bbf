from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support import second_try
from tools import check
from tools.check import ROOT, Counts, counts_of, honest, second_tries

CONFTEST = """
import pytest
from tests.support import second_try

pytest_addoption = lambda parser: second_try.add_option(parser)
pytest_terminal_summary = lambda terminalreporter: second_try.tell(terminalreporter)
pytest_configure = lambda config: config.addinivalue_line("markers", "browser: slow")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    return second_try.run_twice_at_most(item, nextitem)
"""
STUMBLING = """
from pathlib import Path

import pytest


def tries(name):
    with Path(f"{name}.tries").open("a") as file:
        file.write("x")
    return len(Path(f"{name}.tries").read_text())


@pytest.fixture
def watched():
    yield
    assert tries("watched") > 1, "the console complained"


@pytest.mark.browser
def test_stumbles():
    assert tries("stumbles") > 1, "the click was lost"


@pytest.mark.browser
def test_complains(watched):
    pass


@pytest.mark.browser
def test_is_broken():
    assert tries("broken") > 2


@pytest.mark.browser
def test_is_right():
    assert tries("right") == 1


def test_is_not_of_a_browser():
    assert tries("plain") > 1
"""


def test_counts_add_up_and_read_as_one_plain_line(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>'
    )

    counts = counts_of(report) + Counts(passed=1)

    assert str(counts) == "4 passed, 2 failed, 2 skipped"


def test_a_report_that_was_never_written_counts_nothing(tmp_path):
    assert counts_of(tmp_path / "report.xml") == Counts(0, 0, 0)


@pytest.mark.parametrize("status", [1, 2, 3, 4, 5, -9])
def test_a_run_that_stopped_early_is_never_a_success(status):
    assert honest(Counts(passed=9), status) == Counts(passed=9, failed=1)


def test_a_failed_test_is_counted_once():
    assert honest(Counts(passed=9, failed=2), 1) == Counts(passed=9, failed=2)
    assert honest(Counts(passed=9), 0) == Counts(passed=9)


@pytest.fixture
def stumbling(tmp_path):
    """Runs tests that stumble, as `make test` runs ours; answers the run and its report."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_stumbling.py").write_text(STUMBLING)
    (tmp_path / "pytest.ini").write_text("[pytest]")
    report = tmp_path / "report.xml"

    def run(*options):
        command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *options]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        command += ["--numprocesses=1", f"--junit-xml={report}"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        return done, report

    return run


def test_a_browser_test_gets_one_more_try_and_no_other_test_does(stumbling, tmp_path):
    done, report = stumbling(second_try.OPTION)

    assert honest(counts_of(report), done.returncode) == Counts(passed=3, failed=2)
    tries = {one.stem: len(one.read_text()) for one in tmp_path.glob("*.tries")}
    assert tries == {"stumbles": 2, "watched": 2, "broken": 2, "right": 1, "plain": 1}


def test_what_passed_only_at_the_second_try_is_named_with_its_reason(stumbling):
    done, report = stumbling(second_try.OPTION)

    assert second_tries(report) == [
        "test_stumbling.py::test_complains (teardown: AssertionError: the console complained)",
        "test_stumbling.py::test_stumbles (call: AssertionError: the click was lost)",
    ]
    assert all(f"second try: {one}" in done.stdout for one in second_tries(report))


def test_without_the_option_what_fails_once_has_failed(stumbling):
    _done, report = stumbling()

    assert counts_of(report) == Counts(passed=1, failed=4)
    assert second_tries(report) == []


def test_the_names_of_second_tries_stand_right_before_the_counts(monkeypatch, capsys):
    monkeypatch.setattr(check, "CHECKS", {})
    monkeypatch.setattr(check, "_tests", lambda: (Counts(passed=2), ["a.py::test_b (call: why)"]))

    assert check.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "passed only at the second try: a.py::test_b (call: why)",
        "2 passed, 0 failed, 0 skipped",
    ]


def test_a_report_that_was_never_written_names_nothing(tmp_path):
    assert second_tries(tmp_path / "report.xml") == []


def test_both_sides_mean_the_same_property():
    assert second_try.FIRST_TRY == check.FIRST_TRY


WAIT_FOR = """
import sys, time
from pathlib import Path

for _ in range(6000):
    if Path(sys.argv[1]).exists():
        sys.exit()
    time.sleep(0.01)
sys.exit("the tests never began")
"""


def test_the_tests_run_while_the_checks_do(monkeypatch, tmp_path):
    begun = tmp_path / "begun"
    monkeypatch.setattr(check, "CHECKS", {"long": [sys.executable, "-c", WAIT_FOR, str(begun)]})
    monkeypatch.setattr(check, "_tests", lambda: (begun.touch(), (Counts(passed=2), []))[1])

    assert check.main([]) == 0


def test_checks_run_beside_the_tests_and_each_failure_counts(monkeypatch, capsys):
    run = [sys.executable, "-c"]
    monkeypatch.setattr(check, "CHECKS", {"bad": [*run, "exit('why')"], "good": [*run, ""]})
    monkeypatch.setattr(check, "_tests", lambda: (Counts(passed=2), []))

    assert check.main([]) == 1
    said = capsys.readouterr().out
    assert "good: ok" in said
    assert "bad: FAILED" in said
    assert "why" in said
    assert said.splitlines()[-2:] == ["bad failed, see above", "2 passed, 1 failed, 0 skipped"]


def test_what_the_tests_are_compiled_to_is_kept(monkeypatch):
    monkeypatch.setenv(check.NO_BYTECODE, "1")

    assert check.NO_BYTECODE not in check._environ()
