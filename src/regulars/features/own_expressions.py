"""Features that a shop declares itself: expressions over features and looks at the past, checked before use.

An expression is read as a tree of which every part has to be on the lists below, and written anew in the words of the
catalogue. So it computes numbers and can do nothing else, and a look knows no day at or after the cutoff.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, NoReturn

from regulars.errors import Faults, ParamsError, nearest
from regulars.features.feature import NO_ATTRIBUTES, OURS, TEXT, Feature
from regulars.features.measures import Measure, at, total
from regulars.features.own_features import FAMILY
from regulars.features.past import Past
from regulars.params import FeatureParams

MOST_SHOWN = 60  # characters of an expression in a message
MOST_PARTS = 150  # of an expression's tree
MOST_DAYS, MOST_ORDERS, LARGEST = 36_600, 1_000, 1e15
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
FUNCTIONS = {"where": 3, "minimum": 2, "maximum": 2, "sqrt": 1, "log": 1}  # how many numbers they take

# What looks look at: our name, the column of the facts, and the column of the log that it needs.
FACTS = {
    "orders": ("ordered", ""),
    "lines": ("lines", ""),
    "return_days": ("returned", ""),
    "value": ("value", "money"),
    "gross": ("gross", "money"),
    "net": ("net", "money"),
    "quantity": ("quantity", "quantity"),
    "discount": ("discount", "discount"),
    "baskets": ("baskets", "order_id"),
    **{
        name: (f"{thing}_{count}", column)
        for things, thing, column in (
            ("products", "product", "product_id"),
            ("categories", "category", "category"),
            ("channels", "channel", "channel"),
        )
        for name, count in ((things, "visits"), (f"new_{things}", "news"))
    },
}


class Look(NamedTuple):
    """A look: how it is asked for, the measure that it is, and the smallest number of each of its arguments."""

    written: str
    measure: Callable[[str, int, int], Measure]
    least: tuple[int, ...]
    has_fact: bool = True


LOOKS = {
    "total": Look("total(fact, within, until)", lambda fact, a, b: total(fact, a or None, b), (1, 0)),
    "early": Look("early(fact, days)", lambda fact, a, b: partial(Past.early, column=fact, days=a), (1,)),
    "nth": Look("nth(fact, order)", lambda fact, a, b: at(fact, a), (-MOST_ORDERS,)),
    "age": Look("age(order)", lambda fact, a, b: partial(Past.age, order=a), (-MOST_ORDERS,), has_fact=False),
}
_LOOK = re.compile(rf"look__({'|'.join(LOOKS)})__(\w+)__(m?)(\d{{1,5}})__(\d{{1,5}})")


def look_of(name: str) -> Measure | None:
    """The look that a name in an expression of the catalogue's words stands for; None where it is another measure.

    Examples
    --------
    >>> look_of("look__total__ordered__14__0").keywords
    {'column': 'ordered', 'within': 14, 'until': 0}
    """
    found = _LOOK.fullmatch(name)
    if found is None:
        return None
    look, fact, minus, first, second = found.groups()
    return LOOKS[look].measure(fact, -int(first) if minus else int(first), int(second))


def declared_features(
    declared: Sequence[FeatureParams], carried: frozenset[str], known: Sequence[Feature], taken: Iterable[str]
) -> tuple[Feature, ...]:
    """Features as they are declared under `transactions.own_features`, in the words of the catalogue.

    Parameters
    ----------
    declared : sequence of FeatureParams
    carried : frozenset of str
        The columns of the log.
    known : sequence of Feature
        Features that an expression can name, whether the log has the columns for them or not.
    taken : iterable of str
        Names that no feature of one's own can have.

    Raises
    ------
    ParamsError
        Naming every feature that cannot be used, and why.
    """
    faults, made, names = Faults("transactions.own_features cannot be used"), [], {*taken, *NO_ATTRIBUTES}
    for feature in declared:
        if feature.name in names or feature.name.startswith(OURS):
            faults.add(f"{feature.name!r} is taken: choose another name")
        names.add(feature.name)
        try:
            made.append(_read(feature, carried, {one.name: one for one in known}))
        except _RefusedError as refused:
            faults.add(f"{feature.name}: {refused}")
    faults.raise_if_any(ParamsError)
    return tuple(made)


class _RefusedError(Exception):
    """Why an expression cannot be used."""


def _read(declared: FeatureParams, carried: frozenset[str], known: Mapping[str, Feature]) -> Feature:
    try:
        tree = ast.parse(" ".join(declared.expression.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _RefusedError(f"{_short(declared.expression)} cannot be read as an expression") from None
    if (parts := sum(1 for _ in ast.walk(tree))) > MOST_PARTS:
        raise _RefusedError(f"the expression has {parts} parts; at most {MOST_PARTS} are read")
    reader = _Reader(carried, known)
    expression = f"finite({reader.number(tree)})"
    if not reader.looked:
        raise _RefusedError(f"{_short(declared.expression)} names no feature, so it is the same for everybody")
    return Feature(declared.name, expression, declared.unit, declared.meaning, FAMILY, frozenset(reader.needs))


class _Reader:
    """Writes the tree of an expression in the catalogue's words, and refuses all that is not listed."""

    def __init__(self, carried: frozenset[str], known: Mapping[str, Feature]) -> None:
        self.carried, self.known, self.looked = carried, known, False
        self.needs: set[str] = set()

    def number(self, node: ast.expr) -> str:
        match node:
            case ast.Constant(value=value) if type(value) in (int, float) and abs(value) <= LARGEST:  # type: ignore[arg-type]
                return repr(float(value))  # type: ignore[arg-type]
            case ast.Name(id="nan"):
                return "nan"
            case ast.Name(id=name):
                return self._feature(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return f"(-{self.number(operand)})"
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return f"divide({self.number(left)}, {self.number(right)})"  # where / of two constants may raise
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
                return f"({self.number(left)} {SIGNS[type(sign)]} {self.number(right)})"
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return self._function(name, arguments)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in LOOKS:
                return self._look(name, arguments)
        raise _RefusedError(
            f"{_shown(node)} cannot be used. An expression is made of numbers, features, + - * /, "
            f"{', '.join(FUNCTIONS)}, and the looks {', '.join(look.written for look in LOOKS.values())}"
        )

    def condition(self, node: ast.expr) -> str:
        match node:
            case ast.Compare(left=left, ops=[how], comparators=[right]) if type(how) in COMPARED:
                return f"({self.number(left)} {COMPARED[type(how)]} {self.number(right)})"
            case ast.BoolOp(op=how, values=values):
                return f"({(' & ' if isinstance(how, ast.And) else ' | ').join(map(self.condition, values))})"
        raise _RefusedError(f"{_shown(node)} is no condition such as orders_90 > 2, or several with and, or")

    def _feature(self, name: str) -> str:
        feature = self.known.get(name)
        if feature is None:
            raise _RefusedError(f"there is no feature {name!r}{nearest(name, self.known)}")
        if feature.unit == TEXT:
            raise _RefusedError(f"{name} is a category; expressions compute with numbers")
        self._need(name, *feature.needs)
        return f"({feature.expression})"

    def _function(self, name: str, arguments: Sequence[ast.expr]) -> str:
        if len(arguments) != FUNCTIONS[name]:
            raise _RefusedError(f"{name} takes {FUNCTIONS[name]}, not {len(arguments)}")
        first, *others = arguments
        written = [self.condition(first) if name == "where" else self.number(first), *map(self.number, others)]
        return f"{name}({', '.join(written)})"

    def _look(self, name: str, arguments: Sequence[ast.expr]) -> str:
        look, numbers, column = LOOKS[name], list(arguments), "ordered"
        if look.has_fact:
            if not numbers or not isinstance(asked := numbers.pop(0), ast.Name):
                _refuse_look(look)
            column = self._fact(asked.id)
        given = [_whole(number, look) for number in numbers]
        if len(given) > len(look.least) or (len(given) < len(look.least) and name != "total"):
            _refuse_look(look)
        for value, least in zip(given, look.least, strict=False):
            if not least <= value <= MOST_DAYS:
                raise _RefusedError(f"{value} in {look.written} should be from {least} to {MOST_DAYS}")
        first, second = (*given, 0, 0)[:2]
        counts_orders = look.least[0] < 0
        if (name == "total" and given and second >= first) or (counts_orders and not 0 < abs(first) <= MOST_ORDERS):
            _refuse_look(look)
        self._need(f"{name}()")
        return f"look__{name}__{column}__{'m' if first < 0 else ''}{abs(first)}__{second}"

    def _fact(self, name: str) -> str:
        if name not in FACTS:
            raise _RefusedError(f"there is no fact {name!r}{nearest(name, FACTS)}; there are {', '.join(FACTS)}")
        column, need = FACTS[name]
        self._need(name, *([need] if need else []))
        return column

    def _need(self, name: str, *columns: str) -> None:
        self.looked = True
        self.needs.update(columns)
        if lacking := sorted(set(columns) - self.carried):
            raise _RefusedError(f"{name} needs {', '.join(lacking)}, which the log does not have; map it")


def _whole(node: ast.expr, look: Look) -> int:
    sign, number = (-1, node.operand) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else (1, node)
    if not isinstance(number, ast.Constant) or type(number.value) is not int:
        _refuse_look(look)
    return sign * int(number.value)


def _refuse_look(look: Look) -> NoReturn:
    raise _RefusedError(
        f"a look is written {look.written}: a fact ({', '.join(FACTS)}), then whole numbers; days are days before the "
        "cutoff, within more than until; orders are 1, 2, … from the first and -1, -2, … from the last"
    )


def _shown(node: ast.expr) -> str:
    return _short(ast.unparse(node))


def _short(text: str) -> str:
    return repr(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…")
