"""The registry: which version is champion, since when, and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import zip_longest
from textwrap import shorten

import pandas as pd
from mlflow import MlflowClient
from mlflow.entities.model_registry import RegisteredModel

from regulars.errors import ModelError, ParamsError
from regulars.params import MlflowParams
from regulars.params.model_address import CONTENT_TAG
from regulars.progress import note
from regulars.redact import redact
from regulars.scorer import Scorer
from regulars.tracking.store import alone, exists, opened
from regulars.tracking.versions import (
    CHALLENGER,
    CHAMPION,
    GATE_TAG,
    GRADE_TAG,
    REFUSED,
    aliases_of,
    files_of,
    find_model,
    find_version,
    model_or_none,
    scorer_of,
)

MOVE_TAG = "regulars.move."
LONGEST_REASON = 1000
HISTORY = ("when", "from", "to", "grade", "action", "reason", "forced")


@dataclass(frozen=True)
class Move:
    """One move of the `champion` alias, from a version (None: there was no champion) to another.

    It is forced where the gate had refused the version that was promoted.
    """

    when: dt.datetime
    from_version: str | None
    to_version: str
    action: str
    reason: str
    forced: bool

    def repeats(self, other: Move) -> bool:
        """Tell whether another move led from the same version to the same one."""
        return (self.from_version, self.to_version) == (other.from_version, other.to_version)

    def to_json(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self) | {"when": self.when.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> Move:
        """Read it back."""
        values = json.loads(text)
        return cls(**values | {"when": dt.datetime.fromisoformat(values["when"])})


class Registry:
    """The registered model of a project: its champion, and how it came to be.

    Parameters
    ----------
    mlflow : MlflowParams
        The store and the name of the model.
    """

    def __init__(self, mlflow: MlflowParams) -> None:
        self.uri, self.name = mlflow.tracking_uri, mlflow.model_name

    def promote(self, version: str | int = CHALLENGER, *, reason: str) -> Move:
        """Make a version the champion.

        Parameters
        ----------
        version : str or int
            Its number, or an alias.
        reason : str
            Why, in words; kept in the history.

        Returns
        -------
        Move
            Where `from_version` equals `to_version` the version was champion already and
            nothing is recorded.

        Raises
        ------
        ModelError
            If there is no such version, its files are not what was registered, or it was trained with another
            catalogue of features than there is now.
        """
        check_reason(reason)
        with self._alone() as client:
            return self._move(client, str(version), "promote", reason)

    def settle(self, version: str, *, passed: bool, reasons: Sequence[str], force: str | None = None) -> Move | None:
        """Make a version the champion if the gate passed it or somebody insists; else change nothing.

        Parameters
        ----------
        version : str
            Its number.
        passed : bool
            What the gate decided.
        reasons : sequence of str
            Why, in its words.
        force : str, optional
            A person's reason for promoting it all the same; recorded as forced.
        """
        if passed:
            return self.promote(version, reason=shorten(" ".join(reasons), LONGEST_REASON, placeholder=" …"))
        if force is None:
            return None
        check_reason(force)
        with self._alone() as client:
            return self._move(client, version, "promote", f"forced: {force}", forced=True)

    def rollback(self, *, reason: str) -> Move:
        """Go back to the previous champion.

        Rolling back twice goes back two promotions.

        Raises
        ------
        ModelError
            If no earlier champion is known, or it cannot be promoted.
        """
        check_reason(reason)
        with self._alone() as client:
            model = find_model(client, self.name)
            before = _champions_before(_moves(model), aliases_of(model).get(CHAMPION))
            if not before:
                raise ModelError(
                    f"Model {self.name!r} has no earlier champion to go back to. "
                    "Choose a version with `regulars promote VERSION`."
                )
            return self._move(client, before[-1], "rollback", reason)

    def history(self) -> pd.DataFrame:
        """Every move of the champion, oldest first.

        Returns
        -------
        DataFrame
            Columns `when` (UTC), `from` (None: there was none), `to`, `grade` (of the version that
            became champion, as it was last measured; None without one), `action`, `reason`, `forced`.
        """
        with opened(self.uri) as client:
            moves = _moves(find_model(client, self.name))
            versions = client.search_model_versions(f"name = '{self.name}'")
        grades = {str(version.version): version.tags.get(GRADE_TAG) for version in versions}
        rows = [
            (m.when, m.from_version, m.to_version, grades.get(m.to_version), m.action, m.reason, m.forced)
            for m in moves
        ]
        frame = pd.DataFrame(rows, columns=list(HISTORY), dtype=object)  # as strings, None would turn into NaN
        return frame.astype({"when": "datetime64[us, UTC]", "forced": bool})

    def champion(self) -> str | None:
        """Return the champion version, or None."""
        if not exists(self.uri):
            return None
        with opened(self.uri) as client:
            model = model_or_none(client, self.name)
            return aliases_of(model).get(CHAMPION) if model else None

    def champion_scorer(self) -> Scorer | None:
        """Load the champion, or return None without one."""
        champion = self.champion()
        if champion is None:
            return None
        with opened(self.uri) as client:
            return scorer_of(client, find_version(client, self.name, champion))

    @contextmanager
    def _alone(self) -> Iterator[MlflowClient]:
        with opened(self.uri) as client, alone(self.uri):
            yield client

    def _move(self, client: MlflowClient, asked: str, action: str, reason: str, *, forced: bool = False) -> Move:
        """Record the move, then move the alias, last of all."""
        model = find_model(client, self.name)
        version = find_version(client, self.name, asked)
        scorer_of(client, version)  # a version that cannot be loaded is not promoted
        forced |= action == "promote" and version.tags.get(GATE_TAG) == REFUSED
        past, now = _moves(model), dt.datetime.now(dt.UTC)
        when = max(now, past[-1].when + dt.timedelta(microseconds=1)) if past else now
        move = Move(when, aliases_of(model).get(CHAMPION), str(version.version), action, redact(reason.strip()), forced)
        if move.from_version == move.to_version:
            note(f"Version {move.to_version} is the champion already.")
            return move
        key = f"{MOVE_TAG}{when:%Y%m%dT%H%M%S.%fZ}"
        client.set_registered_model_tag(self.name, key, move.to_json())
        try:
            client.set_registered_model_alias(self.name, CHAMPION, move.to_version)
        except BaseException:
            client.delete_registered_model_tag(self.name, key)
            raise
        return move


def check_reason(reason: str) -> None:
    """Refuse a reason for a move that says nothing, or too much.

    Raises
    ------
    ParamsError
        If it is empty or longer than a thousand characters.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise ParamsError(f"A reason of 1 to {LONGEST_REASON} characters is expected; found {len(reason.strip())}.")


