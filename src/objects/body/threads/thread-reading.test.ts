import { expect, it } from 'vitest';
import { sealedRange } from '../../../keys/frame-layout.ts';
import { recycle } from '../../../lib/recycle.ts';
import type { ToThread } from './messages.ts';
import { ThreadReading } from './thread-reading.ts';
import { READING_BYTES, TransferMemory } from './transfer-memory.ts';

const BATCHES_AHEAD = 2;

function started(plainSize: number) {
  const said: ToThread[] = [];
  const memory = new TransferMemory(READING_BYTES);
  const pace = { batchesAhead: BATCHES_AHEAD, memory };
  const reading = new ThreadReading(
    1,
    (message) => said.push(message),
    () => pace,
    () => undefined,
  );
  const location = { directory: 'd', incarnation: 'i' };
  const range = sealedRange(0, plainSize, plainSize);
  reading.start({ location, blob: 'b', dataKey: Buffer.alloc(32), plainSize, range });
  const asked = () => said.filter(({ kind }) => kind === 'more').length;
  const answer = (last: boolean) =>
    reading.hear({ kind: 'opened', body: 1, memory: new ArrayBuffer(READING_BYTES), length: 1, last });
  return { reading, memory, asked, answer };
}

it('asks for the next batch when it hands one out, and for none that will not be', async () => {
  const { reading, asked, answer } = started(4 * READING_BYTES);
  expect(asked()).toBe(BATCHES_AHEAD);
  for (const [position, askedThen] of [3, 4, 4, 4].entries()) {
    answer(position === 3);
    await reading.next();
    expect(asked()).toBe(askedThen);
  }
  expect((await reading.next()).done).toBe(true);
  expect(started(READING_BYTES).asked()).toBe(1);
});

it('gives the memory of a chunk back when that is recycled, and of what nobody took when it ends', async () => {
  const { reading, memory, answer } = started(2 * READING_BYTES);
  answer(false);
  answer(true);
  const { value } = await reading.next();
  if (value !== undefined) recycle(value);
  await reading.return();
  const [first, second] = [memory.take(), memory.take()];
  expect([first.byteLength, second.byteLength]).toEqual([READING_BYTES, READING_BYTES]);
  expect(value?.buffer).toBe(second);
});
