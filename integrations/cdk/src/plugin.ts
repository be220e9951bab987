import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { Stage } from 'aws-cdk-lib';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolation,
} from 'aws-cdk-lib';
import { check, type Problem, type Suppressed } from './binary';
import { violations } from './violations';

/** The lowest severity that is reported. */
export type Level = 'error' | 'warning' | 'advice';

/** How iaclint is run. */
export interface IaclintPluginProps {
  /**
   * The binary.
   * @default - the environment variable IACLINT, or `iaclint` from the path
   */
  readonly binary?: string;
  /**
   * The lowest severity that is reported. Only errors fail the synthesis.
   * @default 'warning'
   */
  readonly level?: Level;
  /**
   * Rules to run; no others are.
   * @default - all rules
   */
  readonly select?: readonly string[];
  /**
   * Rules to leave out.
   * @default - none
   */
  readonly ignore?: readonly string[];
  /**
   * The directory beyond which nothing is read.
   * @default - the nearest one above the assembly that holds `.git`, else the assembly itself
   */
  readonly projectRoot?: string;
}

/** The version of this package. */
const VERSION: string = require('../package.json').version;

/** Runs iaclint over the cloud assembly at the end of each synthesis. Nothing is written into the assembly. */
export class IaclintPlugin implements IPolicyValidationPlugin {
  /** Findings are acknowledged as `iaclint::<rule>`. */
  public readonly name = 'iaclint';
  public readonly version = VERSION;

  public constructor(private readonly props: IaclintPluginProps = {}) {}

  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { binary, level = 'warning', select = [], ignore = [], projectRoot } = this.props;
    const options = [
      ...['--level', level],
      ...select.flatMap((rule) => ['--select', rule]),
      ...ignore.flatMap((rule) => ['--ignore', rule]),
      ...(projectRoot === undefined ? [] : ['--project-root', projectRoot]),
    ];
    let found: PolicyViolation[];
    let acknowledged: PolicyViolation[] = [];
    try {
      const report = check(binary ?? process.env.IACLINT ?? 'iaclint', options, assemblyOf(context));
      found = violations(report.findings, context.stackTemplates);
      found.push(...unread(report.problems, context));
      // The CDK takes out what its own metadata acknowledges, and lists it with the reason.
      acknowledged = violations(report.suppressed.filter(isAcknowledged), context.stackTemplates);
    } catch (error) {
      // The CDK's command line passes over a plugin that throws and ends well.
      found = [failure(error instanceof Error ? error.message : String(error), context)];
    }
    return {
      success: found.every((violation) => violation.severity !== 'error'),
      violations: [...found, ...acknowledged],
      pluginVersion: VERSION,
    };
  }
}

/** Whether the app acknowledges a finding: what else suppresses it stands in no metadata of the assembly. */
function isAcknowledged({ suppression }: Suppressed): boolean {
  return /(^|\/)(manifest|[^/]*\.metadata)\.json$/.test(suppression.place?.path ?? '');
}

/** What iaclint could not read of the assembly; what it could not evaluate is no fault of the input. */
function unread(problems: readonly Problem[], context: IPolicyValidationContext): PolicyViolation[] {
  const words = problems.filter((p) => p.kind !== 'not-evaluated').map((p) => p.message);
  return words.length === 0 ? [] : [failure(`the assembly is not read as a whole: ${words.join('; ')}`, context)];
}

/** A violation that says that the check itself failed: a synthesis that was not checked must not look like one that was. */
function failure(description: string, context: IPolicyValidationContext): PolicyViolation {
  const constructs = context.stackTemplates.map((stack) => stack.stackConstructPath).slice(0, 1);
  return {
    ruleName: 'not-checked',
    description,
    severity: 'error',
    violatingResources: constructs.map((constructPath) => ({ constructPath, locations: [] })),
  };
}

/** The directory of the outermost assembly: that of the app, not of one of its Stages. */
function assemblyOf(context: IPolicyValidationContext): string {
  const stage = Stage.of(context.appConstruct.node.root);
  if (stage !== undefined && existsSync(path.join(stage.outdir, 'manifest.json'))) {
    return stage.outdir;
  }
  const [template] = context.templatePaths;
  if (template === undefined) {
    throw new Error('there is no template to check');
  }
  return path.dirname(template);
}
