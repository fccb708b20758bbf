"""Hand connections on to another port, and count them and what went through, still encrypted."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

CHUNK = 64 * 1024


@dataclass
class Wire:
    """What went over the wire so far: connections made, bytes sent and received by clients."""

    connections: int = 0
    sent: int = 0
    received: int = 0


class Relay:
    """Listens at `port` of 127.0.0.1 in a thread of its own and hands on to `behind`."""

    def __init__(self, port: int, behind: int) -> None:
        self.wire = Wire()
        self._behind = behind
        self._loop = asyncio.new_event_loop()
        start = asyncio.start_server(self._serve, "127.0.0.1", port, backlog=1024)
        self._loop.run_until_complete(start)
        Thread(target=self._loop.run_forever, daemon=True).start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.wire.connections += 1
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        await asyncio.gather(
            self._pass_on(reader, inner_writer, "sent"),
            self._pass_on(inner_reader, writer, "received"),
        )

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: str
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                setattr(self.wire, counter, getattr(self.wire, counter) + len(chunk))
                writer.write(chunk)
                await writer.drain()
        with suppress(ConnectionError):
            writer.close()
