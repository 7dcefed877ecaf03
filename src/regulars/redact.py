"""Secrets, hidden in every text that leaves the process.

Passwords and tokens are found by their shape (`scheme://user:password@host`, `password=…`, `Bearer …`). The secrets of
addresses that were given are also remembered, so that they stay hidden where a library repeats a part of them alone.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

HIDDEN = "***"
SHORTEST = 6  # characters of a remembered secret
# These stand in any text and are not remembered: a model may be called like the password.
FIGURE_OR_WORD = re.compile(r"[\d.,:-]+|[A-Za-z_-]+")
USER_IS_SECRET = r"(?:https?|s3[an]?|ftps?|sftp|redis|git(?:\+\w+)?)"
SECRET_NAME = (
    r"[\w.-]*(?:password|passwd|passphrase|pwd|secret|token|(?:api|access|account|private|shared)_?-?key|credential|signature)"
    r"[\w.-]*|pass|auth|authorization|sig|sas"
)
ADDRESS = re.compile(r"\s*(?P<scheme>[A-Za-z][\w+.-]*):/+(?P<rest>.+)", re.DOTALL)
# A password may hold `/`, blanks and `@`: it ends at the last `@` of its word, or of the first word with one.
USERINFO = re.compile(
    r"(?<![\w+.-])(?P<head>[A-Za-z][\w+.-]*:/+[^\s:@?#&\[]*:)"
    r"(?:\S*@|(?!\d{1,5}(?:\W|$))[^\s@][^\n]*?@(?!\S*@))"
)
USER_ALONE = re.compile(rf"\b(?P<head>{USER_IS_SECRET}:/+)[^\s/?#]+@", re.IGNORECASE)
USER_AND_KEY = re.compile(r"\b(?P<head>(?:s3[an]?):/+)\S+@", re.IGNORECASE)
NO_SCHEME = re.compile(r"(?<![\w/.+-])(?P<head>[\w.+-]+:)(?![/\s])[^\s@]+@(?=[\w\[])")
BARE = r"""[^\s&'"<>,;)\]}]+"""
# In quotes a backslash keeps the next mark; without quotes an apostrophe ends a value only where nothing follows it.
VALUE = rf"""(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|{BARE}(?:'{BARE})*)"""
NAMED = re.compile(rf"(?P<head>(?<![\w.-])(?:{SECRET_NAME})=){VALUE}", re.IGNORECASE)
QUOTED = re.compile(rf"""(?P<head>(?P<mark>['"])(?:{SECRET_NAME})(?P=mark): *)(?:'[^'\n]*'|"[^"\n]*")""", re.IGNORECASE)
BEARER = re.compile(r"\b(?P<head>(?:Bearer|Authorization['\"]?: *['\"]?Basic) )(?=\S*\d)[\w.~+/=-]{8,}", re.IGNORECASE)
SHAPES = (USER_AND_KEY, USERINFO, USER_ALONE, NO_SCHEME, NAMED, QUOTED, BEARER)
NAMED_VALUE = re.compile(rf"(?<![\w.-])(?:{SECRET_NAME})=([^&\n]+)", re.IGNORECASE)
IN_ENVIRONMENT = re.compile(rf"(?:{SECRET_NAME})", re.IGNORECASE)

_remembered: set[str] = set()
_pattern: re.Pattern[str] | None = None


def log_name(path: str) -> str:
    """What a log is called: no folder, no host, no password.

    Examples
    --------
    >>> log_name("postgresql://ann:secret@db/shop?password=other"), log_name("/home/ann/orders.csv")
    ('shop', 'orders.csv')
    """
    shown = redact(path)
    return (shown.partition("?")[0] if "://" in shown else shown).rstrip("/").rpartition("/")[2]


def redact(text: str) -> str:
    """Hide every secret in a text.

    Examples
    --------
    >>> redact("postgresql://ann:secret@db/log and s3://bucket/log.csv?s3_secret_access_key=abc&s3_region=eu")
    'postgresql://ann:***@db/log and s3://bucket/log.csv?s3_secret_access_key=***&s3_region=eu'
    >>> redact("models:/regulars@champion on http://localhost:5000")
    'models:/regulars@champion on http://localhost:5000'
    """
    for shape in SHAPES:
        text = shape.sub(_hide, text)
    return _pattern.sub(HIDDEN, text) if _pattern else text


def redacted(value: Any) -> Any:
    """Hide every secret in a value: in a text, and in the texts of mappings, lists and tuples."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {redacted(name): redacted(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(inner) for inner in value]
    return value


def holds_secret(text: str) -> bool:
    """Tell whether a text holds a password, a token or a key."""
    return redact(text) != text


def remember(value: Any) -> None:
    """Remember the secrets of addresses and settings (in mappings and lists, too), to hide them wherever they turn up.

    A remembered secret is hidden as a whole and in its parts, also where it is quoted for a URL, for JSON or for HTML.
    """
    left, seen = [value], set()
    while left:  # YAML may hold itself
        one = left.pop()
        if isinstance(one, str | os.PathLike):
            _add(secret for found in _secrets_in(str(one)) for secret in _notations(found))
        elif isinstance(one, Mapping | list | tuple) and id(one) not in seen:
            seen.add(id(one))
            left += one.values() if isinstance(one, Mapping) else one


def remember_environment(environment: Mapping[str, str]) -> None:
    """Remember secrets of the environment: `PGPASSWORD`, `AWS_SECRET_ACCESS_KEY`, addresses with a password."""
    for name, value in environment.items():
        if IN_ENVIRONMENT.fullmatch(name) and "://" not in value and os.sep not in value[:1]:
            _add(_notations(value))
        else:
            remember(value)


def _hide(found: re.Match[str]) -> str:
    whole = found.group()
    return f"{found['head']}{HIDDEN}{'@' if whole.endswith('@') else ''}"


def _secrets_in(text: str) -> Iterator[str]:
    """Secrets of a text that is an address or a setting as a whole, so that its password may hold any character."""
    yield from (named[1] for named in NAMED_VALUE.finditer(text))
    if text.count("=") and ADDRESS.match(setting := text.partition("=")[2]):  # --set mlflow.tracking_uri=postgresql://…
        text = setting
    if not (address := ADDRESS.match(text)) or "@" not in text:
        return
    user, colon, password = address["rest"].rpartition("@")[0].partition(":")
    if colon:
        yield password
    if re.fullmatch(USER_IS_SECRET, address["scheme"], re.IGNORECASE):
        yield user


def _notations(secret: str) -> Iterator[str]:
    """A secret and its parts, as they stand and as they are quoted."""
    plain = {secret, unquote(secret), unquote_plus(secret)}
    for one in plain | {part for whole in plain for part in re.split(r"[/?#@:&=\s]+", whole)}:
        yield from (one, quote(one, safe=""), quote(one), quote_plus(one), html.escape(one))
        yield from (json.dumps(one)[1:-1], repr(one)[1:-1])


def _add(secrets: Iterator[str]) -> None:
    global _pattern
    found = {one for one in secrets if len(one) >= SHORTEST and not FIGURE_OR_WORD.fullmatch(one)}
    if found <= _remembered:
        return
    _remembered.update(found)
    longest_first = sorted(_remembered, key=lambda one: (-len(one), one))
    _pattern = re.compile("|".join(map(re.escape, longest_first)))
