"""What every family of features and every column means, and its unit: what the data dictionary is made of."""

from __future__ import annotations

from collections.abc import Mapping

Meanings = Mapping[str, tuple[str, str]]  # the unit and the meaning of each column

FAMILIES = {
    "recency": "How long ago did the customer order?",
    "rhythm": "How regularly does the customer order, and is an order overdue?",
    "frequency": "How often does the customer order?",
    "habit": "Has ordering become a habit?",
    "calendar": "On which days and in which season does the customer order?",
    "breadth": "How much, and how many different things, does the customer buy?",
    "trend": "Is the customer ordering more or less than before?",
    "money": "How much does the customer spend?",
    "returns": "Does the customer give things back?",
    "discounts": "Does the customer buy at full price?",
    "own": "What do columns say that only this log has? `NUMBER` and `CATEGORY` stand for their names.",
}

SUMMARY = {
    "frequency": ("order days", "Order days after the first one (x)"),
    "recency": ("days", "From the first to the last order day (t_x); not the days since the last one"),
    "T": ("days", "From the first order day to the cutoff"),
    "monetary_value": (
        "money",
        "Mean money of the order days after the first, net of known returns; 0 without any, null without money",
    ),
    "paid_repeats": (
        "order days",
        "Order days after the first that brought money, net of known returns",
    ),
    "first_value": ("money", "Money of the first order day, net of known returns; null without money"),
    "last_value": ("money", "Money of the last order day, net of known returns; null without money"),
}

LABELS = {
    "purchases": ("order days", "Order days in the label window"),
    "spend": ("money", "Net money in the label window; may be negative, null where the log has no money"),
}

SCORES = {
    "customer_id": ("as in the log", "The customer; the id keeps the type and value that it came with"),
    "cutoff": ("date", "The midnight from which nothing was known"),
    "horizon_days": ("days", "Length of the window [cutoff, cutoff + horizon_days) that the scores are about"),
    "first_order": ("date", "First order day before the cutoff"),
    "last_order": ("date", "Last order day before the cutoff"),
    "orders": ("order days", "Order days before the cutoff"),
    "spend_so_far": ("money", "Net money before the cutoff, returns booked on their own date"),
    "p_churn": ("probability", "No purchase in the window"),
    "p_alive": (
        "probability",
        (
            "The customer has not left for good, as the lifetime model sees it; not 1 − p_churn. Null for all "
            "where the log does not tell leaving from staying"
        ),
    ),
    "expected_purchases": ("order days", "Mean number of order days in the window"),
    "expected_spend": ("money", "Mean of max(net money, 0) in the window: revenue, not discounted"),
    "p_lost": (
        "probability",
        "The part of p_churn that is for good: had left by the cutoff, not just quiet in the window; from 0 to p_churn",
    ),
    "order_value": (
        "money",
        (
            "What one order day to come will bring, net: a forecast between the customer's own mean and the shop's, "
            "nearer to the shop's the fewer order days are known. Returns are taken off the day that they belong to"
        ),
    ),
    "spend_if_back": (
        "money",
        "Mean net money in the window of a customer who orders on its first day, at the pace to expect from then on",
    ),
    "clv": ("money", "Discounted margin over clv_horizon_days"),
    "clv_low": ("money", "Lower end of the 90 % interval for the value that is realised"),
    "clv_high": (
        "money",
        (
            "Upper end of that interval; where more than 95 % of similar customers buy nothing, the 95 % quantile "
            "given a purchase"
        ),
    ),
    "next_purchase_date": (
        "date",
        "Median date of the next purchase, if one comes; null where none is likelier, or beyond clv_horizon_days",
    ),
    "next_purchase_low": ("date", "Lower end of its 80 % interval"),
    "next_purchase_high": ("date", "Upper end of that interval"),
    "disagreement": ("probability", "Distance of p_churn from what the lifetime model alone says (1 − R)"),
    "reason_1": (
        "text",
        (
            "What “raises the risk” (p_churn) most; after all that does, what “lowers the risk”. “By order dates "
            "alone” where LightGBM is not part of the score"
        ),
    ),
    "reason_2": ("text", "The next reason; null where there is none"),
    "reason_3": ("text", "The third reason; null where there is none"),
    "model_version": ("text", "First 12 hex digits of the checksum of the scorer's content"),
}

