import { expect, test } from 'vitest';
import { composeBatch } from '../compose-batch.ts';
import { type LogFields, silentLogger } from '../lib/logger.ts';
import { MetricsRegistry } from '../metrics/registry.ts';
import { renderPrometheus } from '../metrics/render.ts';
import { JobFixture } from '../testing/job-fixture.ts';
import { ruleTo } from '../testing/replication-fixture.ts';
import { batchMetrics } from './batch-metrics.ts';

test('every state that a job enters is logged once and counted, and so are its tasks', async () => {
  const fixture = await JobFixture.open();
  for (const key of ['a', 'b']) await fixture.put('source', key);
  await fixture.replicate('source', ruleTo('destination'));
  const lines: LogFields[] = [];
  const logger = { ...silentLogger, info: (fields: LogFields) => void lines.push(fields) };
  const registry = new MetricsRegistry();
  const { note, ...told } = batchMetrics(registry);
  const runners = composeBatch(fixture.site, { logger, workers: fixture.site.workers, ...told });
  for (const part of [...fixture.site.workers, ...runners]) part.start();
  // What a runner finds when it starts was told by the one before.
  await fixture.clock.advance(1_000);
  const ended = await fixture.create();
  await fixture.until(ended, 'Complete');
  const waiting = await fixture.create({ confirmationRequired: true });
  await fixture.until(waiting, 'Suspended');
  await fixture.clock.advance(60_000);
  expect(lines.filter(({ job }) => job === ended).map(({ status }) => status)).toEqual(
    'New Preparing Ready Active Completing Complete'.split(' '),
  );
  note(runners);
  const text = renderPrometheus(registry.snapshot());
  expect(text).toContain('holdfast_batch_jobs{status="Suspended"} 1\n');
  expect(text).toContain('holdfast_batch_jobs{status="Active"} 0\n');
  expect(text).toContain('holdfast_batch_job_states_total{status="Complete"} 1\n');
  expect(text).toContain('holdfast_batch_job_states_total{status="New"} 2\n');
  expect(text).toContain('holdfast_batch_tasks_total{outcome="succeeded"} 2\n');
  await fixture.clock.run(Promise.all(runners.map((runner) => runner.stop())));
  await fixture.stop();
});
