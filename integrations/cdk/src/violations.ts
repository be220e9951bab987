import * as path from 'node:path';
import type { PolicyViolatingResource, PolicyViolation } from 'aws-cdk-lib';
import type { Finding } from './binary';

/** What is known of a stack's template. */
export interface StackTemplate {
  readonly stackConstructPath: string;
  readonly templatePath: string;
}

const SEVERITIES = { error: 'error', warning: 'warning', advice: 'info' } as const;

/** Findings as the CDK wants them: one for each, with all resources that take part in it. */
export function violations(findings: readonly Finding[], stacks: readonly StackTemplate[]): PolicyViolation[] {
  return findings.map((finding) => ({
    ruleName: finding.rule,
    description: [finding.headline, ...finding.notes].join('. '),
    severity: SEVERITIES[finding.severity],
    ...(finding.help === '' ? {} : { fix: finding.help }),
    ruleMetadata: metadata(finding),
    violatingResources: resources(finding, stacks),
  }));
}

function metadata(finding: Finding): Record<string, string> {
  const out: Record<string, string> = { confidence: finding.confidence, fingerprint: finding.fingerprint };
  if (finding.part !== undefined) {
    out.part = finding.part;
  }
  if (finding.source !== undefined) {
    out.source = `${finding.source.path}:${finding.source.line}`;
  }
  if (finding.related.length > 0) {
    out.related = finding.related.map((r) => r.address).join(', ');
  }
  return out;
}

/**
 * The subject and the other instances of the fault. What else takes part in it is told in words alone: whoever acknowledges the fault does
 * so at the resource that is wrong.
 */
function resources(finding: Finding, stacks: readonly StackTemplate[]): PolicyViolatingResource[] {
  const locations = finding.label === '' ? [] : [finding.label];
  const subject = { ...resource(finding.address, finding, stacks), locations };
  const others = finding.instances.map((address) => ({ ...resource(address, undefined, stacks), locations }));
  return [finding.construct === undefined ? subject : { ...subject, constructPath: finding.construct }, ...others];
}

/** A resource by its logical id and template: `Stage/Stack/LogicalId`, with nested stacks in between. */
function resource(address: string, finding: Finding | undefined, stacks: readonly StackTemplate[]) {
  const slash = address.lastIndexOf('/');
  const [scope, resourceLogicalId] = [address.slice(0, slash), address.slice(slash + 1)];
  const around = stacks
    .filter((s) => scope === s.stackConstructPath || scope.startsWith(`${s.stackConstructPath}/`))
    .sort((a, b) => b.stackConstructPath.length - a.stackConstructPath.length)[0];
  if (around === undefined) {
    return { resourceLogicalId };
  }
  // A nested stack has a template of its own beside that of the stack around it; the finding's place names it.
  const named = finding !== undefined && scope !== around.stackConstructPath && finding.path.endsWith('.template.json');
  const directory = path.dirname(around.templatePath);
  const templatePath = named ? path.join(directory, path.posix.basename(finding.path)) : around.templatePath;
  return { resourceLogicalId, templatePath };
}
