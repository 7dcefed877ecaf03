"""Whose a database is: MLflow makes its tables in any that it is given, and upgrades an older store unasked."""

from __future__ import annotations

import sqlalchemy
from mlflow.store.db.base_sql_model import Base
from mlflow.store.db.utils import create_sqlalchemy_engine

from regulars.errors import ModelError
from regulars.params import StoreAddress
from regulars.tracking import embedded

DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
MARKS = {"experiments", "runs", "registered_models"}  # tables that every store of MLflow has
SHOWN = 5


def refuse_others(address: StoreAddress, *, create: bool) -> bool:
    """Refuse a database that holds other tables than those of this MLflow, before anything is changed in it.

    Parameters
    ----------
    address : StoreAddress
        Of a database; any other is left to the server.
    create : bool
        Whether an empty database may be made a store.

    Returns
    -------
    bool
        Whether there is a store; False for an empty database.

    Raises
    ------
    ModelError
        If the database is somebody else's, an older store, or empty where nothing is to be made.
    """
    if address.scheme not in DATABASES:
        return True
    found = _tables(embedded.uri_of(address.file) if address.file else str(address))
    missing = set(Base.metadata.tables) - found
    if not missing or (create and not found):
        return bool(found)
    where = f"The database {address.file or 'of mlflow.tracking_uri'}"
    if not found:
        raise ModelError(
            f"{where} is empty, so there is no MLflow store. Train a model with `regulars train`, or set "
            "mlflow.tracking_uri to where it is."
        )
    if found >= MARKS:
        raise ModelError(
            f"{where} is a store of another version of MLflow: it lacks {len(missing)} tables. Nothing was changed. "
            "Make a copy of it, then run `mlflow db upgrade` on it."
        )
    names = sorted(found)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise ModelError(
        f"{where} is not an MLflow store: it holds the tables {', '.join(names[:SHOWN])}{more}. Nothing was changed. "
        "Set mlflow.tracking_uri to a store, or to a file that does not exist yet."
    )


def _tables(uri: str) -> set[str]:
    """The tables of a database, but for those that keep its version."""
    engine = create_sqlalchemy_engine(uri)
    try:
        names = sqlalchemy.inspect(engine).get_table_names()
    finally:
        engine.dispose()
    return {name for name in names if not name.startswith("alembic_")}
