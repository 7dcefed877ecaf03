"""What the site shows beside `docs/`: other pages of the repository, and the notebooks. `mkdocs.yml` names it."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = "docs/"
PLACES = {  # in the repository: on the site
    "README.md": "project/readme.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "models/README.md": "project/models.md",
    "params.yaml": "project/params.yaml",
    "LICENSE": "project/LICENSE.txt",
    **{f"deploy/{file.name}": f"project/{file.name}.txt" for file in sorted(ROOT.glob("deploy/*")) if file.is_file()},
    **{f"notebooks/{file.name}": f"notebooks/{file.stem}.md" for file in sorted(ROOT.glob("notebooks/*.ipynb"))},
}
FOLDERS = {"docs/adr": "adr/index.md"}  # a link to a folder leads to its index
LINK = re.compile(r"\]\((?P<file>[^)\s#:]+)(?P<part>#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the decision records in the navigation."""
    decisions = next(part["Decisions"] for part in config.nav or [] if "Decisions" in part)
    decisions.extend(sorted(f"adr/{record.name}" for record in (ROOT / "docs" / "adr").glob("0*.md")))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside of `docs/`."""
    for origin, place in PLACES.items():
        text = (ROOT / origin).read_text(encoding="utf-8")
        files.append(File.generated(config, place, content=as_page(origin, text)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links that lead through the repository lead through the site; drop `run`, a word for the tests."""
    origin = {place: name for name, place in PLACES.items()}.get(page.file.src_uri, DOCS + page.file.src_uri)

    def on_the_site(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(origin), link["file"]))
        place = (PLACES | FOLDERS).get(target, target.removeprefix(DOCS))
        if place == target:  # nowhere on the site: the strict build says so
            return link[0]
        return f"]({posixpath.relpath(place, posixpath.dirname(page.file.src_uri) or '.')}{link['part'] or ''})"

    return re.sub(r"^(```\w+) run$", r"\1", LINK.sub(on_the_site, markdown), flags=re.MULTILINE)


def on_page_content(html: str, **_: object) -> str:
    """Show formulas of docstrings as code, without the word that marks them."""
    return html.replace(":math:<code>", "<code>")


def as_page(origin: str, text: str) -> str:
    """The text of a file; of a notebook its cells, which are committed without outputs."""
    return "\n\n".join(map(_cell, json.loads(text)["cells"])) + "\n" if origin.endswith(".ipynb") else text


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    return source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```"
