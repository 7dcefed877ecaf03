"""Words that readers outside this project would not understand at once, and what to write in their place."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

BANNED = {
    r"opinions?": "base prediction, or check",
    r"members?": "base model",
    r"heads": "outcome models",
    r"levels|(?:the|its|their|own|off|on|each|good|fair) level|level bound": "mean calibration, or forecast total",
    r"misses": "log forecast errors, or fails to find",
    r"witness\w*": "test window",
    r"fore(?:told|tells?|telling)": "predicted",
    r"said": "predicted, reported, or stated",
    r"(?:what|that|which) came|came true": "actual",
    r"reckon\w*": "compute",
    r"(?:has|have|had|no|a) say": "has weight, or is used",
    r"(?:is|are|be) heard": "is reported",
    r"kept from": "excluded from",
    r"promises?": "prediction interval, or guarantee",
    r"doubts?": "data-quality warning",
    r"(?:put|puts|putting) .{0,20}in charge|in charge": "promote, or deploy",
    r"jump(?:s|ed|ing)?": "its distribution shifts",
    r"closed (?:windows?|slices?|holdouts?)": "test window, or training slice",
    r"not for turning": "cannot be set",
    r"teach(?:es|ing)?": "train on",
    r"apart from ranks|(?:told|set|sets|kept) apart": "separately",
    r"wanted": "needed, or expected",
    r"of whom it is known": "who",
    r"selected alike": "similar",
    r"left alone": "not contacted",
    r"put \d[\d.]* points": "predicted too high, or too low",
    r"(?:speaks?|spoke|tells?|told) of": "is about",
    r"hence": "so",
    r"(?:there|where|here)(?:of|in|by|upon|with)": "of it",
    r"what of it": "the part that",
    r"worked out": "computed",
    r"hold(?:s|ing)? [^.]{1,40}? beside|held beside": "compare with",
    r"(?:auc|ours|new|old|\|) less(?= )": "minus",
    r"for certain": "significantly",
    r"unheard": "new",
    r"[\d.]+%(?!.*[\u4e00-\u9fff])": "a space before the %",  # Chinese writes none
}
# Without groups and cases an alternation is searched twenty times as fast; which word it was is asked of what is found.
_ANY = re.compile(rf"(?<!\w)(?:{'|'.join(f'(?:{word})' for word in BANNED)})(?!\w)")
_EACH = {re.compile(rf"(?<!\w)(?:{word})(?!\w)"): instead for word, instead in BANNED.items()}


def private_words(path: Path) -> list[str]:
    """Each banned word in the prose, messages and names of a file, with what to write instead."""
    return [hint for text in _texts(path) for hint in found_in(text)]


def found_in(text: str) -> Iterator[str]:
    """Each banned word of a text, with what to write instead."""
    plain = " ".join(text.split()).lower()
    for found in _ANY.finditer(plain):
        instead = next(instead for word, instead in _EACH.items() if word.match(plain, found.start()))
        yield f"“{found[0]}”: write {instead}"


def pages() -> list[Path]:
    """Every file that people read: pages, notebooks, templates, and the source with its messages and names."""
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.csv")]
    others = [ROOT / name for name in ("models/README.md", "params.yaml", "Makefile")]
    sources = [path for folder in ("pipelines", "experiments", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    package = [path for kind in ("py", "html") for path in (ROOT / "src").rglob(f"*.{kind}")]
    shown = [path for path in package if "src/regulars/pipelines" not in path.as_posix()]  # a link to pipelines/
    return sorted([*texts, *others, *(ROOT / "notebooks").glob("*.ipynb"), *sources, *shown])


def _texts(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from _python(text)
    elif path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            source = "".join(cell["source"])
            yield from _python(source) if cell["cell_type"] == "code" else _markdown(source)
    else:
        yield from _markdown(text)


def _markdown(text: str) -> Iterator[str]:
    prose = re.sub(r"```.*?```|`[^`]*`|<!--.*?-->", "", text, flags=re.DOTALL)
    yield re.sub(r"\]\([^)]*\)", "]", prose)


def _python(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        yield from map(_spaced, _names(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline) if "#" in text else ():
        if token.type == tokenize.COMMENT:
            yield token.string


def _names(node: ast.AST) -> Iterator[str]:
    """The names that a node defines; names that it only uses count where they are defined."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.alias(asname=str(name)):
            yield name


def _spaced(name: str) -> str:
    return re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", name)