TARGETS = {
    "customer_id": ("as in the scores", "The customer"),
    "campaign": ("text", "Name of the campaign; it salts the draw of the control group"),
    "group": ("text", "treat: contact this customer; control: drawn at random from the same list, not contacted"),
    "contact_on": ("date", "Working day on which to contact; null for controls"),
    "channel": ("text", "Channel of the offer"),
    "offer": ("text", "Name of the offer; for controls the one that they would have had"),
    "kind": (
        "text",
        "keep: quiet; win_back: more likely gone for good than quiet, or silent for over a year",
    ),
    "expected_profit": ("money", "Profit that the contact is assumed to add; not causal"),
    "expected_cost": ("money", "Money that the contact is expected to take from the budget"),
    "last_order": ("date", "As in the scores"),
    "orders": ("order days", "As in the scores"),
    "spend_so_far": ("money", "As in the scores"),
    "p_churn": ("probability", "As in the scores"),
    "p_lost": ("probability", "As in the scores"),
    "expected_spend": ("money", "As in the scores"),
    "clv": ("money", "As in the scores"),
    "reason_1": ("text", "As in the scores"),
    "reason_2": ("text", "As in the scores"),
    "reason_3": ("text", "As in the scores"),
    "opening": (
        "text",
        "A sentence that can be sent to the customer; it tells nothing of what is known about them; null for controls",
    ),
    "next_product": (
        "text",
        "What to offer next: the best new product, else the one bought again most often; null where there is none",
    ),
    "next_product_why": ("text", "The reason for it as a sentence, for the person who calls"),
    "cutoff": ("date", "As in the scores"),
    "horizon_days": ("days", "As in the scores"),
    "model_version": ("text", "As in the scores"),
}

LET_GO = {
    "customer_id": ("as in the scores", "The customer"),
    "last_order": ("date", "As in the scores"),
    "orders": ("order days", "As in the scores"),
    "spend_so_far": ("money", "As in the scores"),
    "p_churn": ("probability", "As in the scores"),
    "p_lost": ("probability", "As in the scores"),
    "best_profit": ("money", "Profit that the best contact is assumed to add: 0 or less"),
    "reason": ("text", "Why no contact pays"),
}

SEGMENTS = {
    "customer_id": ("as in the log", "The customer"),
    "cutoff": ("date", "The day from whose midnight on nothing is known"),
    "first_order": ("date", "First order day"),
    "last_order": ("date", "Last order day before the cutoff"),
    "orders": ("order days", "Order days so far"),
    "spend_so_far": ("money", "Net spend so far; null where the log has no money"),
    "recency_score": ("1 to 5", "5: ordered in the last 30 days; then 90, 180, 365 (`loyalty.recency_cuts`)"),
    "frequency_score": ("1 to 5", "Order days by fifths of the customers, or `loyalty.order_cuts`; 5 is most"),
    "money_score": ("1 to 5", "Net spend by fifths of the customers, or `loyalty.spend_cuts`; null without money"),
    "segment": (
        "text",
        (
            "champions, loyal, at_risk and cannot_lose buy often and much, by how long ago they last ordered; "
            "potential, needs_attention and slipping are in the middle; occasional and hibernating buy little; new "
            "customers ordered on one day only, in the last 90 (`loyalty.new_days`)"
        ),
    ),
    "segment_before": ("text", "The segment 30 days earlier (`loyalty.compare_days`); null who was no customer then"),
    "best": ("yes/no", "Ordered in the last 30 days (`loyalty.best_days`), with a 5 in frequency and money"),
    "stage": (
        "text",
        "first_time: one order day; repeat: more; advocate: 6 or more (`loyalty.advocate_orders`), one in a year",
    ),
    "usual_gap": (
        "days",
        (
            "Mean days between order days, counted with two gaps of the shop's usual length: what to expect, nearer to "
            "the shop's than the customer's own average gap, which reasons name"
        ),
    ),
    "health": (
        "text",
        (
            "poor: silent for 3 usual gaps (`loyalty.poor_gaps`), or gave something back and is late; average: silent "
            "for 1.5, nothing bought since a return, a late second order, half as many orders as before, or orders "
            "that bring less than two thirds of what they did; else good"
        ),
    ),
    "health_reason": ("text", "Why"),
    "tier": ("text", "Best tier reached by the spend of 365 days (`loyalty.tiers_by`); null below the lowest"),
    "tier_before": ("text", "The tier 30 days earlier, by the amounts of now"),
    "to_next_tier": ("as the tiers", "What is missing to the next tier; 0 in the highest"),
    "main": ("yes/no", "Among the fewest customers who bring four fifths of the spend of 365 days; else casual"),
    "spend_rank": ("share", "Share of the customers who spent less in the last 180 days"),
    "spend_rank_before": ("share", "The same 30 days earlier; null who was no customer then"),
    "falling_off": (
        "yes/no",
        "Among the best fifth by spend 30 days earlier, a tenth of the ranks lower now, and not in good health",
    ),
    "first_90_days": (
        "text",
        (
            "Of new customers: on track, or the day since when the second order is later than that of four in five who "
            "ordered again in their first 90 days; null for others"
        ),
    ),
    "due_on": ("date", "Day of the next order at the usual gap; null after one order day, and where it has passed"),
    "anniversary": ("date", "Next anniversary of the first order, from the cutoff on"),
    "thanks": ("text", "What was reached since 30 days earlier: a full year, or 10, 25, 50, 100 … order days"),
    "action": ("text", "What to do, by stage and health; your own words in `loyalty.actions`"),
}

