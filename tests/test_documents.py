"""What documents point to exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDES = [*ROOT.glob("CONTRIBUTING.md"), *ROOT.glob("docs/architecture.md")]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")]
SUFFIXES = (".py", ".js", ".html", ".css", ".md", ".toml", ".yml", ".txt")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_path_that_a_guide_names_exists(guide: Path) -> None:
    quoted = re.findall(r"`([^`\s]+)`", guide.read_text())
    paths = [name for name in quoted if name[0] != "/" and ("/" in name or name.endswith(SUFFIXES))]
    assert paths
    assert not [path for path in paths if not any(ROOT.glob(path))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_between_files_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", document.read_text())
    files = [target for target in targets if not target.startswith("https://")]
    assert not [file for file in files if not (document.parent / file).exists()]
