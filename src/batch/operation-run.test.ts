import { expect, it } from 'vitest';
import { silentLogger } from '../lib/logger.ts';
import { JobFixture } from '../testing/job-fixture.ts';

it('tasks wait for a target that cannot be written, without a word for each, and go on when it can', async () => {
  const far = { down: false };
  const said: string[] = [];
  const fixture = await JobFixture.open({
    logger: { ...silentLogger, warn: (_fields, message) => said.push(message) },
    faults: (name) =>
      name === 'ap-south-1'
        ? { commit: () => (far.down ? 'unavailable' : undefined), read: () => far.down }
        : {},
  });
  await fixture.bucket('far', { region: 'ap-south-1' });
  for (let index = 0; index < 40; index += 1) await fixture.put('source', `key ${index}`);
  fixture.run();
  far.down = true;
  const jobId = await fixture.create({
    operation: {
      name: 'S3PutObjectCopy',
      copy: { targetBucket: 'arn:aws:s3:::far', metadataDirective: 'COPY' },
    },
    source: { kind: 'generator', sourceBucket: 'arn:aws:s3:::source', filter: {} },
  });
  await fixture.until(jobId, 'Active');
  await fixture.clock.advance(60_000);
  expect(await fixture.jobStatus(jobId)).toBe('Active');
  const repeated = said.filter((message) => message === 'tasks of a batch job are tried again');
  // Two chunks run at once.
  expect(repeated.length).toBeGreaterThan(0);
  expect(repeated.length).toBeLessThanOrEqual(4);
  far.down = false;
  const { progress } = await fixture.until(jobId, 'Complete');
  expect([progress.succeeded, progress.failed]).toEqual([40, 0]);
  expect((await fixture.versions('far')).length).toBe(40);
  await fixture.stop();
});
