"""The first sentences of a contact: they can be sent as they are, and vary."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from regulars.retention.control import typed
from regulars.retention.worth import WIN_BACK

FEW_ORDERS = 5  # up to here a customer has come back a few times; beyond it is a regular
LONGEST_PRODUCT = 60  # characters

# An offer is named after a colon, so that any name fits; and nothing says that the last order was lately.
KEEP_WORDS: Mapping[str, tuple[str, ...]] = {
    "once": (
        "Thank you for ordering with us. We have something for your next order: {offer}.",
        "We hope you still enjoy what you chose. If you need anything more: {offer}.",
        "It was good to have you with us. We would like to see you again: {offer}.",
    ),
    "few": (
        "Thank you for coming back to us. This is for your next order: {offer}.",
        "There is news in the shop, and we have something for you: {offer}.",
        "You have chosen us more than once, and we are glad of it: {offer}.",
    ),
    "regular": (
        "You have been with us for many orders. Thank you: {offer}.",
        "For our regular customers we have something today: {offer}.",
        "Thank you for your loyalty. This is for you: {offer}.",
    ),
}
BACK_WORDS: Mapping[str, tuple[str, ...]] = {
    "once": (
        "You ordered with us once. We would like to show you what is new: {offer}.",
        "A good deal has changed since your order. Have a look: {offer}.",
        "May we invite you to try us again? This is for you: {offer}.",
    ),
    "few": (
        "We have not seen you for a while, and would be glad to: {offer}.",
        "It has been some time. To welcome you back: {offer}.",
        "We would like to have you back. This may help: {offer}.",
    ),
    "regular": (
        "You were with us for many orders, and we miss you: {offer}.",
        "If something was not right, tell us. To come back: {offer}.",
        "After all your orders we would not like to lose you: {offer}.",
    ),
}
WITH_PRODUCT = (
    "We hope {product} still serves you well. For your next order: {offer}.",
    "You chose {product} last time. There is more to go with it: {offer}.",
)
WITH_LIKED = ("Whenever you would like {liked} again, we are here: {offer}.",)
WITH_NEXT = (
    "How about {suggested}? This is for you: {offer}.",
    "May we suggest {suggested}? For your next order: {offer}.",
)


def openings(
    rows: Sequence[tuple[object, str, int, str]],
    campaign: str,
    *,
    products: Mapping[object, str],
    liked: Mapping[object, str],
    suggested: Mapping[object, str],
    before: Mapping[object, Sequence[str]],
) -> list[str]:
    """One sentence a customer, in the order of the list.

    Parameters
    ----------
    rows : sequence of (customer_id, kind, orders, offer)
    campaign : str
        Its name: another campaign begins with other words.
    products : mapping
        Name of the last product of a customer, where the log tells; codes are not named.
    liked : mapping
        Name of the product that a customer surely prefers, where there is one; codes are not named.
    suggested : mapping
        Name of the product to offer next, where there is one; codes are not named.
    before : mapping
        Openings of earlier contacts of a customer, "" where the words are not known.

    Notes
    -----
    Words follow the kind of contact, the number of orders, and the last, the preferred and the next product. They begin
    where a hash of campaign and customer says, and move on with every earlier contact; a customer never gets the words
    of the last contact again, and two rows that follow each other never begin alike.

    Examples
    --------
    >>> openings([(7, "keep", 1, "voucher"), (8, "keep", 1, "voucher")], "spring", products={}, liked={}, suggested={},
    ...          before={})
    ... # doctest: +NORMALIZE_WHITESPACE
    ['We hope you still enjoy what you chose. If you need anything more: voucher.',
     'It was good to have you with us. We would like to see you again: voucher.']
    """
    made, last_words = [], ""
    for customer, kind, orders, offer in rows:
        earlier = before.get(customer, ())
        named = {
            "product": products.get(customer, "") if kind != WIN_BACK else "",
            "liked": liked.get(customer, ""),
            "suggested": suggested.get(customer, ""),
        }
        words = _words(kind, orders, named)
        first = (_number(campaign, customer) + len(earlier)) % len(words)
        latest = earlier[-1] if earlier else ""
        for turn in range(len(words)):
            chosen = words[(first + turn) % len(words)]
            text = chosen.format(offer=offer, **named)
            if chosen != last_words and text != latest:
                break
        made.append(text)
        last_words = chosen
    return made


def _words(kind: str, orders: int, named: Mapping[str, str]) -> tuple[str, ...]:
    history = "once" if orders <= 1 else "few" if orders <= FEW_ORDERS else "regular"
    words = (BACK_WORDS if kind == WIN_BACK else KEEP_WORDS)[history]
    with_products = (("product", WITH_PRODUCT), ("liked", WITH_LIKED), ("suggested", WITH_NEXT))
    return (*words, *(more for name, texts in with_products if _is_name(named[name]) for more in texts))


def _is_name(product: str) -> bool:
    """Whether a product is named in words: nobody wants to read a code."""
    letters = sum(character.isalpha() or character.isspace() for character in product)
    return " " in product.strip() and len(product) <= LONGEST_PRODUCT and letters > 0.7 * len(product)


def _number(campaign: str, customer: object) -> int:
    kind, value = typed(customer)
    return int.from_bytes(hashlib.sha256(f"opening\n{campaign}\n{kind}\n{value}".encode()).digest()[:4])
