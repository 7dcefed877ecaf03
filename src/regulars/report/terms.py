"""Terms of the page: each opens its definition with a click or a key, without a script."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from regulars.definitions import DEFINITIONS


@dataclass(frozen=True)
class Terms:
    """Writes terms, each with a popover of its own beside it, and remembers which there are.

    Examples
    --------
    >>> terms = Terms()
    >>> str(terms("risk", "Risk"))[:74]
    '<button type="button" class="term" popovertarget="means-risk-1">Risk</butt'
    """

    used: Counter[str] = field(default_factory=Counter)

    def __call__(self, key: str, text: str, *, dates: str = "", of: str = "", yours: str = "") -> Markup:
        """A button that opens the definition.

        Parameters
        ----------
        key : str
            Of `DEFINITIONS`.
        text : str
            What stands on the page.
        dates, of : str
            The dates and the customers that the figure is about.
        yours : str
            This shop's own figure, beside a rule of thumb.
        """
        self.used[key] += 1
        found, name = DEFINITIONS[key], f"means-{key}-{self.used[key]}"
        lines = [("Dates", dates), ("Of", of), ("Formula", found.formula), ("Columns", ", ".join(found.columns))]
        if found.claim:
            lines += [("Rule of thumb", f"{found.claim.says} ({found.claim.source})"), ("Yours", yours)]
        body = Markup("").join(_line(*line) for line in [*lines, ("Also in", found.where.replace("`", ""))] if line[1])
        return Markup(
            '<button type="button" class="term" popovertarget="{0}">{1}</button>'
            '<span class="means" popover id="{0}"><strong>{2}</strong> <span class="meaning">{3}</span>{4}'
            '<button type="button" class="close" popovertarget="{0}" popovertargetaction="hide">Close</button></span>'
        ).format(name, text, found.name, found.meaning, body)


def _line(name: str, text: str) -> Markup:
    return Markup('<span class="line"><b>{}</b> {}</span>').format(name, escape(text))
