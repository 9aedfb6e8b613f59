import { expect, it } from 'vitest';
import { recyclable, recycle } from './recycle.ts';

it('gives memory back once, told by any part of the chunk', () => {
  let times = 0;
  const chunk = recyclable(Buffer.from(new ArrayBuffer(100)), () => times++);
  recycle(Buffer.from('another'));
  expect(times).toBe(0);
  recycle(chunk.subarray(10, 20));
  recycle(chunk);
  expect(times).toBe(1);
});
