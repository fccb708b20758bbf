"""`make sbom` lists what production installs and what lies in the repository, digests included."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tools import sbom

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([a-z][^ ]*)==([^ ]+)", re.MULTILINE)


@pytest.fixture
def written(tmp_path):
    if not shutil.which("cyclonedx-py", path=Path(sys.executable).parent):
        pytest.skip("cyclonedx-py is not installed: make sbom")
    sbom.main([str(tmp_path / "sbom.json")])
    return json.loads((tmp_path / "sbom.json").read_text())


def test_it_lists_every_part_of_a_release(written):
    pins = set(PIN.findall((ROOT / "requirements.txt").read_text()))
    npm = {one["name"] for one in written["components"] if "pkg:npm/" in one.get("purl", "")}
    found = {(one["name"], one["version"]) for one in written["components"]}

    assert pins <= found
    assert npm == {"htmx.org", "@bitrix24/b24icons-vue"}
    assert len(found) == len(pins) + len(npm)


def test_every_package_has_its_digests_and_nothing_is_ours_alone(written):
    for one in written["components"]:
        known = one.get("externalReferences", [{}])[0]
        digests = one.get("hashes") or known.get("hashes")
        assert digests or "b24icons" in one["name"]
    assert str(ROOT) not in json.dumps(written)
