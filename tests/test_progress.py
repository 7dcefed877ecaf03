import pytest

from regulars.progress import listening, note, step


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
