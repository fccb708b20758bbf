"""How acts at random are tried: as many as RANDOM_BOOKS says, the same ones each time in CI."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

at_random = settings(
    max_examples=int(os.environ.get("RANDOM_BOOKS", "25")),
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
