import { expect, it } from 'vitest';
import { DirectorySyncs } from './directory-syncs.ts';

/** Syncs that end when the test says so. */
function held() {
  const ends: { directory: string; end: (error?: Error) => void }[] = [];
  const syncs = new DirectorySyncs(
    (directory) =>
      new Promise((resolve, reject) => {
        ends.push({ directory, end: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
  );
  return { syncs, ends };
}

it('shares one sync among all who ask while another runs', async () => {
  const { syncs, ends } = held();
  const answered: string[] = [];
  const ask = (name: string) => syncs.sync('a').then(() => answered.push(name));
  const first = ask('first');
  const later = Promise.all([ask('second'), ask('third'), ask('fourth')]);
  expect(ends).toHaveLength(1);
  ends[0]?.end();
  await first;
  await Promise.resolve();
  expect(answered).toEqual(['first']);
  expect(ends).toHaveLength(2);
  ends[1]?.end();
  await later;
  expect(ends).toHaveLength(2);
});

it('keeps directories apart', () => {
  const { syncs, ends } = held();
  void syncs.sync('a');
  void syncs.sync('b');
  expect(ends.map(({ directory }) => directory)).toEqual(['a', 'b']);
});

it('tells a failure to those it concerns, and tries again for the next', async () => {
  const { syncs, ends } = held();
  const first = syncs.sync('a');
  const second = syncs.sync('a');
  ends[0]?.end(new Error('EIO'));
  await expect(first).rejects.toThrow('EIO');
  await Promise.resolve();
  ends[1]?.end();
  await expect(second).resolves.toBeUndefined();
});
