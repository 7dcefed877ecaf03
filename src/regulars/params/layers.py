"""The layers of the parameters: defaults, file, environment, flags and `--set`, each over the one before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from regulars.errors import Faults, ParamsError
from regulars.params.blocks import DEMO, LOG, LoyaltyParams, Params
from regulars.params.store_address import SQLITE, StoreAddress
from regulars.params.words import Key, faults_in_words
from regulars.params.yaml_text import read_yaml
from regulars.progress import note
from regulars.redact import remember, remember_environment

ENVIRONMENT_PREFIX = "REGULARS__"


@dataclass(frozen=True)
class Setting:
    """A value for one key, and where it was written."""

    key: str
    value: Any
    origin: str


def load_params(
    path: str | Path | Mapping[str, Any] | None = None,
    *,
    overrides: Iterable[str | Setting] = (),
    environment: Mapping[str, str] | None = None,
) -> Params:
    """Read parameters from a file, the environment and `key.path=value` overrides.

    Parameters
    ----------
    path : path or mapping, optional
        A YAML file, or what would stand in one. Without it `./params.yaml` is read where it exists, else the defaults
        hold. Relative paths inside count from the folder of the file; those of a mapping from where we are.
    overrides : iterable of str or Setting
        `key.path=value`, the value read as YAML; or a setting, its value taken as it is.
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
    >>> load_params({"windows": {"horizon_days": 90}}, environment={}).windows.horizon_days
    90
    >>> load_params(overrides=["windows.horizon=90"], environment={})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    regulars.errors.ParamsError: The parameters cannot be used:
      - windows.horizon: unknown key (did you mean 'horizon_days'?); known: cutoff, horizon_days (from --set)
    """
    file = None if isinstance(path, Mapping) else _file(path)
    values = deepcopy(dict(path)) if isinstance(path, Mapping) else _read(file) if file else {}
    environment = os.environ if environment is None else environment
    overrides = list(overrides)
    remember_environment(environment)
    remember([values, *(one.value if isinstance(one, Setting) else one for one in overrides)])
    settings = [*_from_environment(environment), *map(_setting, overrides)]
    return _anchored(_checked(values, settings, file), file.parent if file else Path.cwd()).read_from(file)


def needed_params(params: Any) -> Params:
    """Return parameters that were read as they are.

    Raises
    ------
    ParamsError
        If it is anything else, as a dict.
    """
    if isinstance(params, Params):
        return params
    raise ParamsError(
        f"The parameters are a {type(params).__name__}; expected what load_params returns: it takes a YAML file, or a "
        "mapping of the same keys."
    )


def loyalty_rules(rules: Any) -> LoyaltyParams:
    """Return the rules of loyalty as they are, and the defaults where none are given.

    Raises
    ------
    ParamsError
        If they are anything else, as a dict.
    """
    if rules is None:
        return LoyaltyParams()
    if isinstance(rules, LoyaltyParams):
        return rules
    raise ParamsError(
        f"The rules are a {type(rules).__name__}; expected the block `loyalty` of the parameters. Give "
        "regulars.load_params({'loyalty': {…}}).loyalty, or nothing for the defaults."
    )


# CDNOW's real offers are not known: these terms are the demo's own, and it says so.
DEMO_OFFER = {
    "name": "voucher",
    "channel": "email",
    "contact_cost": 1.0,
    "incentive_cost": 10.0,
    "accept_rate": 0.3,
    "winback_rate": 0.03,
    "redeem_rate": 1.0,
}
DEMO_BUDGET = 3200.0


def demo_params(folder: Path, *, overrides: Iterable[str | Setting] = ()) -> Params:
    """Parameters of the demo: the defaults on CDNOW and an offer of its own, with everything kept under `folder`.

    Neither `params.yaml` nor the environment is read: a demo never reaches a real store.

    Parameters
    ----------
    folder : Path
        Where the demo writes.
    overrides : iterable of str or Setting
        Values such as "windows.horizon_days=90", which win over the defaults.

    Returns
    -------
    Params

    Raises
    ------
    ParamsError
        Naming every override that cannot be used.
    """
    values = {
        "transactions": {"path": DEMO},
        "offers": [dict(DEMO_OFFER)],
        "campaign": {"budget": DEMO_BUDGET},
        "report": {"shop": "CDNOW", "currency": "$"},
        "mlflow": {"tracking_uri": f"{SQLITE}{folder / 'mlflow.db'}"},
    }
    return _anchored(_checked(values, list(map(_setting, overrides)), None), Path.cwd())


def _file(path: str | Path | None) -> Path | None:
    if not (path is None or isinstance(path, str | Path)):
        raise ParamsError(f"Parameters are a {type(path).__name__}; expected the path of a YAML file, or a mapping.")
    file = Path("params.yaml" if path is None else path)
    try:
        is_folder, is_file, found = file.is_dir(), file.is_file(), file.resolve()
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise ParamsError(f"The parameter file {str(file)!r} cannot be read: {error.strerror}.") from None
    if path is not None and is_folder:
        raise ParamsError(f"{str(file)!r} is a folder; a YAML file is expected. Give one with --params.")
    if path is not None and not is_file:
        raise ParamsError(f"There is no parameter file {str(file)!r}. Give an existing YAML file with --params.")
    return found if is_file else None


def _read(file: Path) -> dict[str, Any]:
    try:
        values = read_yaml(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ParamsError(f"{file} cannot be read: {error.strerror}.") from None
    except (ParamsError, UnicodeDecodeError) as error:
        raise ParamsError(f"{file} is not valid YAML in UTF-8: {error}.") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ParamsError(f"{file} should be a YAML mapping of keys to values; found a {type(values).__name__}.")
    return cast("dict[str, Any]", values)


def _from_environment(environment: Mapping[str, str]) -> Iterator[Setting]:
    if uri := environment.get("MLFLOW_TRACKING_URI"):
        yield Setting("mlflow.tracking_uri", uri, "MLFLOW_TRACKING_URI")
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT_PREFIX):
            key = name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".")
            yield Setting(key, _value(environment[name]), name)
        elif meant := _meant(name):
            note(f"{name} in the environment is not read: its name would be {meant}.")


def _meant(name: str) -> str:
    """Return the name that a variable with one underscore after REGULARS was to have, if it was."""
    for block in Params.model_fields:
        start = f"REGULARS_{block.upper()}"
        if name == start or name.startswith(f"{start}_"):
            rest = name.removeprefix(start).lstrip("_")
            return f"{ENVIRONMENT_PREFIX}{block.upper()}{'__' if rest else ''}{rest}"
    return ""


def _setting(override: str | Setting) -> Setting:
    if isinstance(override, Setting):
        return override
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ParamsError(f"--set {override!r} cannot be read. Write it as key.path=value.")
    return Setting(key.strip(), _value(text), "--set")


def _value(text: str) -> Any:
    try:
        return read_yaml(text)
    except ParamsError:
        return text


def _checked(values: dict[str, Any], settings: Sequence[Setting], file: Path | None) -> Params:
    faults = Faults("The parameters cannot be used")
    for setting in settings:
        _put(values, setting.key.split("."), setting)

    def blame(key: Key) -> str:
        parts = [str(part) for part in key]
        touching = [s.origin for s in settings if all(a == b for a, b in zip(s.key.split("."), parts, strict=False))]
        origin = touching[-1] if touching else str(file or "")
        return f" (from {origin})" if origin else ""

    try:
        return Params.model_validate(values)
    except ValidationError as invalid:  # which shows the values, and is not passed on
        for fault in faults_in_words(invalid, blame):
            faults.add(fault)
    raise faults.as_error(ParamsError)


def _put(place: Any, keys: Sequence[str], setting: Setting) -> None:
    """Put a value where its key points, into a list by its number."""
    key: Any = keys[0]
    if isinstance(place, list):
        if not (key.isdecimal() and int(key) < len(place)):
            raise ParamsError(
                f"{setting.key} ({setting.origin}) points to no entry of its list: {key!r} is not from 0 to "
                f"{len(place) - 1}. Give the whole list."
            )
        key = int(key)
    if len(keys) == 1:
        place[key] = setting.value
        return
    below = place[key] if isinstance(place, list) else place.get(key)
    if not isinstance(below, dict | list):
        below = place[key] = [{}] if keys[1].isdecimal() else {}  # what is in a list by default is one of defaults
    _put(below, keys[1:], setting)


def _anchored(params: Params, folder: Path) -> Params:
    """Make relative paths count from `folder`."""
    path, uri = params.transactions.path, params.mlflow.tracking_uri
    if path != DEMO and "://" not in path:
        moved = params.transactions.model_copy(update={"path": str(folder / path)})
        params = params.model_copy(update={"transactions": moved})
    files = {name: getattr(params.campaign, name) for name in ("history", "exclude", "consent")}
    if params.consent_column:
        del files["consent"]
    customers = params.customers
    if customers.path is not None and "://" not in customers.path:
        moved_customers = customers.model_copy(update={"path": str(folder / customers.path)})
        params = params.model_copy(update={"customers": moved_customers})
    moved_files = {
        name: str(folder / file) for name, file in files.items() if file and (name, file) != ("consent", LOG)
    }
    feeds = {
        name: feed if "://" in feed.path else feed.model_copy(update={"path": str(folder / feed.path)})
        for name, feed in params.feeds.items()
    }
    params = params.model_copy(update={"campaign": params.campaign.model_copy(update=moved_files), "feeds": feeds})
    if params.calendar.path is not None:
        calendar = params.calendar.model_copy(update={"path": str(folder / params.calendar.path)})
        params = params.model_copy(update={"calendar": calendar})
    if uri.startswith(SQLITE) and not uri.startswith(SQLITE + "/") and ":memory:" not in uri:
        uri = SQLITE + str(folder / uri.removeprefix(SQLITE))
    mlflow = params.mlflow.model_copy(update={"tracking_uri": StoreAddress(uri)})
    return params.model_copy(update={"mlflow": mlflow})
