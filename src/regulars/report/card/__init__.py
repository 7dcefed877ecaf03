"""The model card: what a model is for, what it was made of, how good it was, and where it ends."""

from regulars.report.card.card import Card, make_card
from regulars.report.card.content import CardContent

__all__ = ["Card", "CardContent", "make_card"]
