#!/usr/bin/env bash
# The wheel, built and installed in a fresh virtual environment; then the hook with the real pre-commit: a bad commit is stopped, a good one passes.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
command -v python3 >/dev/null || { echo "python3 is not here" >&2; exit 1; }
python3 -m venv "$directory/tools"
"$directory/tools/bin/pip" install -q --disable-pip-version-check 'maturin>=1.9,<2' 'pre-commit>=4,<5' \
  || { echo "maturin and pre-commit cannot be installed: can PyPI be reached?" >&2; exit 1; }

# The profile of the tests, so that nothing is compiled a second time.
"$directory/tools/bin/maturin" build -q --locked --profile dev --out "$directory/wheels"
python3 -m venv "$directory/user"
"$directory/user/bin/pip" install -q --disable-pip-version-check --no-index "$directory"/wheels/iaclint-*.whl
export PATH="$directory/user/bin:$directory/tools/bin:$PATH"
[ "$(command -v iaclint)" = "$directory/user/bin/iaclint" ] || { echo "the wheel holds no iaclint" >&2; exit 1; }
iaclint --version
echo "the wheel is fine"

export GIT_AUTHOR_NAME=ci GIT_AUTHOR_EMAIL=ci@example.com GIT_COMMITTER_NAME=ci GIT_COMMITTER_EMAIL=ci@example.com
export PRE_COMMIT_HOME="$directory/pre-commit" GIT_CONFIG_GLOBAL="$directory/gitconfig" GIT_CONFIG_NOSYSTEM=1
git config --global init.defaultBranch main
# A repository of the hooks as pre-commit clones it.
git init -q "$directory/hooks"
cp .pre-commit-hooks.yaml "$directory/hooks"
git -C "$directory/hooks" add -A
git -C "$directory/hooks" commit -qm hooks
pre-commit validate-manifest .pre-commit-hooks.yaml

git init -q "$directory/repository"
cd "$directory/repository"
cat >.pre-commit-config.yaml <<CONFIG
repos:
  - repo: $directory/hooks
    rev: $(git -C "$directory/hooks" rev-parse HEAD)
    hooks:
      - id: iaclint-system
CONFIG
cp -r "$here/fixtures/incidents/redis/terraform/good" infra
mkdir other
cp -r "$here/fixtures/incidents/media-processor/terraform/bad/." other
git add -A
git commit -qm "before the hook"
pre-commit install >/dev/null

echo "# a comment" >>infra/main.tf
git add -A
git commit -qm "a good change" >"$directory/log" 2>&1 || { cat "$directory/log"; echo "a good commit is stopped" >&2; exit 1; }
grep -q 'iaclint.*Passed' "$directory/log" || { cat "$directory/log"; echo "the hook has not run" >&2; exit 1; }

cp -r "$here/fixtures/incidents/redis/terraform/bad/." infra
git add -A
if git commit -qm "a bad change" >"$directory/log" 2>&1; then
  cat "$directory/log"
  echo "a bad commit passes" >&2
  exit 1
fi
grep -q 'sg-ingress-missing-client-group' "$directory/log" || { cat "$directory/log"; echo "it is stopped for another reason" >&2; exit 1; }
if grep -q 'other/' "$directory/log"; then
  cat "$directory/log"
  echo "findings of files that nobody touched are shown" >&2
  exit 1
fi
echo "the hook is fine"
