#!/usr/bin/env bash
# What runs iaclint elsewhere: the action and the template against the schemas of GitHub and GitLab, their steps run here; and the configuration against its schema.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/tools"
"$directory/tools/bin/pip" install -q --disable-pip-version-check 'check-jsonschema==0.39.0' \
  || { echo "check-jsonschema cannot be installed: can PyPI be reached?" >&2; exit 1; }
obeys() { "$directory/tools/bin/check-jsonschema" -q "$@"; }
cargo build -q --locked -p iaclint
binary=$(realpath "${CARGO_TARGET_DIR:-target}/debug/iaclint")

obeys --builtin-schema vendor.github-actions action.yml
obeys --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci ci/gitlab.yml
obeys --check-metaschema docs/iaclint.schema.json
echo "the action, the template and the schema of the configuration are well formed"

# The configuration that `iaclint init` writes, as it is and with every line of it switched on; and one that is wrong.
mkdir "$directory/configuration"
"$binary" init "$directory/configuration" 2>/dev/null
written="$directory/configuration/iaclint.toml"
obeys --schemafile docs/iaclint.schema.json "$written"
sed -E 's/^# ([a-z-]+ = |\[)/\1/' "$written" >"$directory/all.toml"
obeys --schemafile docs/iaclint.schema.json "$directory/all.toml"
echo 'level = "loud"' >"$directory/wrong.toml"
if obeys --schemafile docs/iaclint.schema.json "$directory/wrong.toml" >/dev/null; then
  echo "the schema of the configuration lets a wrong level pass" >&2
  exit 1
fi
echo "what \`iaclint init\` writes obeys the schema"

# The workflows and pipelines that the pages show.
"$directory/tools/bin/python" - "$directory" <<'PAGES'
import pathlib, sys
from ruamel.yaml import YAML

yaml, out = YAML(typ="safe"), pathlib.Path(sys.argv[1])
steps, includes = [], []
for page in [pathlib.Path("README.md"), *sorted(pathlib.Path("docs").glob("*.md"))]:
    for block in page.read_text().split("```yaml\n")[1:]:
        value = yaml.load(block.split("```")[0])
        if isinstance(value, list):
            steps.append(value)
        elif "include" in value:
            includes.append(value)
assert len(steps) >= 2 and includes, "the pages show no workflow or no pipeline"
jobs = {f"job-{n}": {"runs-on": "ubuntu-latest", "steps": list_} for n, list_ in enumerate(steps)}
yaml.dump({"name": "pages", "on": "pull_request", "jobs": jobs}, out / "workflow.yml")
for number, value in enumerate(includes):
    yaml.dump(value, out / f"pipeline-{number}.yml")
PAGES
obeys --builtin-schema vendor.github-workflows "$directory/workflow.yml"
for pipeline in "$directory"/pipeline-*.yml; do
  obeys --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci "$pipeline"
done
echo "the workflows and pipelines of the pages are well formed"

# The steps themselves, as the runners start them.
mkdir -p "$directory/action/target/release" "$directory/bin"
ln -s "$binary" "$directory/action/target/release/iaclint"
ln -s "$binary" "$directory/bin/iaclint"
"$directory/tools/bin/python" - "$directory" <<'STEPS'
import pathlib, sys
from ruamel.yaml import YAML

yaml, out = YAML(typ="safe"), pathlib.Path(sys.argv[1])
steps = yaml.load(pathlib.Path("action.yml"))["runs"]["steps"]
(out / "step.sh").write_text(steps[-1]["run"])
job = yaml.load(pathlib.Path("ci/gitlab.yml"))["iaclint"]
(out / "script.sh").write_text("\n".join(job["script"]) + "\n")
(out / "reports").write_text("\n".join(job["artifacts"]["reports"].values()) + "\n")
STEPS
cp -r fixtures/incidents/redis/terraform/bad "$directory/bad project"
cp -r fixtures/incidents/redis/terraform/good "$directory/good"
step() {
  (cd "$1" && HERE="$directory/action" PATHS=. MORE="${2:-}" SARIF=found.sarif SUMMARY=true GITHUB_STEP_SUMMARY="$directory/summary" \
    bash --noprofile --norc -eo pipefail "$directory/step.sh" >"$directory/log" 2>&1)
}
step "$directory/good" || { cat "$directory/log"; echo "the action fails on a good project" >&2; exit 1; }
if step "$directory/bad project" "--level warning --no-config"; then
  echo "the action passes a bad project" >&2
  exit 1
fi
grep -q '^::error .*file=.*line=[0-9]' "$directory/log" || { cat "$directory/log"; echo "the action annotates nothing" >&2; exit 1; }
grep -q 'sg-ingress-missing-client-group' "$directory/summary" || { echo "the action writes no summary" >&2; exit 1; }
grep -q '"ruleId": "sg-ingress-missing-client-group"' "$directory/bad project/found.sarif"
echo "the steps of the action do what they say"

cd "$directory/bad project"
if PATH="$directory/bin:$PATH" IACLINT_PATHS=. bash -e "$directory/script.sh" >"$directory/log" 2>&1; then
  echo "the template passes a bad project" >&2
  exit 1
fi
while read -r report; do
  [ -s "$report" ] || { cat "$directory/log"; echo "the template writes no $report" >&2; exit 1; }
done <"$directory/reports"
cd "$here"
echo "the script of the template does what it says"
