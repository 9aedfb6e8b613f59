import { expect, it } from 'vitest';
import { freeable, recyclable, recycle, share } from './recycle.ts';

it('gives memory back once, told by any part of the chunk', () => {
  let times = 0;
  const chunk = recyclable(Buffer.from(new ArrayBuffer(100)), () => times++);
  recycle(Buffer.from('another'));
  expect(times).toBe(0);
  recycle(chunk.subarray(10, 20));
  recycle(chunk);
  expect(times).toBe(1);
});

it('waits for every user of a shared chunk', () => {
  let times = 0;
  const chunk = recyclable(Buffer.from(new ArrayBuffer(100)), () => times++);
  const parts = [chunk.subarray(0, 50), chunk.subarray(50)];
  for (const part of parts) share(part);
  recycle(chunk);
  for (const part of parts) {
    expect(times).toBe(0);
    recycle(part);
  }
  expect(times).toBe(1);
});

it('frees a chunk that alone fills its memory, and no other', () => {
  const alone = freeable(Buffer.from(new ArrayBuffer(100)));
  recycle(alone);
  expect(alone.length).toBe(0);
  const one = freeable(Buffer.from(new ArrayBuffer(100), 0, 50));
  recycle(one);
  expect(one.length).toBe(50);
});
