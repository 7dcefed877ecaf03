"""The model card: what a model is for, what it was made of, how good it was, and where it ends."""

from regulars.report.card.card import Card, keep_card, make_card

__all__ = ["Card", "keep_card", "make_card"]
