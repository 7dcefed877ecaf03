"""A door that opens late: what a room gives to others is imported when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy(room: str, modules: Mapping[str, tuple[str, ...]], rooms: tuple[str, ...] = ()) -> Callable[[str], Any]:
    """Make the `__getattr__` of a room whose modules take long to import.

    Parameters
    ----------
    room : str
        The `__name__` of the package.
    modules : mapping of str to tuple of str
        The names that each of its modules gives.
    rooms : tuple of str
        Packages in it that are given themselves.

    Examples
    --------
    >>> give = lazy("regulars", {"windows": ("Windows",)})
    >>> give("Windows").__name__
    'Windows'
    >>> give("Doors")
    Traceback (most recent call last):
        ...
    AttributeError: module 'regulars' has no attribute 'Doors'
    """
    homes = {name: module for module, names in modules.items() for name in names}

    def give(name: str) -> Any:
        if name in rooms:
            return import_module(f"{room}.{name}")
        if name not in homes:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        return getattr(import_module(f"{room}.{homes[name]}"), name)

    return give
