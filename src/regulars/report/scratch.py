"""Matplotlib keeps a font list in the user's home; here it goes to a folder that is gone at the end."""

from __future__ import annotations

import os
import tempfile

_FOLDER = tempfile.TemporaryDirectory(prefix="regulars-matplotlib-")
os.environ.setdefault("MPLCONFIGDIR", _FOLDER.name)
