"""What the site shows beside `docs/`: other pages of the repository, and the notebooks, run. `mkdocs.yml` names it."""

from __future__ import annotations

import posixpath
import re
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from mkdocs.structure.files import File, Files
from nbclient import NotebookClient

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
ERRORS_ALONE = ["--log-level=40"]  # of the kernel, which else warns of how it is connected
STYLE, BY_ITSELF = re.compile(r"<style.*?</style>", re.DOTALL), re.compile(r'<table border="1" class="dataframe">')
LINK = re.compile(r"\]\((?P<file>[^)\s#:]+)(?P<part>#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the decision records in the navigation."""
    background = next(part["Background"] for part in config.nav or [] if "Background" in part)
    decisions = next(part["Decisions"] for part in background if "Decisions" in part)
    decisions.extend(sorted(f"adr/{record.name}" for record in (ROOT / "docs" / "adr").glob("0*.md")))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside of `docs/`."""
    run = bool(config.extra["run_notebooks"])
    for origin, place in PLACES.items():
        text = (ROOT / origin).read_text(encoding="utf-8")
        content = notebook_as_page(text, run=run) if origin.endswith(".ipynb") else text
        files.append(File.generated(config, place, content=content))
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


def notebook_as_page(text: str, *, run: bool) -> str:
    """Show the cells of a notebook, which is committed without outputs, and what they show when it is run."""
    notebook = nbformat.reads(text, as_version=4)
    if run:
        client = NotebookClient(notebook, timeout=600, kernel_name="python3", extra_arguments=ERRORS_ALONE)
        client.execute(cwd=tempfile.gettempdir())
    return "\n\n".join(shown for cell in notebook.cells for shown in _cell(cell)) + "\n"


def _cell(cell: Any) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield cell.source
        return
    yield f"```python\n{cell.source}\n```"
    for output in cell.outputs:
        if output.get("name") != "stderr":  # progress
            yield f'<div class="output">\n{_output(output)}\n</div>'


def _output(output: Any) -> str:
    """What a cell shows, as HTML: a picture before a table, a table before a text."""
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>"
    if picture := output.data.get("image/png"):
        return f'<img alt="{escape(output.data["text/plain"])}" src="data:image/png;base64,{picture.strip()}">'
    if table := output.data.get("text/html"):
        return BY_ITSELF.sub("<table>", STYLE.sub("", table))
    return f"<pre>{escape(output.data['text/plain'])}</pre>"
