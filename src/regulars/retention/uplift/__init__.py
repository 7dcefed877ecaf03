"""Who responds because of a contact, from the rows of a randomised campaign; judged beside other rules."""

from regulars.retention.uplift.judgement import Judgement
from regulars.retention.uplift.judging import judge

__all__ = ["Judgement", "judge"]
