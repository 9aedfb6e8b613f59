import { describe, expect } from 'vitest';
import { runPowerLoss } from '../scripts/powerloss/run.ts';
import { itWith } from '../src/testing/real-command.ts';

/** `npm run powerloss` in small: one cut of each kind. */
const CUTS = 8;
const OPERATIONS = 64;
const TEST_MS_MAX = 240_000;

describe('a power loss', () => {
  itWith('strace')('loses nothing that was acknowledged', { timeout: TEST_MS_MAX }, async () => {
    const { recorded, cuts } = await runPowerLoss({
      cuts: CUTS,
      operations: OPERATIONS,
      seed: 1,
      parallel: 2,
      progress: () => undefined,
    });
    expect(recorded.operations).toBeGreaterThan(0);
    expect(cuts).toHaveLength(CUTS);
    expect(cuts.flatMap(({ lost }) => lost)).toEqual([]);
    expect(Math.max(...cuts.map(({ checked }) => checked))).toBeGreaterThan(0);
    expect(Math.max(...cuts.map(({ versionsArrived }) => versionsArrived))).toBeGreaterThan(0);
  });
});
