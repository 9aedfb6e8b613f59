import type { Destination, ReplicationTimeValue } from '@aws-sdk/client-s3';
import { replicationArgumentInvalid, replicationInvalid } from '../../errors/replication.ts';
import type { ReplicationDestination } from '../../store/tables/bucket-row.ts';
import { THRESHOLD_MINUTES } from './limits.ts';
import { ENABLED_OR_DISABLED, readStatus } from './read-status.ts';

/** Replication Time Control and metrics: each alone, then how AWS couples them (reference 1.3). */
export function readReplicationTime(
  destination: Destination,
): Pick<ReplicationDestination, 'replicationTime' | 'metrics'> {
  const time = readTime(destination);
  const metrics = readMetrics(destination);
  if (time !== undefined && metrics === undefined) {
    throw replicationInvalid(
      'Replication destination must contain both ReplicationTime and Metrics or neither.',
    );
  }
  if (time?.status === 'Enabled' && metrics?.eventThresholdMinutes === undefined) {
    throw replicationArgumentInvalid('Metrics EventThreshold must be specified with ReplicationTime.');
  }
  if (time?.status !== 'Enabled' && metrics?.eventThresholdMinutes !== undefined) {
    throw replicationArgumentInvalid('Metrics EventThreshold cannot be specified without ReplicationTime.');
  }
  if (time !== undefined && metrics !== undefined && time.status !== metrics.status) {
    throw replicationInvalid('Status of ReplicationTime and Metrics must be equal.');
  }
  return {
    ...(time === undefined ? {} : { replicationTime: time }),
    ...(metrics === undefined ? {} : { metrics }),
  };
}

function readTime({ ReplicationTime: time }: Destination): ReplicationDestination['replicationTime'] {
  if (time === undefined) return undefined;
  if (time.Status === undefined)
    throw replicationArgumentInvalid('ReplicationTime Status must be specified.');
  const status = readStatus(time.Status, ENABLED_OR_DISABLED, 'ReplicationTime Status');
  return { status, minutes: readMinutes(time.Time, 'ReplicationTime Time') };
}

function readMetrics({ Metrics: metrics }: Destination): ReplicationDestination['metrics'] {
  if (metrics === undefined) return undefined;
  if (metrics.Status === undefined) throw replicationArgumentInvalid('Metrics Status must be specified.');
  const status = readStatus(metrics.Status, ENABLED_OR_DISABLED, 'Metrics Status');
  if (metrics.EventThreshold === undefined) return { status };
  return { status, eventThresholdMinutes: readMinutes(metrics.EventThreshold, 'Metrics EventThreshold') };
}

function readMinutes(value: ReplicationTimeValue | undefined, element: string): number {
  if (value?.Minutes !== THRESHOLD_MINUTES) {
    throw replicationArgumentInvalid(`${element} must be ${THRESHOLD_MINUTES} minutes.`);
  }
  return value.Minutes;
}
