"""The catalogue: every sentence that is fixed in the code has its Chinese, and places agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment, PackageLoader, nodes

from regulars.definitions import DEFINITIONS
from regulars.languages.catalogue import ENGLISH, Catalogue, Message, chinese, messages
from regulars.loyalty import SEGMENTS
from regulars.loyalty.actions import ACTIONS
from regulars.loyalty.associations.driver import interval, more_or_fewer
from regulars.reasons import risk, risk_sentences, value_sentences
from regulars.reasons.sentence import Sentence
from regulars.report import customer_card, feeds, intervals, judgement, moves
from regulars.report.changes import plain_segment
from regulars.report.contenders import CONTENDERS
from regulars.retention import openings
from regulars.transactions.row_outcome import RowOutcome

CHINESE = re.compile(r"[\u4e00-\u9fff]")
VALUES = {"money": "1,234.50", "share": "12 %", "times": "7 times"}
PLURALS = {"category": "categories"}


def sentences() -> Iterator[Sentence]:
    """All sentences that a reason can be made of."""
    for module in (risk_sentences, value_sentences):
        for spoken in (module.TIMING_RAISES, module.TIMING_LOWERS):
            yield from spoken
        for by_feature in (module.RAISES, module.LOWERS):
            for spoken in by_feature.values():
                yield from spoken


def filled(sentence: Sentence) -> Iterator[str]:
    """The sentence as it is told of one and of several."""
    for one in (True, False):
        told = ""
        for words, name, how in sentence.places:
            many = f"1 {how}" if one else f"12 {PLURALS.get(how, f'{how}s')}"
            told += words + (VALUES.get(how, many) if name else "")
        yield told


def openings_filled() -> Iterator[str]:
    named = {"product": "Green Tea", "liked": "Green Tea", "suggested": "Green Tea", "offer": "voucher"}
    words = (*openings.KEEP_WORDS.values(), *openings.BACK_WORDS.values())
    for texts in (*words, openings.WITH_PRODUCT, openings.WITH_LIKED, openings.WITH_NEXT):
        yield from (text.format(**named) for text in texts)


def of_templates() -> Iterator[str]:
    """Whole English sentences in the templates: those that are passed as they are, and those between two tags."""
    templates = Environment(loader=PackageLoader("regulars.report"), autoescape=True)
    for name in templates.list_templates(["html"]):
        source, _, _ = templates.loader.get_source(templates, name)  # type: ignore[union-attr]
        for found in templates.parse(source).find_all(nodes.Const):
            if isinstance(found.value, str) and re.fullmatch(r"[A-Z][^<>]* [^<>]*\.", found.value):
                yield found.value
        yield from re.findall(r">([A-Z][^<>{}]*[a-z.])</(?!style)", source)


def fixed() -> dict[str, list[str]]:
    """What the code says word for word, by where it stands."""
    found = DEFINITIONS.values()
    claims = [each.claim for each in found if each.claim]
    return {
        "definitions": [text.replace("`", "") for each in found for text in (each.name, each.meaning, each.where)],
        "formulas": [each.formula for each in found if each.formula != "p_churn"],
        "claims": [f"{claim.says} ({claim.source})" for claim in claims],
        "reasons": [text for each in sentences() for text in filled(each)],
        "topics": [f"{opening}{text}" for opening in (risk.RAISES, risk.LOWERS) for text in risk.AS_A_WHOLE.values()],
        "openings": list(openings_filled()),
        "actions": list(ACTIONS.values()),
        "segments": [plain_segment(name) for name in SEGMENTS],
        "ledger": [text for end in RowOutcome for text in (end.outcome, end.reason)],
        "grades": [
            text.format(list=noun, is_="is") for text in judgement.ADVICE.values() for noun in ("list", "scores")
        ],
        "names": [*feeds.TITLES.values(), *intervals.GROUPS.values(), *(label for _, label in moves.STEPS)],
        "next sale": list(customer_card.NAMES.values()),
        "contenders": [name for name, _ in CONTENDERS.values()],
        "templates": list(of_templates()),
    }


@pytest.mark.parametrize("where", fixed())
def test_what_the_code_says_word_for_word_has_its_chinese(where: str) -> None:
    told = {text: chinese().in_words(text) for text in fixed()[where]}
    assert told
    missing = [text for text, words in told.items() if ENGLISH.search(words) or (words == text and " " in text)]
    assert missing == []


def test_places_agree_and_no_sentence_stands_twice() -> None:
    found = list(messages())
    assert not [each.english for each in found if sorted(each.places) != sorted(re.findall(r"\{(\w)\}", each.told))]
    assert len({each.exact for each in found}) == len(found)
    assert not [each.english for each in found if each.told.endswith("。")]  # the stop comes from the English text


def test_what_is_said_about_a_sentence_is_said_around_it() -> None:
    told = chinese().in_words(
        "No clear difference: customers of many products ordered 0.3 % more in 30 days than customers of few with "
        "equal orders, spend and time as a customer (95 % interval 6.2 % less to 7.3 % more)."
    )
    assert told == (
        "差异不明确：订单数、消费额与客龄相同时，购买商品多的客户在30天内的订单比购买种类少的客户多0.3%"
        "（95%置信区间：少6.2%至多7.3%）。"
    )


@pytest.mark.parametrize("ends", [(0.90, 0.95), (0.90, 1.05), (1.05, 1.10)])
def test_how_many_buy_at_a_lower_price_has_its_chinese(ends: tuple[float, float]) -> None:
    found = interval(*map(more_or_fewer, ends))
    told = chinese().in_words(
        f"In weeks with a price 10 % lower, {more_or_fewer(sum(ends) / 2)} customers bought a product {found}; of the "
        "40 products with most buyers whose price varies."
    )
    assert not ENGLISH.search(told)


def test_names_in_a_sentence_stay_as_they_are() -> None:
    told = chinese().in_words("We hope Tea of the House still serves you well. For your next order: Gift.")
    assert (
        told == "We hope Tea of the House still serves you well. For your next order: Gift."
    )  # better than half of it
    assert (
        chinese().in_words("How about Green Tea? This is for you: Gift.")
        == "要不要试试“Green Tea”？特为您准备了：Gift。"
    )


def test_a_text_of_which_a_part_is_not_known_stays_whole() -> None:
    told = Catalogue([Message("it holds", "成立"), Message("{a}, it says", "它说{a}")])
    assert told.in_words("It holds. Who knows what this is.") == "It holds. Who knows what this is."
    assert told.in_words("Nobody is there, it says") == "Nobody is there, it says"
    assert told.in_words("It holds. It holds.") == "成立。成立。"


def test_chinese_is_chinese() -> None:
    known = [each for each in messages() if re.search(r"[a-z]{3,} [a-z]{2,}", each.english)]
    assert not [each.english for each in known if not CHINESE.search(each.told)]
