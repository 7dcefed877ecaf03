"""What the order days of customers say: recency, rhythm, frequency, calendar, trend, habit."""

from __future__ import annotations

from regulars.features.feature import SEASON_DAYS, TRAILING_DAYS, family
from regulars.features.measures import HABIT_ORDERS, RECENT_GAPS, YEAR

GAPS = "(orders - 1)"
GAP_SUM = "(first_age - last_age)"
GAP_MEAN = f"({GAP_SUM} / {GAPS})"
GAP_SPREAD = f"sqrt(({GAPS} * gap_squares - {GAP_SUM} * {GAP_SUM}) / ({GAPS} * (orders - 2)))"
GAP_LAST = "(before_last_age - last_age)"
WEEKDAY_SQUARES = " + ".join(f"weekday_{k}_orders * weekday_{k}_orders" for k in range(7))
LATELY = f"the last {SEASON_DAYS} days"
NO_CUSTOMER_YET = "null for who was no customer then"


def since(days: int, expression: str) -> str:
    """The expression for who was a customer so many days ago, else not known."""
    return f"where(first_age > {days}, {expression}, nan)"


def repeated(expression: str, orders: int = 2) -> str:
    """The expression where there are so many order days, else not known."""
    return f"where(orders >= {orders}, {expression}, nan)"


# fmt: off
ORDER_FEATURES = (
    *family("recency",
        ("days_since_last", "days", "last_age", "Days from the last order day to the cutoff"),
        ("recency", "days", "first_age - last_age", "Days from the first to the last order day (BTYD t_x)"),
        ("tenure", "days", "first_age", "Days from the first order day to the cutoff (BTYD T)"),
    ),
    *family("rhythm",
        ("gap_mean", "days", repeated(GAP_MEAN), "Mean days between order days; null before the second"),
        ("gap_median", "days", "gap_middle", "Median days between order days"),
        ("gap_p80", "days", "gap_long", "Days that four fifths of the gaps between order days do not exceed"),
        ("gap_std", "days", repeated(GAP_SPREAD, 3),
         "Standard deviation of the days between order days; null before the third"),
        ("gap_cv", "ratio", repeated(f"{GAP_SPREAD} / {GAP_MEAN}", 3),
         "Spread of the gaps over their mean: 0 is a clock, 1 is chance"),
        ("regularity", "ratio", repeated(f"maximum(log({GAP_MEAN}) - gap_logs / {GAPS}, 0)"),
         "Logarithm of the mean gap less the mean logarithm of the gaps: 0 is a clock, 0.58 is chance"),
        ("gap_longest", "days", repeated("gap_longest"), "Longest gap between order days"),
        ("gap_first", "days", "first_age - second_age", "Days from the first to the second order day"),
        ("gap_last", "days", GAP_LAST, "Days between the last two order days"),
        ("gap_recent", "days", f"(recent_age - last_age) / {RECENT_GAPS}",
         f"Mean of the last {RECENT_GAPS} gaps; null with fewer"),
        ("overdue_ratio", "ratio", repeated(f"last_age / {GAP_MEAN}"),
         "Days since last over the customer's own mean gap"),
        ("overdue_p80", "ratio", "last_age / gap_long", "Days since last over the gap that four fifths do not exceed"),
        ("overdue_longest", "ratio", repeated("last_age / gap_longest"), "Days since last over the longest gap so far"),
        ("overdue_rank", "share", "gaps_shorter",
         "Share of the customer's own gaps that are shorter than the days since last"),
    ),
    *family("frequency",
        ("frequency", "orders", "orders - 1", "Order days after the first one (BTYD x)"),
        ("order_rate", "orders", "30.0 * (orders - 1) / first_age", "Repeat orders per 30 days of tenure"),
        *((f"orders_{days}", "orders", f"orders_{days}", f"Order days in the {days} days before the cutoff")
          for days in TRAILING_DAYS),
        ("orders_early", "orders", "orders_early",
         f"Order days in the first {SEASON_DAYS} days, the first one included"),
        ("orders_year_ago", "orders", since(YEAR, "orders_year_ago"),
         f"Order days in {LATELY} of a year ago; {NO_CUSTOMER_YET}"),
        ("orders_ahead_year_ago", "orders", since(YEAR, "orders_ahead_year_ago"),
         f"Order days a year ago in the {SEASON_DAYS} days that lie ahead now: the season; {NO_CUSTOMER_YET}"),
    ),
    *family("habit",
        ("orders_to_habit", "orders", f"maximum({HABIT_ORDERS} - orders, 0)",
         f"Order days that are missing to the {HABIT_ORDERS}th, from which buying counts as a habit"),
        ("days_to_habit", "days", "first_age - habit_age",
         f"Days from the first to the {HABIT_ORDERS}th order day; null before it"),
    ),
    *family("calendar",
        ("weekend_share", "share", "weekend_orders / orders", "Share of order days on Saturday or Sunday"),
        ("last_on_weekend", "share", "last_on_weekend", "1 if the last order day was a Saturday or Sunday"),
        ("weekday_concentration", "share", f"({WEEKDAY_SQUARES}) / (orders * orders)",
         "Sum of the squared shares of the weekdays: 1 is always the same one"),
        ("first_season_sin", "ratio", "sin(2 * pi * first_year_share)",
         "When in the year the first order came: 1 at the end of March, −1 at the end of September"),
        ("first_season_cos", "ratio", "cos(2 * pi * first_year_share)",
         "When in the year the first order came: 1 at New Year, −1 at midsummer"),
    ),
    *family("trend",
        ("orders_trend", "ratio", "(orders_90 + 1) / (orders_180 - orders_90 + 1)",
         "Orders of the last 90 days over those of the 90 before, each plus one"),
        ("orders_acceleration", "orders", "orders_90 - 2 * (orders_180 - orders_90) + orders_season_ago",
         "Change of the change: orders of the last 90 days less twice those of the 90 before, plus those before these"),
        ("orders_year_trend", "ratio", since(YEAR, "(orders_90 + 1) / (orders_year_ago + 1)"),
         f"Orders of the last 90 days over those of a year ago, each plus one; {NO_CUSTOMER_YET}"),
        ("gap_trend", "ratio", repeated(f"{GAP_LAST} / {GAP_MEAN}"), "Last gap over the mean gap"),
    ),
)
# fmt: on
