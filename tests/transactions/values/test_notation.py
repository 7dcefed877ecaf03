from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.transactions import read_transactions

pytestmark = pytest.mark.slow


def read(tmp_path: Path, *amounts: str) -> list[Decimal]:
    rows = "".join(f"c{k:05}\t2024-01-01\t{amount}\n" for k, amount in enumerate(amounts))
    (tmp_path / "log.tsv").write_text(f"customer_id\tdate\tamount\n{rows}", encoding="utf-8")
    lines = read_transactions(tmp_path / "log.tsv").connection.execute("SELECT money FROM lines ORDER BY customer_id")
    return [money for (money,) in lines.fetchall()]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["12.5", "1234", "7"], ["12.5", "1234", "7"]),
        (["12,50", "1.234", "1.234,5", "7"], ["12.5", "1234", "1234.5", "7"]),
        (["1,234.50", "1,234", "0.5"], ["1234.5", "1234", "0.5"]),
        (["1.234.567", "3"], ["1234567", "3"]),
        (["€ 12,50", "3,10 €", "1 234,00 €"], ["12.5", "3.1", "1234"]),
        (["$1,234.50", "$.5"], ["1234.5", "0.5"]),
        (["12.50 EUR", "EUR 3.25"], ["12.5", "3.25"]),
        (["1'234.50", "2.25"], ["1234.5", "2.25"]),
        (["1’234.50", "2.25"], ["1234.5", "2.25"]),
        (["0,500", "1,250"], ["0.5", "1.25"]),
        (["2.5", "(12.50)", "3.50-", "−4"], ["2.5", "-12.5", "-3.5", "-4"]),
        (["(1.234,50 €)", "2,00 €"], ["-1234.5", "2"]),
        (["R$ 1.234,50", "R$2,00"], ["1234.5", "2"]),
        (["1 234,50 zł", "-2,00 zł"], ["1234.5", "-2"]),
        (["1 234,50 Kč", "2,00 Kč"], ["1234.5", "2"]),
        (["12,50 kr", "kr 3,10", "Kr. 1.234,00"], ["12.5", "3.1", "1234"]),
        (["US$1,234.50", "US$ 2.25"], ["1234.5", "2.25"]),
        (["Rs. 1,234.50", "Rs.2.25", "Rs 3.75", "Rs4.25"], ["1234.5", "2.25", "3.75", "4.25"]),
        (["12.50", *["7"] * 10_000, "(1,234.50)", "3.50-"], ["12.5", *["7"] * 10_000, "-1234.5", "-3.5"]),
        (["$1.50"] * 10_001 + ["$1,234.50"], ["1.5"] * 10_001 + ["1234.5"]),
    ],
)
def test_numbers_are_read_as_they_are_meant(tmp_path: Path, written: list[str], meant: list[str]) -> None:
    assert read(tmp_path, *written) == [Decimal(amount) for amount in meant]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["12,50", "12.50"], "has 1 numbers with a decimal point and 1 with a decimal comma; expected: one way"),
        (["R$ 1.50", "US$ 2.50"], r"shows more than one currency \(R\$, US\$\)"),
        (["7"] * 10_001 + ["7 EUR"], r"shows more than one currency \(none, EUR\)"),
        (["7.5"] * 10_001 + ["7,5"], "has 10,001 numbers with a decimal point and 1 with a decimal comma"),
        (["€1.50", "$2.50"], r"shows more than one currency \(\$, €\); expected: one, or none throughout\. Convert"),
        (["EUR 1.50", "2.50 USD"], r"more than one currency \(EUR, USD\)"),
        (["5", "5 EUR"], r"more than one currency \(none, EUR\)"),
        (
            ["1,234", "56", "5,678"],
            r"holds '1,234', and nothing that tells .* \(rows: 2\); write such numbers without",
        ),
        (["1,2,3", "5"], "1 value is not a number such as 1234.5"),
        (["5", "-5-"], "1 value is not a number such as 1234.5"),
        (["12.50", "TBD"], "1 value is not a number such as 1234.5"),
        (["12.50", "twelve"], "1 value is not a number such as 1234.5"),
    ],
)
def test_what_may_mean_two_things_is_refused(tmp_path: Path, written: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read(tmp_path, *written)
    assert str(refused.value).count("\n") == 1  # a fault is told once
