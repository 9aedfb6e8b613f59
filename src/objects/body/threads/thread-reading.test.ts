import { expect, it } from 'vitest';
import { sealedRange } from '../../../keys/frame-layout.ts';
import { recycle } from '../../../lib/recycle.ts';
import type { ToThread } from './messages.ts';
import { READING_BYTES, READING_BYTES_SMALL, ReadingMemory } from './reading-memory.ts';
import { ThreadReading } from './thread-reading.ts';

function started(plainSize: number, memory = new ReadingMemory()) {
  const asked: number[] = [];
  const say = (message: ToThread) => {
    if (message.kind === 'more') asked.push(message.memory.byteLength);
  };
  const reading = new ThreadReading(1, say, memory, () => undefined);
  const location = { directory: 'd', incarnation: 'i' };
  const range = sealedRange(0, plainSize, plainSize);
  reading.start({ location, blob: 'b', dataKey: Buffer.alloc(32), plainSize, range });
  const answer = (bytes: number, last: boolean) =>
    reading.hear({ kind: 'opened', body: 1, memory: new ArrayBuffer(bytes), length: 1, last });
  return { reading, memory, asked, answer };
}

it('asks for the next batch when it hands one out, and for none that will not be', async () => {
  const { reading, asked, answer } = started(READING_BYTES_SMALL + 2 * READING_BYTES + 1);
  expect(asked).toEqual([READING_BYTES_SMALL, READING_BYTES]);
  answer(READING_BYTES_SMALL, false);
  await reading.next();
  expect(asked.slice(2)).toEqual([READING_BYTES]);
  answer(READING_BYTES, false);
  await reading.next();
  expect(asked.slice(3)).toEqual([READING_BYTES_SMALL]);
  answer(READING_BYTES, false);
  answer(READING_BYTES_SMALL, true);
  await reading.next();
  await reading.next();
  expect(asked).toHaveLength(4);
  expect((await reading.next()).done).toBe(true);
});

it('asks for little where there are many readings, until they have ended', async () => {
  const memory = new ReadingMemory();
  const many = Array.from({ length: 33 }, () => started(4 * READING_BYTES, memory).reading);
  expect(started(4 * READING_BYTES, memory).asked).toEqual([READING_BYTES_SMALL]);
  for (const reading of many) await reading.return();
  expect(started(4 * READING_BYTES, memory).asked).toEqual([READING_BYTES_SMALL, READING_BYTES]);
});

it('gives the memory of a chunk back when that is recycled, and of what nobody took when it ends', async () => {
  const { reading, memory, answer } = started(READING_BYTES_SMALL + READING_BYTES);
  answer(READING_BYTES_SMALL, false);
  answer(READING_BYTES, true);
  const { value } = await reading.next();
  if (value !== undefined) recycle(value);
  await reading.return();
  expect(memory.take(1)).toBe(value?.buffer);
  expect(memory.take(READING_BYTES).byteLength).toBe(READING_BYTES);
});
