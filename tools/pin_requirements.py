"""Pin requirements*.in with hashes, without naming the package index they were read from."""

from __future__ import annotations

import os
import subprocess
import sys

OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
)


def main() -> None:
    """Compile the production list first: the others are constrained by it."""
    environment = {**os.environ, "CUSTOM_COMPILE_COMMAND": "make requirements"}
    for name in ("requirements", "requirements-dev", "requirements-sbom", "requirements-bench"):
        files = (f"--output-file={name}.txt", f"{name}.in")
        subprocess.run(
            [sys.executable, "-m", "piptools", "compile", *OPTIONS, *files, *sys.argv[1:]],
            env=environment,
            check=True,
        )


if __name__ == "__main__":
    main()
