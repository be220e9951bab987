import { spawnSync } from 'node:child_process';

/** Where a finding stands; lines and columns count from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** A finding of `iaclint check --format json`. */
export interface Finding extends Place {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'advice';
  readonly confidence: string;
  readonly headline: string;
  readonly address: string;
  readonly part?: string;
  readonly instances: readonly string[];
  readonly label: string;
  readonly construct?: string;
  readonly source?: Place;
  readonly related: readonly { readonly address: string }[];
  readonly notes: readonly string[];
  readonly help: string;
  readonly fingerprint: string;
}

/** A finding that the user accepts. */
export interface Suppressed extends Finding {
  readonly suppression: { readonly kind: string; readonly place?: Place };
}

/** What kept a part of the input from being understood. */
export interface Problem {
  readonly kind: 'unreadable' | 'invalid' | 'not-evaluated' | 'limit';
  readonly message: string;
}

/** The document that `iaclint check --format json` prints. */
export interface Report {
  readonly version: number;
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  readonly problems: readonly Problem[];
}

/** The version of the document that is understood. */
const FORMAT = 1;

/** No report is larger; a larger one is an error rather than a report that is cut. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Runs `iaclint check` and reads what it prints. Throws in words when it does not run. */
export function check(binary: string, options: readonly string[], directory: string): Report {
  // The options come before `--`, so that a directory is never taken for one.
  const run = spawnSync(binary, ['check', '--format', 'json', ...options, '--', directory], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (run.error) {
    const missing = (run.error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(
      missing
        ? `cannot find ${binary}: install iaclint, or name its binary with IACLINT or the property binary`
        : `cannot run ${binary}: ${run.error.message}`,
    );
  }
  // 1 says that something was found.
  if (run.status !== 0 && run.status !== 1) {
    throw new Error(`${binary} ended with ${run.status ?? run.signal}: ${run.stderr.trim()}`);
  }
  let report: Report;
  try {
    report = JSON.parse(run.stdout);
  } catch {
    throw new Error(`${binary} printed no report: ${(run.stderr || run.stdout).trim().slice(0, 500)}`);
  }
  if (report.version !== FORMAT) {
    throw new Error(`${binary} reports in version ${report.version} of its format, this plugin reads ${FORMAT}: update one of them`);
  }
  return report;
}
