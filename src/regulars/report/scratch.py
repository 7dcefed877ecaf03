"""Matplotlib keeps a font list in the user's home; here it goes to a folder that is gone at the end."""

from __future__ import annotations

import atexit
import os

from regulars.files import claim

_CLAIM = claim()
atexit.register(_CLAIM.release)
os.environ.setdefault("MPLCONFIGDIR", str(_CLAIM.folder))
