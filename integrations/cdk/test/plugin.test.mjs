// The plugin in real syntheses by the CDK's command line, and what becomes of its answers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));
const RULE = 'endpoint-port-duplicated';

let scratch;
before(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'iaclint-cdk-'));
});
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The binary under test: that of IACLINT, else the one built in this repository. */
function binary() {
  const built = ['release', 'debug'].map((profile) => path.join(here, '../../../target', profile, 'iaclint'));
  const found = process.env.IACLINT ?? built.find(existsSync);
  assert.ok(found, 'build iaclint first (cargo build), or name its binary with IACLINT');
  return found;
}

/** Synthesizes the fixture app as the CDK's command line does. */
function synthesize(name, environment) {
  const output = path.join(scratch, name);
  const cli = path.join(path.dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');
  const run = spawnSync(process.execPath, [cli, 'synth', '--quiet', '--no-lookups', '--no-notices', '--output', output], {
    cwd: path.join(here, 'app'),
    encoding: 'utf8',
    env: { ...process.env, CDK_VALIDATION: 'false', CDK_DISABLE_VERSION_CHECK: '1', ...environment },
  });
  const file = path.join(output, 'validation-report.json');
  const reports = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).pluginReports : [];
  return { ...run, text: run.stdout + run.stderr, report: reports.find((r) => r.pluginName === 'iaclint') };
}

/** A program that stands in for the binary. */
function stand(name, script) {
  const file = path.join(scratch, name);
  writeFileSync(file, `#!${process.execPath}\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('a fault fails the synthesis and is shown at its construct', () => {
  const { status, text, report } = synthesize('faulty', { IACLINT: binary() });
  assert.equal(status, 1, text);
  assert.equal(report.conclusion, 'failure');
  const constructs = report.violations.flatMap((v) => v.violatingConstructs.map((c) => c.constructPath));
  assert.deepEqual(constructs.sort(), ['Prod/Shop/Task/Resource', 'Shop/Task/Resource']);
  for (const violation of report.violations) {
    assert.equal(violation.ruleName.split('::').at(-1), RULE);
    assert.equal(violation.severity, 'error');
  }
  const lines = readFileSync(path.join(here, 'app/app.js'), 'utf8').split('\n');
  const shown = [...text.matchAll(/app\.js:(\d+)/g)].map(([, line]) => lines[Number(line) - 1]);
  assert.ok(shown.some((line) => line?.includes('new ecs.FargateTaskDefinition')), text);
});

test('an acknowledged fault is suppressed', () => {
  const { status, text, report } = synthesize('acknowledged', { IACLINT: binary(), ACKNOWLEDGED: '1' });
  assert.equal(status, 0, text);
  assert.deepEqual(report.violations, []);
  assert.equal(report.suppressedViolations.length, 2);
});

test('a binary that is not there fails the synthesis in words', () => {
  const { status, text, report } = synthesize('missing', { IACLINT: '/nowhere/iaclint' });
  assert.equal(status, 1, text);
  assert.equal(report.conclusion, 'failure');
  assert.match(text, /cannot find \/nowhere\/iaclint: install iaclint/);
});

test('an assembly that is not read as a whole fails the synthesis', () => {
  const report = {
    version: 1,
    findings: [],
    suppressed: [],
    problems: [
      { kind: 'limit', message: 'it is too large' },
      { kind: 'not-evaluated', message: 'a look-up is missing' },
    ],
  };
  const binary = stand('half-read', `console.log(${JSON.stringify(JSON.stringify(report))})`);
  const { status, text } = synthesize('half-read-output', { IACLINT: binary });
  assert.equal(status, 1, text);
  assert.match(text, /not read as a whole: it is too large/);
  assert.doesNotMatch(text, /a look-up is missing/);
});

const { check } = require('../lib/binary.js');
const { violations } = require('../lib/violations.js');

test('what is no report is told', () => {
  const cases = [
    ['process.stderr.write("bad option"); process.exit(2)', /ended with 2: bad option/],
    ['console.log("hello")', /printed no report: hello/],
    ['console.log(JSON.stringify({ version: 2 }))', /version 2 of its format/],
  ];
  for (const [index, [script, words]] of cases.entries()) {
    assert.throws(() => check(stand(`no-report-${index}`, script), [], '.'), words);
  }
});

test('options stand before the directory', () => {
  const echo = stand('echo', 'console.log(JSON.stringify({ version: 1, arguments: process.argv.slice(2) })); process.exit(1)');
  const report = check(echo, ['--level', 'advice'], '-strange');
  assert.deepEqual(report.arguments, ['check', '--format', 'json', '--level', 'advice', '--', '-strange']);
});

const finding = {
  rule: 'a-rule',
  severity: 'warning',
  confidence: 'high',
  headline: 'it is wrong',
  path: 'cdk.out/Shop.template.json',
  line: 3,
  column: 1,
  address: 'Shop/Api1',
  instances: [],
  label: 'here',
  related: [],
  notes: [],
  help: '',
  fingerprint: '00',
};
const stacks = [
  { stackConstructPath: 'Shop', templatePath: '/out/Shop.template.json' },
  { stackConstructPath: 'Prod/Shop', templatePath: '/out/assembly-Prod/ProdShop.template.json' },
];
const resources = (more) => violations([{ ...finding, ...more }], stacks)[0].violatingResources;

test('resources are named by their template and logical id', () => {
  assert.deepEqual(resources({}), [
    { resourceLogicalId: 'Api1', templatePath: '/out/Shop.template.json', locations: ['here'] },
  ]);
  const [staged] = resources({ address: 'Prod/Shop/Api1', path: 'cdk.out/assembly-Prod/ProdShop.template.json' });
  assert.equal(staged.templatePath, '/out/assembly-Prod/ProdShop.template.json');
  const [nested] = resources({ address: 'Shop/Inner/Api1', path: 'cdk.out/ShopInner.nested.template.json' });
  assert.equal(nested.templatePath, '/out/ShopInner.nested.template.json');
  const [unknown] = resources({ address: 'Else/Api1' });
  assert.equal(unknown.templatePath, undefined);
});

test('the construct and the other instances of a fault are named', () => {
  const [subject, other] = resources({ construct: 'Shop/Api/Resource', instances: ['Prod/Shop/Api1'] });
  assert.equal(subject.constructPath, 'Shop/Api/Resource');
  assert.equal(other.templatePath, '/out/assembly-Prod/ProdShop.template.json');
});

test('words, help and severities are handed on', () => {
  const told = violations([{ ...finding, severity: 'advice', notes: ['1 + 1 is 2'], help: 'mend it' }], stacks)[0];
  assert.equal(told.description, 'it is wrong; 1 + 1 is 2');
  assert.equal(told.fix, 'mend it');
  assert.equal(told.severity, 'info');
  assert.equal(violations([finding], stacks)[0].fix, undefined);
});
