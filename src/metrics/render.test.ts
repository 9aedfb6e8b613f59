import { expect, it } from 'vitest';
import { mergeSnapshots } from './merge.ts';
import { MetricsRegistry } from './registry.ts';
import { renderPrometheus } from './render.ts';

function thread(requests: number, seconds: readonly number[]): MetricsRegistry {
  const registry = new MetricsRegistry();
  registry.counter('holdfast_requests_total', 'Requests\nanswered.').add({ status: '200' }, requests);
  registry.gauge('holdfast_pending', 'Pending.').set({ destination: 'a "b"\\' }, 2);
  const latency = registry.histogram('holdfast_seconds', 'Time.', [0.1, 1]);
  for (const value of seconds) latency.observe({}, value);
  return registry;
}

it('renders the sum of all threads as Prometheus reads it', () => {
  const merged = mergeSnapshots([thread(3, [0.05, 5]).snapshot(), thread(4, [0.5]).snapshot()]);
  expect(renderPrometheus(merged)).toBe(
    [
      '# HELP holdfast_requests_total Requests\\nanswered.',
      '# TYPE holdfast_requests_total counter',
      'holdfast_requests_total{status="200"} 7',
      '# HELP holdfast_pending Pending.',
      '# TYPE holdfast_pending gauge',
      'holdfast_pending{destination="a \\"b\\"\\\\"} 4',
      '# HELP holdfast_seconds Time.',
      '# TYPE holdfast_seconds histogram',
      'holdfast_seconds_bucket{le="0.1"} 1',
      'holdfast_seconds_bucket{le="1"} 2',
      'holdfast_seconds_bucket{le="+Inf"} 3',
      'holdfast_seconds_sum 5.55',
      'holdfast_seconds_count 3',
      '',
    ].join('\n'),
  );
});

it('refuses a metric twice', () => {
  const registry = new MetricsRegistry();
  registry.counter('a', 'A.');
  expect(() => registry.gauge('a', 'A.')).toThrow('exists already');
});
