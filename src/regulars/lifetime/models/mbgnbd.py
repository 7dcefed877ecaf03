"""MBG/NBD: a coin after every purchase, the first one too, decides whether the customer comes back."""

from __future__ import annotations

from regulars.lifetime.models.betageometric import BetaGeometricModel


class MBGNBD(BetaGeometricModel):
    """How often customers buy, and whether they have left, if they can leave after any purchase.

    Unlike in the `BGNBD`, one-time buyers can be gone.

    Parameters
    ----------
    purchase_covariates, dropout_covariates : sequence of str
        As in the `BGNBD`.
    seasonality : Season, optional
        How much customers buy on each day of the year. The summary then is in days, with a column `cutoff`.

    Attributes
    ----------
    params_ : dict
        As in the `BGNBD`, but `a` and `b` are of the probability of leaving after any purchase.
    log_likelihood_ : float
        As in the `BGNBD`.

    Notes
    -----
    Batislam, Denizel & Filiztekin 2007, IJRM 24(3), with the erratum of Wagner & Hoppe 2008, IJRM 25(2):

        L = B(a, b + x + 1)/B(a, b) · Γ(r + x) α^r / Γ(r)
            · [ (α + T)^−(r+x) + a/(b + x) · (α + t_x)^−(r+x) ]

    A log of one-time buyers only is refused, as by `BGNBD`.

    Examples
    --------
    >>> import pandas as pd
    >>> model = MBGNBD.from_params({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614})
    >>> once = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [38.86]})
    >>> once.assign(orders=model.expected_purchases(once, 39), alive=model.probability_alive(once)).round(4)
       frequency  recency      T  orders   alive
    0          0      0.0  38.86   0.154  0.3897
    """

    name = "mbg_nbd"
    coin_at_birth = 1
