"""The proxy of `deploy/nginx.conf` before the app, on this machine and without TLS."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.stage import ROOT, StageError

SHIPPED = ROOT / "deploy" / "nginx.conf"
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # As Debian's nginx.conf has it.
    gzip on;
    {site}
}}
"""


@contextmanager
def nginx(folder: Path, port: int, app_port: int) -> Iterator[None]:
    """Let nginx listen at `port`, before the app at `app_port`, until the end of the block.

    NGINX names the program where it is not in the path. Raises StageError.
    """
    program = os.environ.get("NGINX") or shutil.which("nginx")
    if program is None:
        raise StageError("nginx is not installed: install it, or name it with NGINX=/path/nginx.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / "nginx.conf"
    file.write_text(AROUND.format(folder=folder, site=_site(folder, port, app_port)))
    command = [program, "-p", str(folder), "-c", str(file), "-e", str(folder / "nginx.log")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _site(folder: Path, port: int, app_port: int) -> str:
    """The shipped file, with what belongs to one machine replaced. Raises StageError."""
    text = SHIPPED.read_text()
    text, servers = re.subn(r"server \{\s+listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
    text = re.sub(r"^ *(ssl_|listen \[).*\n", "", text, flags=re.MULTILINE)
    text, listens = re.subn(r"listen 443 .*;", f"listen 127.0.0.1:{port};", text)
    text = text.replace("$host;", "$http_host;").replace("127.0.0.1:8000", f"127.0.0.1:{app_port}")
    text = text.replace("/var/log/nginx/deal-payments.log", str(folder / "access.log"))
    if (servers, listens) != (1, 1):
        raise StageError("deploy/nginx.conf has another shape than this tool expects.")
    return text