def register(
    client: MlflowClient,
    name: str,
    *,
    run_id: str,
    model_id: str,
    tags: Mapping[str, str],
    judged: Mapping[str, str],
    description: str,
) -> str:
    """Register a logged model, unless its content is registered already, and make it the challenger.

    What was `judged` is set anew on a version that is registered already; its description stays, for a person may
    have written it.
    """
    if model_or_none(client, name) is None:
        client.create_registered_model(name)
    version = _same_content(client, name, tags[CONTENT_TAG])
    if version is None:
        source = client.get_logged_model(model_id).artifact_location  # "models:/<id>" is looked up in another store
        made = client.create_model_version(
            name, source, run_id=run_id, model_id=model_id, tags={**tags, **judged}, description=description
        )
        version = str(made.version)
    else:
        for key, value in judged.items():
            client.set_model_version_tag(name, version, key, value)
    client.set_registered_model_alias(name, CHALLENGER, version)
    return version


def _same_content(client: MlflowClient, name: str, content: str) -> str | None:
    """Return the latest version with that content whose files are still whole."""
    for version in client.search_model_versions(f"name = '{name}' AND tags.`{CONTENT_TAG}` = '{content}'"):
        try:
            with files_of(client, version):
                return str(version.version)
        except ModelError as damaged:
            note(f"{damaged} The same content is registered anew.")
    return None


def _moves(model: RegisteredModel) -> list[Move]:
    """The moves that took place, oldest first; one that was recorded again at once had been killed."""
    noted = [Move.from_json(text) for key, text in sorted(model.tags.items()) if key.startswith(MOVE_TAG)]
    return [move for move, later in zip_longest(noted, noted[1:]) if later is None or not move.repeats(later)]


def _champions_before(moves: list[Move], champion: str | None) -> list[str]:
    """Return the champions below the present one, oldest first: promotions pile up, a rollback takes down."""
    pile: list[str] = []
    for move in moves:
        if move.from_version and pile[-1:] != [move.from_version]:  # someone moved the alias past us
            pile.append(move.from_version)
        if move.action == "rollback" and move.to_version in pile:
            pile = _up_to(pile, move.to_version)
        else:
            pile.append(move.to_version)
    return _up_to(pile, champion)[:-1] if champion in pile else pile


def _up_to(pile: list[str], version: str) -> list[str]:
    return pile[: len(pile) - pile[::-1].index(version)]
