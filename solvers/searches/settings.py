"""Checks of a search's settings: a wrong one is a ValueError that names it."""

from __future__ import annotations


def at_least(least: int, **values: int) -> None:
    """Refuse integer settings below `least`.

    Raises:
        ValueError: it names the setting, the value and the bound.
    """
    for name, value in values.items():
        if not isinstance(value, int) or value < least:
            raise ValueError(f"{name} = {value!r} must be an integer, at least {least}")


def share(**values: float) -> None:
    """Refuse settings that are not between 0 and 1.

    Raises:
        ValueError: it names the setting and the value.
    """
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} = {value!r} must lie between 0 and 1")


def chance_of_more(**values: float) -> None:
    """Refuse probabilities of "once more" that are not in [0, 0.95]: beyond, it hardly ends.

    Raises:
        ValueError: it names the setting and the value.
    """
    for name, value in values.items():
        if not 0 <= value <= 0.95:
            raise ValueError(f"{name} = {value!r} must lie between 0 and 0.95")


def positive(**values: float) -> None:
    """Refuse settings that are not above 0.

    Raises:
        ValueError: it names the setting and the value.
    """
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} = {value!r} must be a positive number")
