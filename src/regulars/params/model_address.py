"""The address of a registered model, and the tags by which its versions are known."""

from __future__ import annotations

import re

MODEL_URI = re.compile(r"models:/(?P<name>[^/@]+)(?:@(?P<alias>[^/@]+)|/(?P<version>\d+))")
CHECKSUM_TAG, CONTENT_TAG = "regulars.checksum", "regulars.model_version"
