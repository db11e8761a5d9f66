"""What browsers fetch besides pages: plotly.js and our own files, both from a wheel too."""

import gzip
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from plotly.offline import get_plotlyjs_version
from starlette.testclient import TestClient

from app.web.static_files import plotly_url

ROOT = Path(__file__).parents[3]


def test_plotly_is_of_the_packages_version_and_kept_for_ever(client: TestClient) -> None:
    answer = client.get(plotly_url())
    assert answer.content == (ROOT / "static" / "vendor" / "plotly-cartesian.min.js").read_bytes()
    assert f"plotly.js (cartesian - minified) v{get_plotlyjs_version()}\n" in answer.text[:100]
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    plain = client.get(plotly_url(), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(gzip.compress(plain.content, 6)) < len(plain.content) / 3


def test_our_own_files_are_asked_about_each_time(client: TestClient) -> None:
    answer = client.get("/static/js/pages/run.js")
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get("/static/js/pages/run.js", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/static/../app/main.py").status_code == 404
    assert client.get("/static/%2e%2e/pyproject.toml").status_code == 404


def test_no_page_part_carries_what_the_policy_forbids() -> None:
    templates = ROOT / "templates"
    for file in {*templates.rglob("*.html")} - {templates / "export" / "page.html"}:  # which is never served
        source = file.read_text()
        forbidden = r"\sstyle=|\son\w+=|javascript:|(?<!<a href=\")https?://(?!www\.w3\.org)"
        assert not re.search(forbidden, source), file.name
        for tag in re.findall(r"<script[^>]*>", source):
            assert "src=" in tag or 'type="application/json"' in tag, (file.name, tag)


def test_a_wheel_carries_all_that_is_not_python(tmp_path: Path) -> None:
    offline = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation"]
    build = [sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("elboard-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "static"):
        files = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert {f"app/{file}" for file in map(str, files)} <= names
    for folder in ("app/export/parts", "app/migrations/versions"):
        assert {f"{folder}/{path.name}" for path in (ROOT / folder).iterdir() if path.is_file()} <= names
    assert {f"{package}/py.typed" for package in ("elboard", "app", "vae_core")} <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    check = "from app.templating import folder; print(folder('templates'), folder('static'))"
    shown = subprocess.run(
        [sys.executable, "-c", check], cwd=tmp_path / "installed", capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == [str(tmp_path / "installed" / "app" / name) for name in ("templates", "static")]
