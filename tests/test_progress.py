import pytest

from regulars.progress import at_cutoff, listening, note, note_of_cutoff, step


class Heard:
    def __init__(self):
        self.words = []

    def begin(self, name):
        self.words.append(f"begin {name}")

    def end(self, name, seconds):
        assert seconds >= 0
        self.words.append(f"end {name}")

    def note(self, text):
        self.words.append(f"note {text}")


def test_steps_and_notes_reach_the_listener_in_order():
    heard = Heard()
    with listening(heard), step("fit"):
        note("a fallback")
    assert heard.words == ["begin fit", "note a fallback", "end fit"]


def test_a_step_that_fails_does_not_end():
    heard = Heard()
    with pytest.raises(ZeroDivisionError), listening(heard), step("fit"):
        raise ZeroDivisionError
    assert heard.words == ["begin fit"]


def test_nobody_listens_after_the_block():
    heard = Heard()
    with listening(heard):
        pass
    with step("quiet"):
        note("quiet")
    assert heard.words == []


def test_what_is_true_at_many_cutoffs_is_told_once_when_the_outermost_step_ends():
    heard = Heard()
    with listening(heard), step("outer"):
        for day in ("2024-02-01", "2024-01-01", "2024-01-01"):
            with step("inner"), at_cutoff(day):
                note_of_cutoff("a stands in for b", f"of {day}")
        assert not [word for word in heard.words if word.startswith("note")]
    assert heard.words[-2:] == ["note a stands in for b at 2024-01-01, 2024-02-01 (of 2024-02-01)", "end outer"]


def test_many_cutoffs_are_counted():
    heard = Heard()
    with listening(heard), step("outer"):
        for day in range(1, 6):
            with at_cutoff(f"2024-01-0{day}"):
                note_of_cutoff("a stands in for b", "few")
        note_of_cutoff("c stands in for d", "no cutoff")
    assert heard.words[1:-1] == [
        "note c stands in for d (no cutoff)",
        "note a stands in for b at 5 cutoffs from 2024-01-01 to 2024-01-05 (few)",
    ]
