import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entriesOf, LogBatch, readBatch } from './log-batch.ts';

const bytes = (lengthMax: number, lengthMin = 0) =>
  fc.uint8Array({ minLength: lengthMin, maxLength: lengthMax }).map((each) => Buffer.from(each));
const entry = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key: bytes(40, 1), stored: bytes(3000, 8) }),
  fc.record({
    kind: fc.constant('delete' as const),
    key: bytes(40, 1),
    gone: fc.option(fc.record({ segment: fc.nat(), length: fc.nat() }), { nil: undefined }),
  }),
);

describe('a batch of the log', () => {
  test('gives back what was staged, in order, and says where each value lies', () => {
    const batch = new LogBatch();
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 300 }), fc.nat(2 ** 47), (entries, number) => {
        batch.clear();
        const values = entries.map((each) =>
          each.kind === 'put' ? batch.put(each.key, each.stored) : batch.delete(each.key, each.gone),
        );
        const sealed = Buffer.concat([Buffer.from('before'), batch.seal(number)]);
        const whole = readBatch(sealed, 6);
        if (whole === undefined || whole === 'cut') throw new Error('not whole');
        expect(whole).toMatchObject({ number, end: sealed.length });
        const read = [...entriesOf(sealed, whole)];
        expect(read).toEqual(
          entries.map((each, index) =>
            each.kind === 'put' ? { ...each, value: 6 + (values[index] ?? 0) } : each,
          ),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('is whole or nothing: no altered byte and no missing end goes unseen', () => {
    const batch = new LogBatch();
    batch.put(Buffer.from('key'), Buffer.from('eight by value'));
    batch.delete(Buffer.from('other'));
    const sealed = Buffer.from(batch.seal(7));
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] ?? 0) ^ 0x10;
      expect([undefined, 'cut']).toContain(readBatch(altered, 0));
      expect(readBatch(sealed.subarray(0, at), 0)).toBe('cut');
    }
  });

  test('does not begin among zeros, nor does an empty one', () => {
    expect(readBatch(Buffer.alloc(100), 0)).toBeUndefined();
    expect(readBatch(new LogBatch().seal(1), 0)).toBeUndefined();
  });
});
