import { lookup } from 'node:dns/promises';
import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemSentence } from './system-sentence.ts';

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('what the system refuses, in a sentence', () => {
  it('names path and reason', () => {
    expect(systemSentence(thrownBy(() => readFileSync('/nowhere/file')))).toBe(
      '/nowhere/file: no such file or directory (ENOENT).',
    );
    expect(systemSentence(thrownBy(() => mkdirSync('/')))).toMatch(/^\/: .+ \(E[A-Z]+\)\.$/);
  });

  it('names a host', async () => {
    const error: unknown = await lookup('300.1.1.1.invalid').catch((cause: unknown) => cause);
    expect(systemSentence(error)).toMatch(/^300\.1\.1\.1\.invalid: .+ \((?:ENOTFOUND|EAI_AGAIN)\)\.$/);
  });

  it('says nothing of our own mistakes', () => {
    expect(systemSentence(new TypeError('x is not a function'))).toBeUndefined();
    expect(systemSentence('text')).toBeUndefined();
  });
});
