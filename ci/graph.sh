#!/usr/bin/env bash
# The page of `iaclint graph` in a real browser: it has to draw what it was given, without an error.
set -euo pipefail
cd "$(dirname "$0")/.."

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
  command -v apt-get >/dev/null || { echo "there is no chromium and no apt-get to install it with" >&2; exit 1; }
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  $sudo apt-get install -y -q chromium >/dev/null 2>&1 \
    || { $sudo apt-get update -q >/dev/null && $sudo apt-get install -y -q chromium >/dev/null; } \
    || { echo "chromium cannot be installed: can the package registry be reached?" >&2; exit 1; }
  browser=$(command -v chromium)
fi

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cargo run -q --locked -p iaclint -- graph fixtures/incidents/redis/terraform/bad --output "$directory/graph.html"
timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --user-data-dir="$directory/profile" --virtual-time-budget=3000 \
  --enable-logging=stderr --dump-dom "file://$directory/graph.html" >"$directory/dom.html" 2>"$directory/log"

nodes=$(grep -o 'data-node="' "$directory/dom.html" | wc -l)
closed=$(grep -o 'class="edge closed' "$directory/dom.html" | wc -l)
if [ "$nodes" -ne 4 ] || [ "$closed" -ne 1 ] || grep -q 'CONSOLE.*Uncaught' "$directory/log"; then
  echo "the page draws $nodes resources and $closed closed ways, not 4 and 1" >&2
  grep CONSOLE "$directory/log" >&2 || true
  exit 1
fi
echo "the page draws $nodes resources and $closed closed way"
