import { expect, it } from 'vitest';
import { JoinedChunks } from './joined-chunks.ts';

it('keeps a single chunk as it came', () => {
  const chunks = new JoinedChunks();
  expect(chunks.take()).toEqual(Buffer.alloc(0));
  const only = Buffer.from('only');
  chunks.add(only);
  expect(chunks.take().buffer).toBe(only.buffer);
  expect(chunks.length).toBe(0);
});

it('copies what follows, and nothing into the first chunk', () => {
  const memory = Buffer.from('one and more');
  const chunks = new JoinedChunks();
  chunks.add(memory.subarray(0, 3));
  const reused = Buffer.alloc(1);
  for (const byte of Buffer.from(' two three')) {
    reused[0] = byte;
    chunks.add(reused);
  }
  expect(chunks.length).toBe(13);
  expect(chunks.take().toString()).toBe('one two three');
  expect(memory.toString()).toBe('one and more');
});
