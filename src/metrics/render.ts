import type { MetricSnapshot, MetricsSnapshot, SeriesSnapshot } from './registry.ts';

/** What a scraper must be told in Content-Type. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Prometheus's text format, version 0.0.4. */
export function renderPrometheus({ metrics }: MetricsSnapshot): string {
  return metrics.map(renderMetric).join('');
}

function renderMetric(metric: MetricSnapshot): string {
  const lines = [
    `# HELP ${metric.name} ${metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
    `# TYPE ${metric.name} ${metric.kind}`,
    ...metric.series.flatMap((series) =>
      metric.kind === 'histogram'
        ? histogramLines(metric, series)
        : [`${metric.name}${labelText(series.labels)} ${series.value}`],
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function histogramLines({ name, bounds = [] }: MetricSnapshot, series: SeriesSnapshot): string[] {
  const lines: string[] = [];
  let cumulated = 0;
  for (const [index, count] of (series.buckets ?? []).entries()) {
    cumulated += count;
    const le = bounds[index] === undefined ? '+Inf' : String(bounds[index]);
    lines.push(`${name}_bucket${labelText({ ...series.labels, le })} ${cumulated}`);
  }
  lines.push(`${name}_sum${labelText(series.labels)} ${series.value}`);
  lines.push(`${name}_count${labelText(series.labels)} ${cumulated}`);
  return lines;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  const texts = entries.map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `{${texts.join(',')}}`;
}
