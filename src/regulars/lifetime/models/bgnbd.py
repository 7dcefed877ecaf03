"""BG/NBD: after each repeat purchase a coin decides whether the customer comes back."""

from __future__ import annotations

from regulars.lifetime.models.betageometric import BetaGeometricModel


class BGNBD(BetaGeometricModel):
    """How often customers buy, and whether they have left, if they can leave only after a repeat purchase.

    Customers who bought once have P(alive) = 1 by construction, so do not rank by it: rank by
    `probability_of_purchase`.

    Parameters
    ----------
    purchase_covariates, dropout_covariates : sequence of str
        Columns of the summary that shift how often customers buy, and how they leave; numbers, categories as 0 and 1.
        With α_i = α exp(−γ z_i) a positive coefficient means more frequent purchases; with a_i = a exp(γ z_i) and
        b_i = b exp(γ z_i) it means that such customers are more alike in how readily they leave. Answers about new
        customers hold where all covariates are 0.
    seasonality : Season, optional
        How much customers buy on each day of the year. The summary then is in days, with a column `cutoff`.

    Attributes
    ----------
    params_ : dict
        `r`, `alpha` (shape and rate of the Gamma of purchase rates; alpha in the summary's unit of time), `a`, `b`
        (the Beta of the probability of leaving after a repeat purchase), then the coefficients `purchase:<name>` and
        `dropout:<name>`.
    log_likelihood_ : float
        Total over customers, in the summary's unit of time.

    Notes
    -----
    For x = 0 the last term below is absent (Fader, Hardie & Lee 2005, Marketing Science 24(2), equation 6):

        L = B(a, b + x)/B(a, b) · Γ(r + x) α^r / Γ(r)
            · [ (α + T)^−(r+x) + a/(b + x − 1) · (α + t_x)^−(r+x) ]

    A log of one-time buyers only is refused (ModelError): it holds no rate. Data in which nobody seems ever to leave
    are fitted with a/(a + b) near 0: P(alive) is then near 1 for all, and the certificate says that it is not
    identified.

    Examples
    --------
    >>> import pandas as pd
    >>> model = BGNBD.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> model
    <BGNBD: r=0.243, alpha=4.414, a=0.793, b=2.426>
    >>> customer = pd.DataFrame({"frequency": [2], "recency": [30.43], "T": [38.86]})
    >>> customer.assign(orders=model.expected_purchases(customer, 39), alive=model.probability_alive(customer)).round(4)
       frequency  recency      T  orders   alive
    0          2    30.43  38.86   1.226  0.7266
    """

    name = "bg_nbd"
    coin_at_birth = 0
