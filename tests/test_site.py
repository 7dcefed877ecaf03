"""The site builds strictly without a network, and its pages load nothing from elsewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from urllib.parse import quote_plus, unquote

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from tests.servers import PATIENCE

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
RECORDS = sorted((ROOT / "docs" / "adr").glob("0*.md"))
NOWHERE = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FIRST_HITS = {
    "score every night": "score-every-night.html",
    "what p_lost means": "scores.html",
    "add a feature": "add-a-feature.html",
    "compare with lifetimes": "migration.html",
}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]  # one worker builds once


def build(folder: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder that holds `mkdocs.yml`; `make site` does the same."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    # notebooks are run by nbmake; here it is their code that is shown
    environment = {**os.environ, **NOWHERE, "NO_MKDOCS_2_WARNING": "1", "RUN_NOTEBOOKS": "false"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("built") / "site"
    ended = build(ROOT, site)
    assert ended.returncode == 0, ended.stderr
    assert "WARNING" not in ended.stderr
    return site


class Addresses(HTMLParser):
    """What a page loads, where its links lead, and the anchors that it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if (loaded := LOADS.get(tag)) in values:
            self.loads.append(values[str(loaded)])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Addresses]:
    return {page: Addresses(page) for page in sorted(site.rglob("*.html")) if page.name != "404.html"}


def is_elsewhere(address: str) -> bool:
    return bool(re.match(r"([a-z]+:)?//", address))


def test_every_page_of_the_documentation_is_on_the_site(site: Path) -> None:
    expected = {page.relative_to(ROOT / "docs").with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")}
    assert {page for page in expected if not (site / page).exists()} == set()


def test_pages_load_nothing_from_elsewhere(site: Path, pages: dict[Path, Addresses]) -> None:
    assert len(pages) > 60
    loaded = {address for page in pages.values() for address in page.loads}
    assert any(address.endswith(".js") for address in loaded)
    assert any(address.endswith(".css") for address in loaded)
    assert {address for address in loaded if is_elsewhere(address)} == set()
    styles = [style.read_text(encoding="utf-8") for style in site.rglob("*.css")]
    assert [found for style in styles for found in re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//", style)] == []


def test_every_link_within_the_site_leads_to_a_page_and_a_heading(pages: dict[Path, Addresses]) -> None:
    broken = []
    for page, addresses in pages.items():
        for link in addresses.links:
            name, _, anchor = unquote(link).partition("#")
            if is_elsewhere(link) or link.startswith("mailto:"):
                continue
            target = (page.parent / name).resolve() if name else page.resolve()
            known = next((found.anchors for file, found in pages.items() if file.resolve() == target), None)
            if not target.exists() or (anchor and known is not None and anchor not in known | {"__top"}):
                broken.append((page.name, link))
    assert broken == []


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    for name in ("docs", "notebooks", "models", "deploy"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("*.db*", "artifacts", "mlartifacts", "__pycache__"),
        )
    for name in ("mkdocs.yml", "params.yaml", "LICENSE", *(page.name for page in ROOT.glob("*.md"))):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "src").symlink_to(ROOT / "src")
    with (tmp_path / "docs" / "quickstart.md").open("a", encoding="utf-8") as page:
        page.write("\n[nowhere](no-such-page.md) and [no heading](scores.md#no-such-heading)\n")
    ended = build(tmp_path, tmp_path / "site")
    assert ended.returncode != 0
    assert "no-such-page.md" in ended.stderr
    assert "no-such-heading" in ended.stderr


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_opens_as_a_page_with_all_of_its_code(notebook: Path, site: Path) -> None:
    page = (site / "notebooks" / f"{notebook.stem}.html").read_text(encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert page.count("<pre") == sum(cell["cell_type"] == "code" for cell in cells)


@pytest.mark.parametrize("record", RECORDS, ids=lambda file: file.stem)
def test_a_decision_shows_its_status_on_the_site(record: Path, site: Path) -> None:
    status = record.read_text(encoding="utf-8").splitlines()[2].partition("[")[0].strip()
    assert status in (site / "adr" / f"{record.stem}.html").read_text(encoding="utf-8")


def test_the_reference_shows_the_arguments_of_a_docstring(site: Path) -> None:
    page = (site / "reference" / "scores.html").read_text(encoding="utf-8")
    assert 'id="regulars.scorer.Scorer.score"' in page
    assert "<code>allow_past</code>" in page
    assert "__repr__" not in page


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """What `mkdocs.yml` names as its hook."""
    spec = spec_from_file_location("from_elsewhere", ROOT / "docs" / "from_elsewhere.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def notebook_of(*cells: str) -> str:
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])))


def test_a_notebook_shows_texts_tables_and_pictures(hook: ModuleType) -> None:
    cells = (
        "import sys\nimport pandas as pd\nprint('5 < 6')\nprint('progress', file=sys.stderr)",
        "pd.DataFrame({'orders': [3]})",
        "pd.Series([1.0, 2.0]).plot();",
    )
    page = hook.notebook_as_page(notebook_of(*cells), run=True)
    assert page.count("```python") == 3
    assert page.count('<div class="output">') == 3
    assert "<pre>5 &lt; 6\n</pre>" in page
    assert "progress" not in page.replace(cells[0], "")
    assert "<th>orders</th>" in page
    assert "<style" not in page
    assert 'src="data:image/png;base64,' in page


def test_a_notebook_that_fails_fails_the_build(hook: ModuleType) -> None:
    with pytest.raises(CellExecutionError, match="no such thing"):
        hook.notebook_as_page(notebook_of("raise KeyError('no such thing')"), run=True)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on PATH")
@pytest.mark.parametrize(("asked", "page"), FIRST_HITS.items(), ids=FIRST_HITS)
def test_a_reader_who_searches_finds_the_page_first_without_a_server(asked: str, page: str, site: Path) -> None:
    address = f"{(site / 'index.html').as_uri()}?q={quote_plus(asked)}"
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
    command = [str(CHROMIUM), *options, "--virtual-time-budget=20000", "--dump-dom", address]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    hits = re.findall(r'<a href="([^"?]+)[^"]*" class="md-search-result__link"', shown)
    assert hits
    assert hits[0].removeprefix(site.as_uri() + "/") == page
