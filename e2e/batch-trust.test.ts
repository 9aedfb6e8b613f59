import { expect, it } from 'vitest';
import { runBatchTrust } from '../scripts/trust/batch/run.ts';

/** `npm run batch-trust` in small. Its seed changes from run to run there, and not here. */
const VERSIONS = 2000;
const KILLS = 3;
const PAUSES = 1;
// Seven starts, 7,200 deliveries and two comparisons: 136 s where two cores are shared by others, and twice that is no failure.
const TEST_MS_MAX = 600_000;

it('a killed, paused and cancelled job does and reports each task once', {
  timeout: TEST_MS_MAX,
}, async () => {
  const result = await runBatchTrust({
    versions: VERSIONS,
    kills: KILLS,
    pauses: PAUSES,
    bodyBytes: 100,
    rates: false,
    seed: 1,
    progress: () => undefined,
  });
  expect(result.problems).toEqual([]);
  const { versions, total, succeeded, replicas } = result.whole;
  expect(versions).toBeGreaterThanOrEqual(VERSIONS);
  expect([total, succeeded, replicas]).toEqual([versions, versions, versions]);
  // One more follows the cancellation.
  expect(result.kills).toBe(KILLS + 1);
});
