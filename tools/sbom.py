"""Write the parts of a release as CycloneDX JSON: python -m tools.sbom [FILE].

What production installs comes from `requirements.txt`, with its digests; what lies in the
repository itself is added. Needs no network, and writes the same file for the same release.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.vendor_htmx import version_of

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "sbom.json"
TOOL = Path(sys.executable).parent / "cyclonedx-py"


def main(arguments: list[str]) -> int:
    """Write the file and say where it is."""
    target = Path(arguments[0]) if arguments else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill(), indent=1) + "\n", encoding="utf-8")
    print(f"{target}: the parts of this release")
    return 0


def bill() -> dict[str, Any]:
    """Return the whole document."""
    options = ("--output-reproducible", "--output-format", "JSON", "--mc-type", "application")
    found = subprocess.run(
        [str(TOOL), "requirements", *options, str(ROOT / "requirements.txt")],
        capture_output=True,
        text=True,
        check=True,
    )
    document: dict[str, Any] = json.loads(found.stdout)
    manifest = json.loads((ROOT / "install.json").read_text(encoding="utf-8"))
    document["metadata"]["component"] = {
        "type": "application",
        "bom-ref": "deal-payments",
        "name": "deal-payments",
        "version": manifest["release"],
    }
    for part in document["components"]:
        # The whole line of the file, digests and all, which stand beside it already.
        part.pop("description", None)
    document["components"] += [_htmx(), _icons()]
    return document


def _htmx() -> dict[str, Any]:
    (script,) = (ROOT / "static").glob("htmx-*.min.js")
    version = version_of(script.read_text(encoding="utf-8"))
    digest = hashlib.sha256(script.read_bytes()).hexdigest()
    part = _from_npm("htmx.org", version, "0BSD")
    return {**part, "hashes": [{"alg": "SHA-256", "content": digest}]}


def _icons() -> dict[str, Any]:
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
    version = notices.partition("`@bitrix24/b24icons-vue`\n")[2].split()[0].rstrip(".")
    return _from_npm("@bitrix24/b24icons-vue", version, "MIT")


def _from_npm(name: str, version: str, licence: str) -> dict[str, Any]:
    address = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "licenses": [{"license": {"id": licence}}],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
