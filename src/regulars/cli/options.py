"""The options that verbs share, each declared once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from regulars.cli.again import Again, flag

if TYPE_CHECKING:
    from regulars.params import Params, Setting

Made = TypeVar("Made")

ALWAYS = ("set_", "json", "debug")
OPTIONS: dict[str, Any] = {
    "params": Annotated[Path | None, typer.Option(help="YAML file. [default: ./params.yaml, else the defaults]")],
    "transactions": Annotated[str | None, typer.Option(help="The log, instead of transactions.path.")],
    "cutoff": Annotated[str | None, typer.Option(help="YYYY-MM-DD or latest, instead of windows.cutoff.")],
    "memory_limit": Annotated[str | None, typer.Option(help="As 2GB, instead of transactions.memory_limit.")],
    "seed": Annotated[int | None, typer.Option(help="Instead of seed.")],
    "set_": Annotated[list[str] | None, typer.Option("--set", help="key.path=value, over all else; repeatable.")],
    "json": Annotated[bool, typer.Option("--json", help="Print the result for machines.")],
    "debug": Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")],
}
FLAGS = ("json", "debug")
PARAMETERS = {  # what an option stands for
    "transactions": "transactions.path",
    "cutoff": "windows.cutoff",
    "memory_limit": "transactions.memory_limit",
    "seed": "seed",
}


@dataclass(frozen=True)
class Call:
    """How a verb was called."""

    params_file: Path | None = None
    overrides: list[str | Setting] = field(default_factory=list)
    as_json: bool = False
    again: Again = field(default_factory=Again)

    def params(self) -> Params:
        """The parameters of this call."""
        from regulars.params import load_params

        return load_params(self.params_file, overrides=self.overrides)

    def demo_params(self, folder: Path) -> Params:
        """The demo's parameters: the defaults, whatever `params.yaml` or the environment says."""
        from regulars.params import demo_params

        return demo_params(folder, overrides=self.overrides)

    def tell(self, made: Made, in_words: Callable[[Made], str], plain: Callable[[Made], dict[str, Any]]) -> None:
        """Print what a verb made: in words, or as plain values for machines."""
        from regulars.cli import console

        if self.as_json:
            console.tell_machine(plain(made))
        else:
            console.tell_person(in_words(made))


def verb(app: typer.Typer, *options: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function that takes a `Call` first a verb with these of the shared options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        shared = (*options, *ALWAYS)
        own = [p for name, p in inspect.signature(function, eval_str=True).parameters.items() if name != "call"]

        @wraps(function)
        def command(**given: Any) -> None:
            from regulars.cli.console import speaking

            asked = {name: given.pop(name) for name in shared}
            with speaking(debug=asked["debug"], as_json=asked["json"]):
                function(_call(asked), **given)

        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        parameters += [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False if name in FLAGS else None).replace(
                annotation=OPTIONS[name]
            )
            for name in shared
        ]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in parameters}
        app.command(name=function.__name__.replace("_", "-"))(command)
        return function

    return register


def _call(asked: Mapping[str, Any]) -> Call:
    from regulars.params import Setting

    given = {**asked, "transactions": _from_here(asked.get("transactions"))}
    settings = [
        Setting(key, given[name], flag(name)) for name, key in PARAMETERS.items() if given.get(name) is not None
    ]
    return Call(asked.get("params"), [*settings, *(asked["set_"] or [])], asked["json"], Again.of(asked))


def _from_here(log: str | None) -> str | None:
    """A path that is given as an option counts from where the command runs, unlike one inside the file."""
    return log if not log or log == "demo" or "://" in log else str(Path(log).absolute())
