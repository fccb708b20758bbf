"""Put one release of htmx into static/: python -m tools.vendor_htmx 2.0.11.

The file comes from the npm package, through npm, which checks it against the registry's digest.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
VERSION_IN_FILE = re.compile(r'version:"([0-9.]+)"')


def main(arguments: list[str]) -> int:
    """Replace the present release. Templates name the file through `static_url`, by its version."""
    if len(arguments) != 1:
        print("usage: python -m tools.vendor_htmx VERSION", file=sys.stderr)
        return 2
    version = arguments[0]
    script = _download(version)
    if version_of(script) != version:
        print(f"The package says it is {version_of(script)}, not {version}.", file=sys.stderr)
        return 1
    for old in STATIC.glob("htmx-*.min.js"):
        old.unlink()
    (STATIC / f"htmx-{version}.min.js").write_text(script)
    print(f"static/htmx-{version}.min.js written; name it in templates/ and in CHANGELOG.md.")
    return 0


def version_of(script: str) -> str:
    """Return the version a minified htmx carries inside, or an empty text."""
    match = VERSION_IN_FILE.search(script)
    return match[1] if match else ""


def _download(version: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"htmx.org@{version}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            script = package.extractfile("package/dist/htmx.min.js")
            if script is None:
                raise FileNotFoundError("package/dist/htmx.min.js")
            return script.read().decode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
