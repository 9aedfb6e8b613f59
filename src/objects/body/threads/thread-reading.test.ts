import { expect, it } from 'vitest';
import { FRAME_PLAIN_BYTES, sealedRange } from '../../../keys/frame-layout.ts';
import { recycle } from '../../../lib/recycle.ts';
import type { ToThread } from './messages.ts';
import { READING_BYTES_MAX, READING_BYTES_MIN, ReadingMemory } from './reading-memory.ts';
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
  const { reading, asked, answer } = started(READING_BYTES_MIN + 2 * READING_BYTES_MAX + 1);
  expect(asked).toEqual([READING_BYTES_MIN, READING_BYTES_MAX]);
  answer(READING_BYTES_MIN, false);
  await reading.next();
  expect(asked.slice(2)).toEqual([READING_BYTES_MAX]);
  answer(READING_BYTES_MAX, false);
  await reading.next();
  expect(asked.slice(3)).toEqual([READING_BYTES_MIN]);
  answer(READING_BYTES_MAX, false);
  answer(READING_BYTES_MIN, true);
  await reading.next();
  await reading.next();
  expect(asked).toHaveLength(4);
  expect((await reading.next()).done).toBe(true);
});

it('asks for less the more readings there are, until they have ended', async () => {
  const memory = new ReadingMemory();
  const secondOf = (body: ReturnType<typeof started>) => body.asked[1];
  const many = Array.from({ length: 200 }, () => started(4 * READING_BYTES_MAX, memory));
  expect([20, 40, 80, 160].map((number) => many[number] && secondOf(many[number]))).toEqual([
    READING_BYTES_MAX,
    READING_BYTES_MAX / 2,
    READING_BYTES_MAX / 4,
    READING_BYTES_MIN,
  ]);
  for (const { reading } of many) await reading.return();
  expect(secondOf(started(4 * READING_BYTES_MAX, memory))).toBe(READING_BYTES_MAX);
});

it('takes no more memory than is left to read', () => {
  expect(started(READING_BYTES_MIN + 3 * FRAME_PLAIN_BYTES).asked[1]).toBe(4 * FRAME_PLAIN_BYTES);
});

it('gives the memory of a chunk back when that is recycled, and of what nobody took when it ends', async () => {
  const { reading, memory, answer } = started(READING_BYTES_MIN + READING_BYTES_MAX);
  answer(READING_BYTES_MIN, false);
  answer(READING_BYTES_MAX, true);
  const { value } = await reading.next();
  if (value !== undefined) recycle(value);
  await reading.return();
  expect(memory.take(1)).toBe(value?.buffer);
  expect(memory.take(READING_BYTES_MAX).byteLength).toBe(READING_BYTES_MAX);
});
