import { mergeSnapshots } from '../metrics/merge.ts';
import { MetricsRegistry, type MetricsSnapshot } from '../metrics/registry.ts';
import { renderPrometheus } from '../metrics/render.ts';
import type { ProcessStatusReader } from './process-status.ts';
import type { RunningThread } from './worker-thread.ts';

/** Prometheus text over all threads, and what only the whole process knows. */
export async function renderProcessMetrics(
  status: ProcessStatusReader,
  threads: ReadonlyMap<string, RunningThread>,
): Promise<string> {
  const snapshots = await Promise.all(
    [...threads.values()].map(async (thread) => (await thread.ask('metrics')) as MetricsSnapshot),
  );
  return renderPrometheus(mergeSnapshots([...snapshots, await processSnapshot(status, threads)]));
}

async function processSnapshot(
  status: ProcessStatusReader,
  threads: ReadonlyMap<string, RunningThread>,
): Promise<MetricsSnapshot> {
  const registry = new MetricsRegistry();
  registry
    .gauge('holdfast_uptime_seconds', 'Seconds since this process started.')
    .set({}, status.uptimeMs() / 1000);
  registry
    .gauge('process_resident_memory_bytes', 'Resident memory of the process in bytes.')
    .set({}, process.memoryUsage.rss());
  const free = registry.gauge('holdfast_disk_free_bytes', 'Free bytes on the disk of a region.');
  const writable = registry.gauge('holdfast_region_writable', '1 while a region takes writes.');
  const { regions, buckets, unavailable } = await status.read(threads, { verify: false });
  for (const { region, diskFreeBytes, unwritable } of regions) {
    free.set({ region }, diskFreeBytes);
    writable.set({ region }, unwritable === undefined ? 1 : 0);
  }
  const unreachable = registry.gauge(
    'holdfast_replication_destination_unavailable',
    '1 for each destination that cannot be reached now; what is pending for it waits.',
  );
  for (const { destination } of unavailable) unreachable.set({ destination }, 1);
  const rules = buckets.flatMap((bucket) => bucket.rules);
  const sum = (value: (rule: (typeof rules)[number]) => number) =>
    rules.reduce((total, rule) => total + value(rule), 0);
  const gauge = (name: string, help: string, value: number) => registry.gauge(name, help).set({}, value);
  gauge(
    'holdfast_replication_pending_operations',
    'Operations that still have to be delivered.',
    sum((rule) => rule.pendingCount),
  );
  gauge(
    'holdfast_replication_pending_bytes',
    'Bytes that still have to be delivered.',
    sum((rule) => rule.pendingBytes),
  );
  gauge(
    'holdfast_replication_oldest_pending_seconds',
    'Age of the oldest operation that still has to be delivered.',
    Math.max(0, ...rules.map((rule) => (rule.oldestPendingAgeMs ?? 0) / 1000)),
  );
  const failed = registry.gauge(
    'holdfast_replication_failed_operations',
    'Parked operations by failure code.',
  );
  const byCode = new Map<string, number>();
  for (const rule of rules) {
    for (const [code, count] of Object.entries(rule.failed))
      byCode.set(code, (byCode.get(code) ?? 0) + count);
  }
  for (const [code, count] of byCode) failed.set({ code }, count);
  return registry.snapshot();
}
