import type { Buffer } from 'node:buffer';
import type { Write } from '../kv/key-value-store.ts';
import { decodeKey, encodeKey, type KeyElement, prefixRange } from '../kv/tuple.ts';
import type { IntentClass } from './rows.ts';
import { TABLES } from './table-numbers.ts';

/** A counter's key. All are written by `add` only, in the commit that writes or removes what they count. */
export type CounterKey = Buffer;

const key = (name: string, ...labels: readonly KeyElement[]): CounterKey =>
  encodeKey(TABLES.counters, name, ...labels);

export const counters = {
  bucketVersions: (bucketId: string) => key('bucketVersions', bucketId),
  /** Bytes of all versions, as the client counts them: before sealing. */
  bucketBytes: (bucketId: string) => key('bucketBytes', bucketId),
  pendingCount: (bucketId: string, ruleId: string, destination: string, kind: IntentClass) =>
    key('pendingCount', bucketId, ruleId, destination, kind),
  pendingBytes: (bucketId: string, ruleId: string, destination: string, kind: IntentClass) =>
    key('pendingBytes', bucketId, ruleId, destination, kind),
  replicatedCount: (bucketId: string, ruleId: string, destination: string, kind: IntentClass) =>
    key('replicatedCount', bucketId, ruleId, destination, kind),
  replicatedBytes: (bucketId: string, ruleId: string, destination: string, kind: IntentClass) =>
    key('replicatedBytes', bucketId, ruleId, destination, kind),
  failedCount: (bucketId: string, ruleId: string, destination: string, code: string) =>
    key('failedCount', bucketId, ruleId, destination, code),

  add: (counter: CounterKey, delta: number): Write => ({ kind: 'add', key: counter, delta }),
  /** All counters of this name whose labels begin with these. */
  range: (name: string, ...labels: readonly KeyElement[]) => prefixRange(key(name, ...labels)),
  labelsOf(counter: Uint8Array): { name: string; labels: KeyElement[] } {
    const [, name, ...labels] = decodeKey(counter);
    return { name: String(name), labels };
  },
};
