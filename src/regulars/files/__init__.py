"""Files on disk: whole or not at all, and nothing left by a process that was killed."""

from regulars.files.claims import Claim, claim, is_alive, made_here, own_temporary_files, scratch, sweep
from regulars.files.whole import Drafts, whole_files

__all__ = [
    "Claim",
    "Drafts",
    "claim",
    "is_alive",
    "made_here",
    "own_temporary_files",
    "scratch",
    "sweep",
    "whole_files",
]
