import { expect, it } from 'vitest';
import { runCrash } from '../scripts/trust/crash-run.ts';

/** `npm run crash` in small. Its seed changes from run to run there, and not here. */
const KILLS = 3;
const TEST_MS_MAX = 180_000;

it('kill -9 under load loses nothing that was acknowledged', { timeout: TEST_MS_MAX }, async () => {
  const result = await runCrash({ kills: KILLS, seed: 1, progress: () => undefined });
  expect(result).toMatchObject({ kills: KILLS, lost: [], parked: 0 });
  expect(result.acknowledged).toBeGreaterThan(0);
  expect(result.versionsArrived).toBeGreaterThan(0);
});
