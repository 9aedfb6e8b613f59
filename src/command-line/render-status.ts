import { styleText } from 'node:util';
import type { ProcessStatus } from '../threads/process-status.ts';
import { bytes, duration, number } from './quantities.ts';

type Bucket = ProcessStatus['buckets'][number];
type Rule = Bucket['rules'][number];

/** GetStatus for a person. */
export function renderStatus(status: ProcessStatus): string {
  const lines = [
    `${styleText('bold', 'Holdfast')} ${status.version}, up ${duration(status.uptimeMs)}`,
    ...status.regions.map(renderRegion),
    ...status.unavailable.map(({ destination, reason }) =>
      styleText('yellow', `destination ${destination} is not reachable (${reason}); what is pending waits`),
    ),
    ...renderJobs(status.jobs),
    '',
    ...status.buckets.flatMap(renderBucket),
  ];
  if (status.buckets.length === 0) lines.push('No buckets yet.');
  if (status.counterDifferences !== undefined)
    lines.push('', ...renderDifferences(status.counterDifferences));
  return lines.join('\n');
}

function renderRegion({
  region,
  directory,
  diskBytes,
  diskFreeBytes,
  unwritable,
}: ProcessStatus['regions'][number]): string {
  const line = `${region.padEnd(16)} ${bytes(diskFreeBytes)} free of ${bytes(diskBytes)}  ${styleText('dim', directory)}`;
  return unwritable === undefined ? line : `${line}  ${styleText('red', `takes no writes: ${unwritable}`)}`;
}

/** Nothing, while there are none. */
function renderJobs(jobs: ProcessStatus['jobs']): string[] {
  const counts = Object.entries(jobs).map(([status, count]) => `${number(count)} ${status}`);
  return counts.length === 0 ? [] : [`batch jobs: ${counts.join(', ')} (holdfast jobs shows each)`];
}

function renderBucket({ bucket, region, versions, bytes: size, rules }: Bucket): string[] {
  const count = `${number(versions)} version${versions === 1 ? '' : 's'}, ${bytes(size)}`;
  return [
    `${styleText('bold', bucket.padEnd(32))} ${region.padEnd(16)} ${count}`,
    ...rules.map((rule) => `  ${renderRule(rule)}`),
  ];
}

function renderRule(rule: Rule): string {
  const failed = Object.entries(rule.failed).filter(([, count]) => count > 0);
  const facts = [
    rule.pendingCount === 0
      ? styleText('green', 'nothing pending')
      : styleText(
          'yellow',
          `${number(rule.pendingCount)} pending (${pendingFacts(rule)}), oldest ${duration(rule.oldestPendingAgeMs ?? 0)}`,
        ),
    `${number(rule.replicatedCount)} replicated (${bytes(rule.replicatedBytes)})`,
    ...(rule.objectsPerSecond !== undefined && rule.pendingCount > 0
      ? [`${number(Math.round(rule.objectsPerSecond))}/s`]
      : []),
    ...failed.map(([code, count]) => styleText('red', `${number(count)} FAILED ${code}`)),
    ...(rule.sameMachine
      ? [styleText('dim', 'same machine: no protection against losing this machine')]
      : []),
  ];
  const state = rule.status === 'Enabled' ? '' : ` (${rule.status})`;
  return `${rule.ruleId}${state} → ${rule.destination}: ${facts.join(', ')}`;
}

function pendingFacts({ pendingBytes, pendingBatchCount }: Rule): string {
  return pendingBatchCount === 0
    ? bytes(pendingBytes)
    : `${bytes(pendingBytes)}, ${number(pendingBatchCount)} of batch jobs`;
}

function renderDifferences(differences: NonNullable<ProcessStatus['counterDifferences']>): string[] {
  if (differences.length === 0) return [styleText('green', 'Every counter equals the rows it counts.')];
  return differences.map((difference) => styleText('red', `counter differs: ${JSON.stringify(difference)}`));
}
