"""A real browser draws the page: wide, narrow and on paper."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from pathlib import Path

import matplotlib.image as mpimg
import numpy as np
import pytest

from regulars.report import ReportContent, render

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
)
MEASURE = """<script>
const wide = [...document.querySelectorAll(".scroll")].filter(box => box.scrollWidth > box.clientWidth);
document.body.textContent = `over: ${wide.map(box => box.textContent)}.`;
</script>"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on PATH"),
]


@pytest.fixture(scope="module")
def page(content: ReportContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "report.html"
    path.write_text(render(content), encoding="utf-8")
    return path


def browse(path: Path, *expected: str) -> str:
    command = [str(CHROMIUM), *QUIET, f"--user-data-dir={path.parent / 'profile'}", *expected, path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.parametrize("width", [1280, 500])
def test_the_page_is_drawn_without_running_over(page: Path, width: int) -> None:
    shot = page.parent / f"{width}.png"
    browse(page, f"--window-size={width},3000", f"--screenshot={shot}")
    pixels = mpimg.imread(shot)[..., :3]
    assert pixels.shape[1] == width
    assert np.all(pixels[:, -8:] > 0.99)  # the right margin stays white
    ink = (pixels.min(axis=2) < 0.5).mean()
    assert 0.005 < ink < 0.3


def test_tables_fit_on_a_desk(content: ReportContent, tmp_path: Path) -> None:
    told = json.loads(json.dumps(content.backtest).replace('"mbg_nbd"', '"lightgbm_features"'))  # the longest name
    for row in told["comparisons"]:
        row |= {"difference": -0.0976, "low": -0.1027, "high": -0.0926, "verdict": "better"}
    for row in told["metrics"]:
        row["value"] = 0.1286
    html = render(dataclasses.replace(content, backtest=told))
    html = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", html).replace("</body>", f"{MEASURE}</body>")
    path = tmp_path / "measured.html"
    path.write_text(html, encoding="utf-8")
    assert "over: ." in browse(path, "--window-size=1280,3000", "--dump-dom")


def test_the_page_prints(page: Path) -> None:
    pdf = page.parent / "report.pdf"
    browse(page, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    assert pdf.read_bytes().startswith(b"%PDF")


def test_nothing_moves_when_the_browser_has_read_it(page: Path) -> None:
    dom = browse(page, "--dump-dom")
    assert dom.count("<section") == 11
    assert dom.count("<svg") == 11