PREDICTIONS = {
    "origin": ("date", "Cutoff in the past from which was predicted"),
    "customer_id": ("as in the log", "The customer"),
    "contender": ("text", "Who predicts: regulars, the champion, a model alone, or a naive rule"),
    "p_churn": ("probability", "No purchase in the window that follows the origin"),
    "expected_purchases": ("order days", "Predicted order days; null where the contender predicts none"),
    "expected_spend": ("money", "Predicted net money; null where the contender predicts none"),
    "actual_purchases": ("order days", "Actual order days"),
    "actual_spend": ("money", "Actual max(net money, 0); null where the log has no money"),
}

MEASURED = {
    "campaign": ("text", "Name of the campaign"),
    "by": ("text", "all, or the column of the list by which it is split: offer, kind, segment"),
    "part": ("text", "The customers: all, or those with this offer, kind or segment"),
    "outcome": (
        "text",
        (
            "ordered: 1 or 0; order_days; revenue: net money; margin: revenue less the cost of goods; profit: margin "
            "less what the contacts cost"
        ),
    ),
    "horizons": ("count", "Length of the window from the start of the campaign, in horizons: 1, or 2"),
    "method": ("text", "difference: of the two means; adjusted: the same, adjusted by what was known before"),
    "treated": ("count", "Customers who were to be contacted"),
    "control": ("count", "Customers held out"),
    "treated_mean": ("as the outcome", "Mean of those to be contacted"),
    "control_mean": ("as the outcome", "Mean of those held out"),
    "effect": ("as the outcome", "What the contact changed for each customer"),
    "low": ("as the outcome", "Lower end of the interval for the effect"),
    "high": ("as the outcome", "Upper end of that interval"),
    "total": ("as the outcome", "effect × treated: what the campaign brought"),
    "total_low": ("as the outcome", "Lower end of its interval"),
    "total_high": ("as the outcome", "Upper end of that interval"),
    "confidence": (
        "probability",
        "How often such an interval holds: 0.9; of k parts 1 − 0.1 / k each, so that all of them hold together at 0.9",
    ),
    "p_value": ("probability", "Chance of an effect as large if a contact changes nothing; of several parts Holm's"),
}

CAMPAIGN_HISTORY = {
    "customer": ("text", "A hash of the customer id; whoever knows an id can make its hash"),
    "campaign": ("text", "Name of the campaign"),
    "start": ("date", "First day on which outcomes count"),
    "horizon_days": ("days", "Length of the window in which they count"),
    "cutoff": ("date", "Cutoff of the scores"),
    "model_version": ("text", "As in the scores"),
    "group": ("text", "treat or control"),
    "offer": ("text", "Name of the offer; for controls the one that they would have had"),
    "kind": ("text", "keep or win_back, as in the work list"),
    "p_churn": ("probability", "As in the scores of that time"),
    "p_lost": ("probability", "As in the scores of that time"),
    "expected_spend": ("money", "As in the scores of that time"),
    "clv": ("money", "As in the scores of that time"),
    "days_since_last": (
        "days",
        "From the last order to the cutoff; null where the work list had no last_order, and in histories of before",
    ),
    "expected_profit": ("money", "As in the work list"),
    "expected_cost": ("money", "As in the work list"),
    "ordered": ("0 or 1", "Whether an order came in the window"),
    "order_days": ("order days", "How many days with an order"),
    "revenue": ("money", "Net money of the window; null where the log has no money"),
    "margin": ("money", "Revenue less the cost of goods"),
    "profit": ("money", "Margin less what the contact cost"),
    "redeemed": (
        "0 or 1",
        "Whether an order of the window was below the list price; null where the log has no discounts",
    ),
    "currency": ("text", "Currency of the money, where the log names one"),
}

