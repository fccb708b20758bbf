from __future__ import annotations

import pytest

from tools.check import Counts, counts_of, honest


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
