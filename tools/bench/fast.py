"""The reads of a card by `fast_bitrix24`, which only benchmarks install."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from fast_bitrix24 import BitrixAsync

Command = tuple[str, Mapping[str, Any]]


async def side_by_side(
    endpoint: str,
    token: str,
    certificate: Path,
    card: Mapping[str, Command],
    chosen: Callable[[Sequence[Mapping[str, Any]]], list[int]],
    per_payment: Sequence[str],
) -> None:
    """Read the card in one batch, then of the chosen payments products and deliveries at once."""

    async def present() -> str:
        return token

    tls = ssl.create_default_context(cafile=str(certificate))
    connector = aiohttp.TCPConnector(ssl=tls)
    async with aiohttp.ClientSession(connector=connector, raise_for_status=True) as session:
        bitrix = BitrixAsync(endpoint, token_func=present, verbose=False, client=session)
        written = {name: f"{method}?{_query(params)}" for name, (method, params) in card.items()}
        answers = await bitrix.call_batch({"halt": 0, "cmd": written})
        numbers = chosen(answers["payments"])
        await asyncio.gather(
            *(bitrix.get_by_ID(payment_id, numbers, "paymentId") for payment_id in per_payment)
        )


def _query(params: Mapping[str, Any]) -> str:
    flat: dict[str, Any] = {}
    for name, value in params.items():
        inner = value.items() if isinstance(value, dict) else ()
        flat |= {f"{name}[{key}]": part for key, part in inner} or {name: value}
    return "&".join(f"{quote(name)}={quote(str(value))}" for name, value in flat.items())
