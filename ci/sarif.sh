#!/usr/bin/env bash
# SARIF of every fixture, read by programs that others wrote: Microsoft's validator with the rules of the standard and of code hosts, and sarif-tools.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
logs="$directory/logs"
mkdir "$logs"

case $(uname -s) in
  Linux) system=linux ;;
  Darwin) system=darwin ;;
  *) echo "Microsoft's validator is not made for $(uname -s)" >&2; exit 1 ;;
esac
validator=@microsoft/sarif-multitool-$system
npm install --prefix "$directory" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error --fetch-retries=2 --fetch-timeout=60000 "$validator@5.7.0" >/dev/null \
  || { echo "Microsoft's validator cannot be installed: is the registry $(npm config get registry) reachable?" >&2; exit 1; }
validator="$directory/node_modules/$validator/Sarif.Multitool"
chmod u+x "$validator"
python3 -m venv "$directory/tools"
"$directory/tools/bin/pip" install -q --disable-pip-version-check 'sarif-tools==3.0.5' \
  || { echo "sarif-tools cannot be installed: can PyPI be reached?" >&2; exit 1; }

cargo build -q --locked -p iaclint
iaclint=$(realpath "${CARGO_TARGET_DIR:-target}/debug/iaclint")
for project in fixtures/incidents/*/*/bad fixtures/incidents/*/*/good fixtures/assemblies/*/; do
  log="$logs/$(tr / - <<<"${project%/}").sarif"
  "$iaclint" check "$project" --level advice --format sarif --output "$log" 2>/dev/null || [ $? -eq 1 ]
done

# The one rule that is off asks the network for every address in the log.
cat >"$directory/rules.xml" <<RULES
<?xml version="1.0" encoding="utf-8"?>
<Properties>
  <Properties Key="SARIF2006.UrisShouldBeReachable.Options">
    <Property Key="RuleEnabled" Value="Disabled" />
  </Properties>
</Properties>
RULES
"$validator" validate "$logs/*.sarif" -c "$directory/rules.xml" --rule-kind 'Sarif;Ghas;Ado' --level 'Error;Warning;Note' \
  -o "$directory/verdict.sarif" >"$directory/output" || { cat "$directory/output"; exit 1; }
grep -q "^Done. $(find "$logs" -name '*.sarif' | wc -l) files scanned" "$directory/output" || { cat "$directory/output"; exit 1; }

"$directory/tools/bin/python" - "$logs" "$directory/verdict.sarif" <<'CHECK'
import gzip, json, pathlib, sys

logs = sorted(pathlib.Path(sys.argv[1]).glob("*.sarif"))
verdict = json.load(open(sys.argv[2], encoding="utf-8-sig"))["runs"][0]
wanted_otherwise = {
    "SARIF2002": "messages are written out, not put together by the viewer from a text with gaps",
    "SARIF2003": "the step that uploads the log knows the commit",
    "SARIF2009": "the names of the rules are their ids",
    "GHAzDO1014": "the step that uploads the log names its category",
}
faults = [r for r in verdict["results"] if r["ruleId"] not in wanted_otherwise]
for fault in faults[:20]:
    place = fault["locations"][0]["physicalLocation"]
    print(fault["ruleId"], fault["level"], place["artifactLocation"], place.get("region"), fault["message"], file=sys.stderr)
assert not faults, f"Microsoft's validator has {len(faults)} objections"

# What GitHub's documentation says of uploads.
results = 0
for log in logs:
    text = log.read_bytes()
    assert len(gzip.compress(text)) < 10_000_000, f"{log.name} is too large to upload"
    (run,) = json.loads(text)["runs"]
    results += len(run["results"])
    assert len(run["results"]) <= 5_000 and len(run["tool"]["driver"]["rules"]) <= 25_000
    for result in run["results"]:
        assert len(result["locations"]) + len(result.get("relatedLocations", [])) <= 100
        for flow in result.get("codeFlows", []):
            assert sum(len(thread["locations"]) for thread in flow["threadFlows"]) <= 1_000
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert not uri.startswith("/") and ".." not in uri and ":" not in uri, uri
print(f"Microsoft's validator has nothing against {len(logs)} logs with {results} results")
CHECK

sarif() { "$directory/tools/bin/sarif" "$@"; }
sarif info "$logs" >/dev/null
sarif ls "$logs" >"$directory/ls"
logs_read=$(find "$logs" -name '*.sarif' | wc -l)
for kind in summary csv html codeclimate emacs word; do
  sarif "$kind" -o "$directory/$kind" "$logs" >/dev/null
  [ "$(find "$directory/$kind" -type f -size +0 | wc -l)" -ge "$logs_read" ] || { echo "sarif-tools make nothing of a log for $kind" >&2; exit 1; }
done
grep -q 'endpoint-port-duplicated' "$directory/summary/static_analysis_summary.txt" || { cat "$directory/summary/static_analysis_summary.txt"; exit 1; }
grep -q 'modules/tenant/main.tf' "$directory/csv/static_analysis_output.csv" || { head "$directory/csv/static_analysis_output.csv"; exit 1; }
clean="$logs/fixtures-incidents-onyx-terraform-good.sarif" broken="$logs/fixtures-incidents-onyx-terraform-bad.sarif"
sarif --check error summary "$clean" >/dev/null
if sarif --check error summary "$broken" >/dev/null; then
  echo "sarif-tools see no error in a broken project" >&2
  exit 1
fi
sarif diff -o "$directory/diff" "$clean" "$broken" >/dev/null
grep -q '"+": [1-9]' "$directory/diff" || { cat "$directory/diff"; exit 1; }
echo "sarif-tools read $(grep -c 'sarif$' "$directory/ls") logs, and tell a broken project from a good one"
