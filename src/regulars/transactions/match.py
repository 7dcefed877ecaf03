"""Returns matched to their purchases: how much of what comes back had been bought before."""

from __future__ import annotations

import duckdb

from regulars.transactions.row_outcome import RETURNS, RowOutcome, listed

COUNT = "DECIMAL(38,4)"


def match_returns(connection: duckdb.DuckDBPyConnection) -> None:
    """Tell apart, among the returns of the table `judged`, those that are matched to a purchase, in part, or not.

    A return takes back what is left of the same customer's latest earlier purchases of the same product. A day's
    purchases come before its returns; a line without a quantity is one piece. Only the verdict of a return changes:
    its money stays on its own day.

    Notes
    -----
    What a return finds is what the customer still holds of the product, whichever purchase it is taken from. With S
    the running sum of bought minus returned pieces, the pieces returned without a purchase so far are max(0, -min S):
    the running minimum of a random walk that is reflected at zero. So no purchase has to be joined to any return.
    """
    returned, product = f"verdict IN {listed(RETURNS)}", "customer_id, product_id"
    counted = "coalesce(nullif(abs(quantity), 0), 1)" if _has_quantity(connection) else "1"
    # Lines that tie in all but their place are alike in the ledger, so it does not matter which of them comes first.
    order = f"PARTITION BY {product} ORDER BY day, returned, pieces, amount, excess, place"
    so_far = f"OVER ({order} ROWS UNBOUNDED PRECEDING)"
    connection.execute(f"""
        CREATE TEMP TABLE matched AS
        WITH touched AS (SELECT DISTINCT {product} FROM judged WHERE {returned}),
        moves AS (
          SELECT judged.rowid AS place, {product}, day, amount, excess, {returned} AS returned,
            CAST({counted} AS {COUNT}) AS pieces
          FROM judged SEMI JOIN touched USING ({product}) WHERE {returned} OR verdict = {RowOutcome.PURCHASE}),
        walks AS (SELECT *, sum(CASE WHEN returned THEN -pieces ELSE pieces END) {so_far} AS walk FROM moves),
        lacks AS (SELECT *, greatest(-min(walk) {so_far}, 0) AS lacking FROM walks),
        steps AS (SELECT *, lacking - lag(lacking, 1, 0) OVER ({order}) AS lacks FROM lacks)
        SELECT place, CASE WHEN lacks = 0 THEN {RowOutcome.RETURN_MATCHED}
                           WHEN lacks < pieces THEN {RowOutcome.RETURN_MATCHED_IN_PART}
                           ELSE {RowOutcome.RETURN_UNMATCHED} END AS verdict
        FROM steps WHERE returned""")
    # A return whose product is not told is in no walk.
    connection.execute(f"UPDATE judged SET verdict = {RowOutcome.RETURN_UNMATCHED} WHERE {returned}")
    connection.execute("UPDATE judged SET verdict = matched.verdict FROM matched WHERE judged.rowid = matched.place")
    connection.execute("DROP TABLE matched")


def _has_quantity(connection: duckdb.DuckDBPyConnection) -> bool:
    return "quantity" in {name for name, *_ in connection.execute("DESCRIBE judged").fetchall()}
