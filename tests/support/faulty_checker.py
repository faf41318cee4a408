"""A checker with a bug, for the tests of what the command makes of one."""

from __future__ import annotations

from typing import Any


def check_certificate(data: dict[str, Any], limits: object) -> object:
    """Fails."""
    return list(data)[1000]
