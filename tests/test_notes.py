from __future__ import annotations

import json

from regulars.notes import Note


def test_a_note_comes_back_from_json_as_it_was() -> None:
    note = Note("p_lost", "p_lost comes from mbg_nbd")
    assert Note.from_dict(json.loads(json.dumps(note.to_dict()))) == note
