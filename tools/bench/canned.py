"""`python -m tools.bench.canned PORT BEHIND SECONDS`: what a portal answers, kept and said again.

The simulated portal works as long for an answer as the app does. Where the app is loaded until it
is full, this stands before it: the first time something is asked the portal BEHIND answers, from
then on the same comes after SECONDS, at hardly any cost. Tokens are not compared.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

Head = tuple[bytes, dict[bytes, bytes]]


class Canned:
    """Answers by what was asked."""

    def __init__(self, behind: int, seconds: float) -> None:
        self._behind = behind
        self._seconds = seconds
        self._kept: dict[bytes, bytes] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on one connection until it ends."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head, body = await message(reader)
                key = head.partition(b"\r\n")[0] + without_token(body)
                if key not in self._kept:
                    self._kept[key] = await self._ask(head, body)
                await asyncio.sleep(self._seconds)
                writer.write(self._kept[key])
                await writer.drain()
        with suppress(ConnectionError):
            writer.close()

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._behind)
        writer.write(head + body)
        answer = b"".join(await message(reader))
        writer.close()
        return answer


async def message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Read a head and a body of the length that it names."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    return head, await reader.readexactly(int(fields.get(b"content-length", b"0")))


def without_token(body: bytes) -> bytes:
    """What is asked, whoever asks."""
    try:
        asked = json.loads(body)
    except ValueError:
        return body
    asked.pop("auth", None)
    return json.dumps(asked, sort_keys=True).encode()


async def main(port: int, behind: int, seconds: float) -> None:
    """Listen until ended."""
    canned = Canned(behind, seconds)
    server = await asyncio.start_server(canned.serve, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
