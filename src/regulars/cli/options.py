"""The options that every verb takes, in one place."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from regulars.params import Params

COMMON: dict[str, Any] = {
    "params": Annotated[Path | None, typer.Option(help="YAML file. [default: ./params.yaml, else the defaults]")],
    "set_": Annotated[list[str] | None, typer.Option("--set", help="key.path=value, over all else; repeatable.")],
    "transactions": Annotated[Path | None, typer.Option(help="The log, instead of transactions.path.")],
    "cutoff": Annotated[str | None, typer.Option(help="YYYY-MM-DD or latest, instead of windows.cutoff.")],
    "seed": Annotated[int | None, typer.Option(help="Instead of seed.")],
    "json": Annotated[bool, typer.Option("--json", help="Print the result for machines.")],
    "debug": Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")],
}


@dataclass(frozen=True)
class Call:
    """How a verb was called."""

    params_file: Path | None = None
    overrides: list[str] = field(default_factory=list)
    as_json: bool = False

    def params(self) -> Params:
        """The parameters of this call."""
        from regulars.params import load_params

        return load_params(self.params_file, overrides=self.overrides)

    def demo_params(self, folder: Path) -> Params:
        """The demo's parameters: the defaults, whatever `params.yaml` or the environment says."""
        from regulars.params import demo_params

        return demo_params(folder, overrides=self.overrides)

    def tell(self, what: str, made: Any) -> None:
        """Print what a verb made: in words, or for machines."""
        from regulars.cli import console, machine, show

        if self.as_json:
            console.tell_machine(getattr(machine, what)(made))
        else:
            console.tell_person(getattr(show, what)(made))


def verb(app: typer.Typer) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function that takes a `Call` first a verb with the common options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = [p for name, p in inspect.signature(function, eval_str=True).parameters.items() if name != "call"]

        @wraps(function)
        def command(**given: Any) -> None:
            from regulars.cli.console import speaking

            common = {name: given.pop(name) for name in COMMON}
            with speaking(debug=common["debug"]):
                function(_call(common), **given)

        shared = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if name in ("json", "debug") else None,
                annotation=annotation,
            )
            for name, annotation in COMMON.items()
        ]
        own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        command.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in [*own, *shared]}
        app.command(name=function.__name__)(command)
        return function

    return register


def _call(common: dict[str, Any]) -> Call:
    overrides = list(common["set_"] or [])
    if common["transactions"] is not None:
        # counts from where the command runs, unlike a path inside the file
        text = str(common["transactions"])
        place = text if "://" in text or text == "demo" else str(Path(text).absolute())
        overrides.append(f"transactions.path={json.dumps(place, ensure_ascii=False)}")  # quoted, as values are YAML
    if common["cutoff"] is not None:
        overrides.append(f"windows.cutoff={common['cutoff']}")
    if common["seed"] is not None:
        overrides.append(f"seed={common['seed']}")
    return Call(common["params"], overrides, common["json"])
