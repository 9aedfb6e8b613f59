import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

/** A few seeds at each test run; `npm run simulate` runs thousands. */
const SEEDS = [1, 2, 3, 32, 44, 91, 2195];

it.each(SEEDS)('seed %i keeps the invariants', async (seed) => {
  const { violations } = await simulate(seed);
  expect(violations).toEqual([]);
});

it('gives the same for the same seed', async () => {
  const [one, other] = [await simulate(7), await simulate(7)];
  expect(one).toEqual(other);
});
