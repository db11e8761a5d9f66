#!/bin/sh
# Print the path of a Chromium: $CHROMIUM, else one on PATH, else one installed now (apt as root, Playwright's otherwise).
# Usage: find_chromium.sh VENV_BIN
set -eu

if [ -n "${CHROMIUM:-}" ]; then
    echo "$CHROMIUM"
    exit
fi
for name in chromium chromium-browser google-chrome; do
    if command -v "$name"; then exit; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests…" >&2
    apt-get update >&2 && apt-get install --yes --no-install-recommends chromium >&2 && command -v chromium && exit
fi
"$1/playwright" install chromium >&2
"$1/python" -c "
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)"
