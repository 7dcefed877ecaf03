"""A random part of the customers of a log, the same whatever the order of its rows: by a hash of the id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from regulars.transactions.lines import Lines
from regulars.windows import Windows

HASHES = 2**64  # values of the hash of an id


@dataclass(frozen=True)
class Sample:
    """The customers whose hash lies in the lowest part of all hashes.

    Parameters
    ----------
    below : int
        The first hash that is no longer in the sample, up to 2^64.
    seed : int
        Another seed gives another sample.

    Examples
    --------
    >>> Sample(2**62, seed=0).sql("customer_id"), Sample(2**62, seed=0).share
    ('hash(customer_id, 0) < 4611686018427387904', 0.25)
    """

    below: int
    seed: int

    @classmethod
    def of(cls, tx: Lines, windows: Windows, most: int, seed: int) -> Self | None:
        """Draw about so many of the customers who were known at a cutoff; None where there are no more than that.

        Parameters
        ----------
        tx : Lines
            The log.
        windows : Windows
            The cutoff; lines from it on change nothing.
        most : int
            How many customers.
        seed : int
            Seed of the draw.
        """
        known = tx.customers_before(windows)
        return cls(HASHES * most // known, seed) if known > most else None

    @property
    def share(self) -> float:
        """The share of the customers that is drawn."""
        return self.below / HASHES

    def sql(self, customer: str) -> str:
        """SQL condition: the customer in the expression is in the sample."""
        return f"hash({customer}, {self.seed}) < {self.below}"

    def size_in(self, tx: Lines) -> int:
        """Customers of a log with a purchase, whenever it was, who are in the sample."""
        asked = f"SELECT count(DISTINCT customer_id) FROM lines WHERE is_purchase AND {self.sql('customer_id')}"
        return int(tx.connection.execute(asked).fetchall()[0][0])


def in_sample(customer: str, sample: Sample | None) -> str:
    """SQL condition: the customer in the expression is in the sample; true for all without one.

    Parameters
    ----------
    customer : str
        An SQL expression that gives the id.
    sample : Sample or None

    Returns
    -------
    str
    """
    return sample.sql(customer) if sample else "true"
