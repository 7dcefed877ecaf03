from __future__ import annotations

import html
import json
import shlex
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.errors import Faults, InputError
from regulars.redact import HIDDEN, holds_secret, redact, redacted, remember, remember_environment

SECRET = "S3cr3tXq9"
REMEMBERED = "R3m3mb3r_1"  # in no other test, as it stays remembered
SCHEMES = ["postgresql", "postgresql+psycopg2", "mysql", "mssql+pyodbc", "s3", "http", "https", "redis", "gs", "odd"]
KEYS = [
    "password",
    "PASSWORD",
    "token",
    "access_token",
    "s3_secret_access_key",
    "s3_session_token",
    "api_key",
    "apikey",
]
KEYS += ["sslpassword", "X-Amz-Signature", "client_secret", "sig", "AWS_SECRET_ACCESS_KEY", "pwd"]
schemes, keys = st.sampled_from(SCHEMES), st.sampled_from(KEYS)
names = st.text("abcdefghijklmnopqrstuvwxyz0123456789._-%", max_size=8)
hosts = st.sampled_from(["db", "127.0.0.1:5432", "[::1]:5000", "bucket.s3.eu-west-1.amazonaws.com"])
paths = st.text("abc/._-", max_size=8).map(lambda path: f"/{path}")
rest = st.text("abcXYZ019/?#&=+%:@!$*;,.~-_", max_size=6)
messages = st.sampled_from(
    [
        "{0}",
        "There is no file {1}. Give a file, a folder, a glob or 'demo'.",
        "regulars train --set mlflow.tracking_uri={2} --out scores.parquet",
        '{{"error": {3}}}',
        "could not connect to {0}: Connection refused; ask me@example.org",
        "<p>{4}</p>",
    ]
)


def said(message: str, address: str) -> str:
    """A message that holds an address, in the ways in which texts quote it."""
    return message.format(address, repr(address), shlex.quote(address), json.dumps(address), html.escape(address))


@pytest.mark.medium
@given(schemes, names, rest, rest, hosts, paths, messages)
@example("postgresql", "ann", "", "/x", "db", "/log", "{0}")
@example("postgresql", "", "a@b", "@", "db", "/log", "{0}")
@example("s3", "", "@", "", "db", "/", "{0}")
@example("https", "ann", "@", "", "db", "/", "{0}")
def test_the_password_of_an_address_is_hidden(
    scheme: str, user: str, before: str, after: str, host: str, path: str, message: str
) -> None:
    address = f"{scheme}://{user}:{before}{SECRET}{after}@{host}{path}"
    assert SECRET not in redact(said(message, address))


@given(schemes, hosts, paths, keys, names, messages)
def test_a_secret_in_the_query_of_an_address_is_hidden(
    scheme: str, host: str, path: str, key: str, other: str, message: str
) -> None:
    for query in (f"{key}={SECRET}", f"a={other}&{key}={SECRET}&b=1", f"{key}={SECRET}#{other}"):
        assert SECRET not in redact(said(message, f"{scheme}://{host}{path}?{query}"))


@pytest.mark.slow
@settings(max_examples=25)  # all that was remembered is looked for every time
@given(st.text(max_size=8), st.text(max_size=8))
def test_a_remembered_secret_is_hidden_wherever_a_library_repeats_it(before: str, after: str) -> None:
    password = f"{before} {REMEMBERED}/{after}"
    remember({"transactions": {"path": f"postgresql://ann:{password}@db/log"}})
    for text in (password, REMEMBERED, quote(password), json.dumps(password), repr(password), html.escape(password)):
        assert REMEMBERED not in redact(f"could not translate host name {text} to address")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ann:secret@db/log", "postgresql://ann:***@db/log"),
        ("postgresql://ann:se/c ret@db/log", "postgresql://ann:***@db/log"),
        ("s3://AKIAKEY:se/cret@bucket/log.csv", "s3://***@bucket/log.csv"),
        ("https://token@host/x", "https://***@host/x"),
        ("jdbc:mysql://h/db?user=a&password=b", "jdbc:mysql://h/db?user=a&password=***"),
        ("host=h password='a b' dbname=x", "host=h password=*** dbname=x"),
        ("host=h password=it's-b dbname=x", "host=h password=*** dbname=x"),
        (r"host=h password='it\'s b' dbname=x", "host=h password=*** dbname=x"),
        ("opened 'password=abc'", "opened 'password=***'"),
        ("ann:secret@db/log", "ann:***@db/log"),
        ("AccountName=x;AccountKey=abc+/0==;EndpointSuffix=y", "AccountName=x;AccountKey=***;EndpointSuffix=y"),
        ("{'password': 'abc', 'user': 'ann'}", "{'password': ***, 'user': 'ann'}"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer ***"),
    ],
)
def test_what_is_hidden_and_what_stays(address: str, shown: str) -> None:
    assert redact(address) == shown
    assert redact(shown) == shown
    assert holds_secret(address)


@pytest.mark.parametrize(
    "text",
    [
        "models:/regulars@champion on http://localhost:5000",
        "http://[::1]:5000 has models:/regulars@champion",
        "sqlite:////home/ann/mlflow.db: no such table; use models:/regulars@champion",
        "postgresql://ann@db:5432/log",
        "The address holds a password. Take it out of transactions.path.",
        "abfss://container@account.dfs.core.windows.net/log",
        "key.path=value at 10:15:22, ask me@example.org",
    ],
)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert redact(text) == text
    assert not holds_secret(text)


def test_figures_and_plain_words_are_not_remembered() -> None:
    remember(["postgresql://regulars:regulars@localhost/regulars", "postgresql://ann:20240101@localhost/log"])
    remember_environment({"SOME_PASSWORD": "champion", "HOME_TOKEN_FILE": "/var/run/token1"})
    text = "models:/regulars@champion scored 20240101 customers, /var/run/token1"
    assert redact(text) == text


def test_secrets_of_the_environment_are_remembered() -> None:
    remember_environment({"PGPASSWORD": "pg-s3cret", "AWS_ENDPOINT_URL": "http://ann:endp0int@minio:9000"})
    assert (
        redact("fe_sendauth: pg-s3cret; HEAD minio:9000 ann:endp0int")
        == f"fe_sendauth: {HIDDEN}; HEAD minio:9000 ann:{HIDDEN}"
    )


def test_values_are_redacted_through_and_through() -> None:
    value = {"a": ["postgresql://u:p@h", 1, None], "b": {"c": ("token=x", 2.5)}}
    assert redacted(value) == {"a": ["postgresql://u:***@h", 1, None], "b": {"c": ["token=***", 2.5]}}


def test_an_error_never_holds_a_secret() -> None:
    faults = Faults("Cannot use postgresql://ann:secret@db")
    faults.add("http://ann:secret@host does not answer")
    with pytest.raises(InputError) as raised:
        faults.raise_if_any()
    assert "secret" not in str(raised.value) + repr(raised.value)
