from __future__ import annotations

from tools.check import Counts, counts_of


def test_counts_add_up_and_read_as_one_plain_line(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>'
    )

    counts = counts_of(report) + Counts(passed=1)

    assert str(counts) == "4 passed, 2 failed, 2 skipped"


def test_a_report_that_was_never_written_counts_nothing(tmp_path):
    assert counts_of(tmp_path / "report.xml") == Counts(0, 0, 0)
