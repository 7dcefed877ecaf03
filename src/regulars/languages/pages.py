"""A page in another language: its texts and labels are told anew; its marks, and names in the data, stay."""

from __future__ import annotations

import html
import re

from markupsafe import escape

from regulars.languages import Language
from regulars.languages.catalogue import ENGLISH, chinese

_PIECE = re.compile(r"<style\b.*?</style>|<[^>]*>|[^<]+", re.DOTALL)
_LABEL = re.compile(r'\b((?:aria|data)-label)="([^"]*)"')
_CODE = '<span class="code"'  # what stands in it is a name
# By their names on iOS and macOS, Windows, Android and Linux.
FONTS = (
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", '
    '"WenQuanYi Micro Hei", sans-serif'
)
STYLE = f"""\
body, svg text {{ font-family: {FONTS} !important; }}
h1, h2, h3, .tiles .value {{ letter-spacing: normal; }}
body {{ line-break: strict; }}
</style>"""


def page_in(language: Language, page: str) -> str:
    """A page that was written in English, in this language; English stays as it is, to the byte.

    Texts that the catalogue does not know stay English; how many there are stands at the end of the page.

    Examples
    --------
    >>> page_in("zh", "<p>New customers</p>"), page_in("en", "<p>New customers</p>")
    ('<p>新客户</p>', '<p>New customers</p>')
    """
    if language == "en":
        return page
    told = "".join(_told(_PIECE.findall(page)))
    told = told.replace('<html lang="en">', '<html lang="zh-CN">', 1).replace("</style>", STYLE, 1)
    if left := len(left_in_english(told)):
        note = f"本页有{left}处文字暂无中文，保留英文。"
        told = told.replace("</div>\n</body>", f'<p class="quiet">{note}</p>\n</div>\n</body>', 1)
    return told


def left_in_english(page: str) -> list[str]:
    """The texts of a page that read as English sentences."""
    texts, verbatim = [], False
    for piece in _PIECE.findall(page):
        if piece.startswith("<"):
            verbatim = piece.startswith(_CODE)
        elif not verbatim and ENGLISH.search(html.unescape(piece)):
            texts.append(html.unescape(piece).strip())
    return texts


def _told(pieces: list[str]) -> list[str]:
    told, verbatim = [], False
    for piece in pieces:
        if piece.startswith("<"):
            verbatim = piece.startswith(_CODE)
            told.append(_LABEL.sub(lambda found: f'{found[1]}="{_anew(found[2])}"', piece))
        else:
            told.append(piece if verbatim or not piece.strip() else _anew(piece))
    return told


def _anew(text: str) -> str:
    """A text of HTML; where it stays English, as it was."""
    plain = " ".join(html.unescape(text).split())
    told = chinese().in_words(plain)
    return text if told == plain else str(escape(told))
