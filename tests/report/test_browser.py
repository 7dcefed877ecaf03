"""A real browser draws the page: wide, narrow and on paper; and axe looks for what shuts people out."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from pathlib import Path

import axe_core_python
import matplotlib.image as mpimg
import numpy as np
import pandas as pd
import pytest

from regulars.loyalty import one_customer
from regulars.params import LoyaltyParams
from regulars.report import ReportContent, render, render_customer
from regulars.transactions import read_transactions
from regulars.windows import Windows
from tests.servers import PATIENCE

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

PLACE = """<script>
const place = document.querySelector("#statistician").getBoundingClientRect().top;
document.body.textContent = `at ${Math.round(place)}px`;
</script>"""
OPEN_ALL = """<script>
let opened = 0, closed = 0;
document.querySelectorAll("details").forEach(fold => { fold.open = true; });
const terms = [...document.querySelectorAll(".term")];
for (const term of terms) {
  const means = document.getElementById(term.getAttribute("popovertarget"));
  term.focus();
  document.activeElement.click();  // what Enter and the space bar do to a button
  opened += means.matches(":popover-open") && means.getBoundingClientRect().height > 50;
  means.querySelector(".close").click();
  closed += !means.matches(":popover-open");
}
const asked = performance.getEntriesByType("resource").length;
document.body.textContent = `opened ${opened} of ${terms.length}, closed ${closed}, requests ${asked}.`;
</script>"""
NARROW = """<body style="margin:0"><iframe src="{page}" style="border:0;width:390px;height:900px"></iframe><script>
onload = () => {{
  const shown = document.querySelector("iframe").contentDocument;
  shown.querySelectorAll("details").forEach(fold => {{ fold.open = true; }});
  document.body.textContent = `wide ${{shown.documentElement.scrollWidth}}px`;
}};
</script>"""  # no window of Chromium is as narrow as a phone
AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
LOOK = """<style>* {{ background-image: none !important; }}</style><script>{axe}</script><script>
document.querySelectorAll("details").forEach(fold => {{ fold.open = true; }});
const look = async () => {{
  const found = [await axe.run()];
  const means = document.querySelector("[popover]");
  if (means) {{ means.showPopover(); found.push(await axe.run(means)); }}
  const broken = found.flatMap(one => one.violations).filter(rule => ["serious", "critical"].includes(rule.impact));
  const told = broken.map(rule => `${{rule.id}}: ${{rule.nodes.map(node => node.html).join(" ")}}`);
  document.body.textContent = `${{found[0].passes.length}} rules hold, broken: ${{told.join("; ")}}.`;
}};
look();
</script>"""  # axe cannot tell the contrast before a gradient

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on PATH"),
]


@pytest.fixture(scope="module")
def page(whole: ReportContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browser") / "report.html"
    path.write_text(render(whole), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def customer_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = pd.DataFrame(
        {"customer_id": "c", "ordered_at": ["2024-01-01", "2024-02-01", "2024-02-02"], "amount": [5.0, 70.0, -5.0]}
    )
    customer = one_customer(read_transactions(lines), "c", Windows.at("2024-06-01", 30), LoyaltyParams())
    path = tmp_path_factory.mktemp("browser") / "customer.html"
    path.write_text(render_customer(customer, "There are no scores.", "", "The log is fresh."), encoding="utf-8")
    return path


def browse(path: Path, *expected: str) -> str:
    return browse_all(path, *expected).stdout


def browse_all(path: Path, *expected: str) -> subprocess.CompletedProcess[str]:
    command = [str(CHROMIUM), *QUIET, f"--user-data-dir={path.parent / 'profile'}", *expected, path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)


def run_in(page: Path, html: str, width: int, script: str) -> str:
    """The page after a script of the test has run in it, which its own policy would forbid."""
    html = re.sub(r"<meta[^>]*Content-Security-Policy[^>]*>", "", html).replace("</body>", f"{script}</body>")
    path = page.with_name(f"scripted-{width}.html")
    path.write_text(html, encoding="utf-8")
    return browse(path, f"--window-size={width},900", "--virtual-time-budget=20000", "--dump-dom")


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
    assert dom.count("<details id") == 9
    assert dom.count("<svg") == 10


@pytest.mark.parametrize(("width", "most"), [(1280, 9000), (500, 18000)])
def test_the_managers_part_fits_into_ten_screens(page: Path, width: int, most: int) -> None:
    html = page.read_text(encoding="utf-8")
    place = re.search(r"at (\d+)px", run_in(page, html, width, PLACE))
    assert place
    assert 1000 < int(place[1]) <= most


def test_every_definition_opens_and_closes_by_key_without_an_error_or_a_request(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    dom = run_in(page, html, 1280, OPEN_ALL)
    terms = html.count('class="term"')
    assert f"opened {terms} of {terms}, closed {terms}, requests 0." in dom


def test_the_console_stays_silent(page: Path) -> None:
    shown = browse_all(page, "--enable-logging=stderr", "--dump-dom").stderr
    assert [line for line in shown.splitlines() if "CONSOLE" in line] == []


def test_nothing_is_wider_than_a_phone(page: Path) -> None:
    frame = page.with_name("phone.html")
    frame.write_text(NARROW.format(page=page.name), encoding="utf-8")
    dom = browse(frame, "--allow-file-access-from-files", "--virtual-time-budget=3000", "--dump-dom")
    assert "wide 390px" in dom


@pytest.mark.parametrize("kind", ["page", "customer_page"])
def test_axe_finds_nothing_serious(kind: str, request: pytest.FixtureRequest) -> None:
    shown: Path = request.getfixturevalue(kind)
    axe = AXE.read_text(encoding="utf-8")
    dom = run_in(shown, shown.read_text(encoding="utf-8"), 1280, LOOK.format(axe=axe))
    assert re.search(r"[1-9]\d* rules hold, broken: \.", dom), dom[:3000]
