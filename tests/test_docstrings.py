"""What is exported says what it takes: two arguments or more have a Parameters section that names each of them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest

import regulars

ROOMS = ["regulars", *(m.name for m in pkgutil.walk_packages(regulars.__path__, "regulars.") if m.ispkg)]
SECTION = re.compile(r"^Parameters\n-{3,}\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL)


def arguments(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def functions_of(exported: object) -> Iterator[FunctionType]:
    """The function itself; the public methods of a class, those of its bases here too; the functions of a module."""
    if inspect.isclass(exported):
        values = [vars(base).items() for base in exported.__mro__]
        found = [getattr(value, "__func__", value) for items in values for name, value in items if name[0] != "_"]
    elif isinstance(exported, ModuleType):
        found = [getattr(exported, name) for name in getattr(exported, "__all__", ())]
    else:
        found = [exported]
    for function in map(inspect.unwrap, filter(inspect.isfunction, found)):
        if function.__module__.startswith("regulars"):
            yield function


def exported_functions() -> dict[str, FunctionType]:
    found: dict[str, FunctionType] = {}
    for room in map(importlib.import_module, ROOMS):
        for name in getattr(room, "__all__", ()):
            for function in functions_of(getattr(room, name)):
                found[f"{function.__module__}.{function.__qualname__}"] = function
    return found


def undocumented(function: Callable[..., Any]) -> list[str]:
    """The arguments that the Parameters section does not name; none for a function of one."""
    section = SECTION.search(inspect.cleandoc(function.__doc__ or ""))
    heads = re.findall(r"^(\S[^:\n]*)", section[1], re.MULTILINE) if section else []
    named = {name.strip(" *") for head in heads for name in head.split(",")}
    taken = arguments(function)
    return [name for name in taken if name not in named] if len(taken) > 1 else []


def test_every_exported_function_of_several_arguments_documents_each() -> None:
    found = exported_functions()
    assert len(found) > 250
    assert {name: lacks for name, function in sorted(found.items()) if (lacks := undocumented(function))} == {}


def _sectionless(one: int, other: int) -> None:
    """Without a section."""


def _half(one: int, other: int) -> None:
    """One of two.

    Parameters
    ----------
    one : int
        The other : stands in a text only.

    Returns
    -------
    other : None
    """


def _together(one: int, *, other: int) -> None:
    """Both in one line.

    Parameters
    ----------
    one, other
        As elsewhere.
    """


def _single(one: int) -> None:
    """One argument speaks for itself."""


@pytest.mark.parametrize(
    ("function", "lacks"), [(_sectionless, ["one", "other"]), (_half, ["other"]), (_together, []), (_single, [])]
)
def test_a_section_that_is_absent_or_lacks_an_argument_is_found(function: Callable[..., Any], lacks: list[str]) -> None:
    assert undocumented(function) == lacks
