"""What MkDocs does with the pages: the changelog is one of them, and links out of docs lead to the repository."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

_CHANGELOG = "changelog.md"
_OUTWARDS = re.compile(r"\]\(((?:\.\./)+[^)\s]*)\)")
_ROOT = Path(__file__).parents[1]


def on_files(files: Files, config: Any) -> Files:
    """Add the changelog, whose links are relative to the top of the repository."""
    text = (_ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    text = re.sub(r"\]\((?!https?:|docs/|#)", "](../", text).replace("](docs/", "](")
    files.append(File.generated(config, _CHANGELOG, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Let links that leave the folder of the pages lead to the repository, except the one to the changelog."""
    folder = posixpath.dirname(page.file.src_uri)

    def inside(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", folder, link[1]))
        if path == "CHANGELOG.md":
            return f"]({posixpath.relpath(_CHANGELOG, folder or '.')})"
        return link[0] if path.startswith("docs/") else f"]({config.repo_url.rstrip('/')}/blob/main/{path})"

    return _nest_lists(_OUTWARDS.sub(inside, markdown))


def _nest_lists(markdown: str) -> str:
    """Indent what is inside a list by four blanks, as Python's Markdown wants it, not by two, as GitHub accepts it."""
    parts = re.split(r"(^```.*?^```)", markdown, flags=re.DOTALL | re.MULTILINE)
    parts[::2] = [re.sub(r"^( +)(?=\S)", r"\1\1", part, flags=re.MULTILINE) for part in parts[::2]]
    return "".join(parts)


def on_page_content(html: str, **_: Any) -> str:
    """Leave out the two colons with which docstrings announce a block of code."""
    return html.replace("<p>::</p>", "").replace("::</p>", ":</p>")
