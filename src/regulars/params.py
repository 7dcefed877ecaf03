"""`params.yaml` as frozen values: read once, closed, every key known.

Values come from four layers, each over the one before: the defaults below, the file, the
environment (`REGULARS__WINDOWS__HORIZON_DAYS=90`, `MLFLOW_TRACKING_URI`), and `--set
windows.horizon_days=90`.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from regulars.errors import ParamsError, nearest

DEMO = "demo"
ENVIRONMENT_PREFIX = "REGULARS__"
SQLITE = "sqlite:///"

Share = Annotated[float, Field(ge=0, le=1)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnParams(_Block):
    """Our name: the user's column. Absent means that the log does not carry it."""

    customer_id: str
    ordered_at: str
    amount: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    order_id: str | None = None
    unit_cost: str | None = None
    product_id: str | None = None
    category: str | None = None
    channel: str | None = None
    discount: str | None = None
    is_return: str | None = None
    ingested_at: str | None = None

    @model_validator(mode="after")
    def _price_needs_quantity(self) -> ColumnParams:
        if self.unit_price is not None and self.quantity is None and self.amount is None:
            raise ValueError("unit_price is mapped without quantity: map both, or map amount")
        return self

    def mapped(self) -> dict[str, str]:
        """Return the columns that are mapped, ours to theirs."""
        return {ours: theirs for ours, theirs in self.model_dump().items() if theirs is not None}


class TransactionParams(_Block):
    """Where the log is and how its columns are called."""

    path: str = DEMO
    table: str | None = None
    columns: ColumnParams = ColumnParams(customer_id="customer_id", ordered_at="date", amount="amount")
    returns: Literal["net", "drop", "keep"] = "net"


class WindowParams(_Block):
    """When history ends, and how far ahead the scores look."""

    cutoff: dt.date | Literal["latest"] = "latest"
    horizon_days: Annotated[int, Field(ge=1, le=3660)] = 180


class LifetimeParams(_Block):
    """The lifetime-value model, and the money terms of CLV."""

    model: Literal["auto", "nbd", "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_k", "mbg_cnbd_k"] = "auto"
    clv_horizon_days: Annotated[int, Field(ge=1, le=36600)] = 365
    annual_discount_rate: Annotated[float, Field(ge=0, lt=10)] = 0.10
    margin: Annotated[float, Field(gt=0, le=1)] = 1.0


class BacktestParams(_Block):
    """Where in the past the scorer is tried."""

    origins: Annotated[int, Field(ge=0, le=100)] | tuple[dt.date, ...] = 4
    step_days: Annotated[int, Field(ge=1)] = 30


class OfferParams(_Block):
    """What a contact costs and what it is assumed to bring."""

    name: str = "voucher"
    channel: str = "email"
    contact_cost: Money = 1.0
    incentive_cost: Money = 10.0
    accept_rate: Share = 0.3
    redeem_rate: Share = 1.0


class CampaignParams(_Block):
    """The team's budget and capacity, and the share held out to measure the effect."""

    name: str = "campaign"
    budget: Money | None = None
    contacts_per_day: Annotated[int, Field(ge=1)] = 30
    days: Annotated[int, Field(ge=1)] = 20
    control_share: Annotated[float, Field(ge=0, lt=1)] = 0.1
    reasons: Literal["all"] = "all"


class MlflowParams(_Block):
    """Where runs are logged and under which name the model is registered."""

    tracking_uri: str = "sqlite:///models/mlflow.db"
    experiment: str = "regulars"
    model_name: str = "regulars"


class Params(_Block):
    """Every number that a person may turn."""

    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    transactions: TransactionParams = TransactionParams()
    windows: WindowParams = WindowParams()
    lifetime: LifetimeParams = LifetimeParams()
    churn: dict[str, bool | int | float | str] = {}
    backtest: BacktestParams = BacktestParams()
    offers: Annotated[tuple[OfferParams, ...], Field(min_length=1)] = (OfferParams(),)
    campaign: CampaignParams = CampaignParams()
    mlflow: MlflowParams = MlflowParams()
    feeds: dict[str, str] = {}


