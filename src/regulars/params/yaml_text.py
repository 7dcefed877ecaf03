"""YAML as plain values: days stay text for their field to read, and a key written twice is a fault."""

from __future__ import annotations

from typing import Any

import yaml

from regulars.errors import ParamsError

TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        written = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = [key for place, key in enumerate(written) if key in written[:place]]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]!r} is given twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str) -> Any:
    """Read one YAML document.

    Raises
    ------
    ParamsError
        Saying where it is no YAML.

    Examples
    --------
    >>> read_yaml("{cutoff: 2011-06-01, horizon_days: 90}")
    {'cutoff': '2011-06-01', 'horizon_days': 90}
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except RecursionError:
        raise ParamsError("it is nested too deep") from None
    except (yaml.YAMLError, ValueError) as error:
        raise ParamsError(_in_words(error)) from None


def _in_words(error: Exception) -> str:
    """What is wrong and where, without the line itself: it may hold a password."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return " ".join(str(error).split())
    text = ", ".join(filter(None, (error.context, error.problem)))
    place = error.problem_mark
    return f"{text}, in line {place.line + 1}, column {place.column + 1}" if place else text
