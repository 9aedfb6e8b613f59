import { identityOf, type MetricSnapshot, type MetricsSnapshot, type SeriesSnapshot } from './registry.ts';

/** One view over the snapshots of several threads: everything is summed. A gauge that must not be, such as an age,
 * is set by one thread alone. */
export function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const merged = new Map<string, Map<string, SeriesSnapshot>>();
  const shapes = new Map<string, MetricSnapshot>();
  for (const metric of snapshots.flatMap(({ metrics }) => metrics)) {
    if (!shapes.has(metric.name)) shapes.set(metric.name, metric);
    const series = merged.get(metric.name) ?? new Map<string, SeriesSnapshot>();
    merged.set(metric.name, series);
    for (const one of metric.series) {
      const identity = identityOf(one.labels);
      series.set(identity, sum(series.get(identity), one));
    }
  }
  return {
    metrics: [...shapes.values()].map((shape) => ({
      ...shape,
      series: [...(merged.get(shape.name)?.values() ?? [])],
    })),
  };
}

function sum(one: SeriesSnapshot | undefined, other: SeriesSnapshot): SeriesSnapshot {
  if (one === undefined) return other;
  const { buckets } = one;
  return {
    labels: one.labels,
    value: one.value + other.value,
    ...(buckets === undefined
      ? {}
      : { buckets: buckets.map((count, index) => count + (other.buckets?.[index] ?? 0)) }),
  };
}
