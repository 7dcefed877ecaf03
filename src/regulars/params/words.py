"""Faults of parameters in words: which key, what stands there and where it was written, what is expected."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from regulars.errors import nearest
from regulars.params.blocks import Params
from regulars.redact import redact

Key = tuple[str | int, ...]
Blame = Callable[[Key], str]


class _Short(reprlib.Repr):
    """Values as messages show them: without secrets, which are hidden before a text is cut."""

    def repr_str(self, x: str, level: int) -> str:
        """Show a text."""
        return super().repr_str(redact(x), level)


_SHORT = _Short()


def faults_in_words(invalid: ValidationError, blame: Blame = lambda _: "", top: type[BaseModel] = Params) -> list[str]:
    """Say every fault of a block once, at the innermost key that it is about; `blame` tells where it was written."""
    texts: dict[Key, str] = {}
    for error in invalid.errors():
        key, text = _in_words(error, blame, top)
        texts.setdefault(key, text)
    return [text for key, text in texts.items() if not any(key == other[: len(key)] != other for other in texts)]


def known_keys(block: type[BaseModel] = Params, above: str = "") -> Iterator[str]:
    """All keys of the parameters, as `windows.horizon_days`."""
    for name, field in block.model_fields.items():
        below = _block_of(field.annotation)
        if below and get_origin(field.annotation) is None:
            yield from known_keys(below, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _in_words(error: Mapping[str, Any], blame: Blame, top: type[BaseModel]) -> tuple[Key, str]:
    key, block, field = _found(error["loc"], top)
    if error["type"] in ("extra_forbidden", "invalid_key") and block:
        key = (*key, error["loc"][-1])
        return key, f"{_dotted(key)}: unknown key{_meant(str(key[-1]), block)}; known: {_listed(block)}{blame(key)}"
    if error["type"] == "missing":
        return key, f"{_dotted(key)} is missing{blame(key)}; expected: {_expected(field)}"
    if error["type"] == "value_error" and (block or isinstance(error["input"], dict)):
        where = f"{_dotted(key)}: " if key else ""
        return key, f"{where}{error['ctx']['error']}{blame(key)}"
    expected = f"keys and values, of {_listed(block)}" if block and _is_one(key, field) else _expected(field)
    return key, f"{_dotted(key)} is {_SHORT.repr(error['input'])}{blame(key)}; expected: {expected}"


def _found(location: Sequence[str | int], top: type[BaseModel]) -> tuple[Key, type[BaseModel] | None, FieldInfo | None]:
    """Follow a location through the blocks, as far as it names keys and not pydantic's own branches."""
    key: list[str | int] = []
    block: type[BaseModel] | None = top
    field: FieldInfo | None = None
    is_dict = False
    for part in location:
        if block and isinstance(part, str) and part in block.model_fields:
            field = block.model_fields[part]
            block, is_dict = _block_of(field.annotation), get_origin(field.annotation) is dict
        elif field and is_dict:  # its keys are the user's; what follows them is a block, or pydantic's own
            block, is_dict = _block_of(get_args(field.annotation)[1]), False
        elif not (field and _is_entry(part, block)):
            break
        key.append(part)
    return tuple(key), block, field


def _is_entry(part: str | int, block: type[BaseModel] | None) -> bool:
    return block is not None and isinstance(part, int)


def _block_of(annotation: Any) -> type[BaseModel] | None:
    inner = get_args(annotation)[0] if get_origin(annotation) is tuple else annotation
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _is_one(key: Key, field: FieldInfo | None) -> bool:
    """Tell whether the key names one block, and not the list of them."""
    return field is None or get_origin(field.annotation) is not tuple or isinstance(key[-1], int)


def _expected(field: FieldInfo | None) -> str:
    if field is None:
        return "keys and values"
    if get_origin(field.annotation) is Literal:
        return ", ".join(map(str, get_args(field.annotation)))
    return field.description or "something else"


def _meant(name: str, block: type[BaseModel]) -> str:
    elsewhere = [key for key in known_keys() if key.rpartition(".")[2] == name and "." in key]
    return f" (did you mean {elsewhere[0]!r}?)" if elsewhere else nearest(name, block.model_fields)


def _listed(block: type[BaseModel]) -> str:
    return ", ".join(block.model_fields)


def _dotted(key: Key) -> str:
    return ".".join(str(part) for part in key)