def load_params(
    path: str | Path | None = None,
    *,
    overrides: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Params:
    """Read parameters from a file, the environment and `key.path=value` overrides.

    Parameters
    ----------
    path : path, optional
        A YAML file. Without it `./params.yaml` is read where it exists, else the defaults hold.
        Relative paths inside count from the folder of the file.
    overrides : iterable of str
        `key.path=value`, the value read as YAML.
    environment : mapping, optional
        Stands in for `os.environ`.

    Raises
    ------
    ParamsError
        Naming every fault; for an unknown key also the nearest known one.

    Examples
    --------
    >>> load_params(overrides=["windows.horizon_days=90"], environment={}).windows.horizon_days
    90
    >>> load_params(overrides=["windows.horizon=90"], environment={})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    regulars.errors.ParamsError: ... cannot be used:
      - windows.horizon: unknown key (did you mean 'horizon_days'?); known: cutoff, horizon_days
    """
    environment = os.environ if environment is None else environment
    file = _file(path)
    values = _read(file) if file else {}
    for key, text in _settings(overrides, environment):
        _put(values, key, text)
    return _anchored(_checked(values, str(file or "The parameters")), file.parent if file else Path.cwd())


def demo_params(folder: Path, *, overrides: Iterable[str] = ()) -> Params:
    """Parameters of the demo: the defaults on CDNOW, with everything kept under `folder`.

    Neither `params.yaml` nor the environment is read: a demo never reaches a real store.
    """
    values: dict[str, Any] = {"mlflow": {"tracking_uri": f"{SQLITE}{folder / 'mlflow.db'}"}}
    for key, text in _settings(overrides, {}):
        _put(values, key, text)
    return _anchored(_checked(values, "The parameters"), Path.cwd())


def _checked(values: dict[str, Any], what: str) -> Params:
    try:
        return Params.model_validate(values)
    except ValidationError as invalid:
        faults = "\n".join(f"  - {_in_words(error)}" for error in invalid.errors())
        raise ParamsError(f"{what} cannot be used:\n{faults}") from None


def _file(path: str | Path | None) -> Path | None:
    if path is None:
        default = Path("params.yaml")
        return default.resolve() if default.is_file() else None
    file = Path(path)
    if not file.is_file():
        raise ParamsError(f"There is no parameter file {str(file)!r}. Give an existing YAML file with --params.")
    return file.resolve()


def _read(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(f"{file} is not valid YAML: {error}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ParamsError(f"{file} should be a YAML mapping of keys to values; found a {type(values).__name__}.")
    return cast("dict[str, Any]", values)


def _settings(overrides: Iterable[str], environment: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    if uri := environment.get("MLFLOW_TRACKING_URI"):
        yield "mlflow.tracking_uri", uri
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT_PREFIX):
            yield name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", "."), environment[name]
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key.strip():
            raise ParamsError(f"--set {override!r} cannot be read. Write it as key.path=value.")
        yield key.strip(), text


def _put(values: dict[str, Any], key: str, text: str) -> None:
    *parents, leaf = key.split(".")
    for parent in parents:
        below = values.get(parent)
        if not isinstance(below, dict):
            below = values[parent] = {}
        values = below
    try:
        values[leaf] = yaml.safe_load(text)
    except yaml.YAMLError:
        values[leaf] = text


def _in_words(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] != "extra_forbidden":
        return f"{where}: {error['msg']}; found {error['input']!r}"
    block: Any = Params
    for part in error["loc"][:-1]:
        block = block.model_fields[part].annotation if isinstance(part, str) else OfferParams
    known = list(block.model_fields)
    return f"{where}: unknown key{nearest(str(error['loc'][-1]), known)}; known: {', '.join(known)}"


def _anchored(params: Params, folder: Path) -> Params:
    """Make relative paths count from `folder`."""
    path, uri = params.transactions.path, params.mlflow.tracking_uri
    if path != DEMO and "://" not in path:
        path = str(folder / path)
    if uri.startswith(SQLITE) and not uri.startswith(SQLITE + "/") and ":memory:" not in uri:
        uri = SQLITE + str(folder / uri.removeprefix(SQLITE))
    feeds = {name: str(folder / feed) for name, feed in params.feeds.items()}
    return params.model_copy(
        update={
            "transactions": params.transactions.model_copy(update={"path": path}),
            "mlflow": params.mlflow.model_copy(update={"tracking_uri": uri}),
            "feeds": feeds,
        }
    )