DRIVERS = {
    "driver": ("text", "Short name of the finding"),
    "group": ("text", "The customers that the figure is about"),
    "comparison": ("text", "Whom they are compared with; empty where nobody"),
    "measure": (
        "text",
        "share, difference of shares, ratio, difference of money; of feeds also net promoter score, days, money",
    ),
    "estimate": ("as measure says", "The figure; a share of 0.1 is 10 %, a difference of shares of 0.1 is 10 points"),
    "low": (
        "as measure says",
        "Lower end of its 95 % interval; those of a driver `last_*` hold all together",
    ),
    "high": ("as measure says", "Upper end"),
    "customers": ("customers", "In the group"),
    "compared": ("customers", "In the comparison; 0 where there is none"),
    "adjusted_for": ("text", "What both groups are made equal in; empty where nothing"),
    "is_clear": ("boolean", "Whether the interval leaves out that there is no difference; false for a share alone"),
    "meaning": ("text", "The finding as a sentence"),
}

NEXT_SALE_IS = (
    "What `regulars.next_sale` returns. A new product is an *upgrade* where it is of the same category as `because`, "
    "at 1.2 to 3 times its price; an *add_on* where at least half of those who bought both began with both on one day, "
    "and it costs half of it or less; a *bundle* where they did and it costs more; else *related*."
)

NEXT_SALE = {
    "customer_id": ("as in the log", "The customer; those without a suggestion are not in the table"),
    "rank": ("count", "Place, 1 the best; products bought again and new ones are counted apart"),
    "kind": (
        "text",
        "again: bought on two order days or more; else new: upgrade, add_on, bundle or related (see below)",
    ),
    "product_id": ("as in the log", "The product to offer"),
    "because": ("as in the log", "The customer's own product that speaks most for it; null for again"),
    "customers_of_both": ("customers", "Who bought both before the cutoff"),
    "lift": ("ratio", "Share of buyers of `because` who bought the product, over the share of all customers"),
    "conversion": (
        "share",
        "Of buyers of `because` who did not have the product at that time, those who bought it on a later day",
    ),
    "lead_days": (
        "days",
        "Median days from `because` to the product, of those who bought it later",
    ),
    "why": ("text", "The reason as a sentence"),
}

PREFERENCES_IS = (
    "What `regulars.preferences` returns; one row for each customer with three order days or more and each thing that "
    "the log tells. Shares are drawn towards those of the average customer."
)

PREFERENCES = {
    "customer_id": ("as in the log", "The customer"),
    "about": ("text", "channel, product, category, weekday or discount"),
    "preferred": ("text", "What the customer most likely chooses; for discount: with a discount, or at the full price"),
    "order_days": ("order days", "Of the customer with it"),
    "of_days": ("order days", "Of the customer on which the log tells anything about it"),
    "share": ("share", "Of the customer's order days that it is expected to have"),
    "low": ("share", "Lower end of the 95 % interval of `share`"),
    "high": ("share", "Upper end of the 95 % interval of `share`"),
    "usual_share": ("share", "Of the order days of the average customer that have it"),
    "probability": ("probability", "That this customer has it more often than the next value"),
    "is_sure": ("boolean", "Whether `probability` is 90 % or more"),
}

LOYALTY_MEASURES_IS = (
    "`customers` of `regulars.loyalty_index`; one row a customer. Columns that the log does not tell are left out."
)

LOYALTY_MEASURES = {
    "customer_id": ("as in the log", "The customer"),
    "orders": ("order days", "So far: repeat purchases"),
    "tenure": ("days", "Since the first order day"),
    "days_since_last": ("days", "Since the last order day"),
    "gap_change": (
        "ratio",
        "Mean gap before the last two order days over that before the earlier ones; five order days",
    ),
    "order_change": ("ratio", "Mean money of the last two order days over that of the earlier ones; five order days"),
    "breadth": ("count", "Categories tried, or products where there are no categories: comes for everything"),
    "known_products": ("share", "Of the products of all order days, those bought on an earlier day"),
    "channels": ("count", "Channels used"),
    "full_price": ("share", "Of the money spent, that on lines without a discount: the price is not minded"),
    "back_after_return": ("0 or 1", "Ordered after the first return; null without a return"),
    "index": ("0 to 100", "Probability in % to order within a horizon, by the weights that held in an earlier window"),
}

FORGOTTEN = {
    "customer": ("text", "SHA-256 over the salt in `forgotten.salt` and the id of the customer"),
    "recorded_on": ("date, as text", "Day (UTC) on which the customer was recorded as forgotten"),
}
