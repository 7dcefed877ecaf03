"""Pages and tables in another language: written in English, then told anew sentence by sentence from a catalogue."""

from typing import Literal

Language = Literal["en", "zh"]
