import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import {
  type Check,
  type KeyedRow,
  type RowValue,
  type RowVersion,
  textOf,
  type Write,
} from '../kv/key-value-store.ts';
import { decodeKey, encodeKey, prefixRange } from '../kv/tuple.ts';
import { stampElement } from './inverted-stamp.ts';
import type { IntentClass, IntentRow } from './rows.ts';
import { TABLES } from './table-numbers.ts';

/** Fixed for good: it is part of every intent's key. */
export const INTENT_SHARDS = 256;

/** The shard of everything that happens to this key: one worker at a time sees its changes. */
export function intentShard(bucketId: string, objectKey: string): number {
  return crc32(objectKey, crc32(bucketId)) % INTENT_SHARDS;
}

/** Names one intent: this version, this destination, this kind of change. */
export type IntentName = Pick<IntentRow, 'sourceBucketId' | 'key' | 'stamp' | 'kind'> & {
  readonly rule: Pick<IntentRow['rule'], 'destination'>;
};

function intentTable(table: number) {
  const key = (intent: IntentName): Buffer =>
    encodeKey(
      table,
      intent.rule.destination,
      intentShard(intent.sourceBucketId, intent.key),
      stampElement(intent.stamp),
      intent.sourceBucketId,
      intent.key,
      intent.kind,
    );
  return {
    key,
    /** The key here of the intent that has this key in another of these tables. */
    twin(other: Uint8Array): Buffer {
      const twin = Buffer.from(other);
      twin[0] = table;
      return twin;
    },
    /** Intents of one shard of a destination, oldest version first. */
    shardRange: (destination: string, shard: number) => prefixRange(encodeKey(table, destination, shard)),
    destinationRange: (destination: string) => prefixRange(encodeKey(table, destination)),
    /** Every intent of every destination. */
    range: () => prefixRange(encodeKey(table)),
    put: (row: IntentRow): Write => ({ kind: 'put', key: key(row), value: Buffer.from(JSON.stringify(row)) }),
    delete: (intent: IntentName): Write => ({ kind: 'delete', key: key(intent) }),
    check: (version: RowVersion, intent: IntentName): Check => ({
      kind: 'version',
      key: key(intent),
      version,
    }),
    decode(row: RowValue): IntentRow {
      const intent: IntentRow = JSON.parse(textOf(row));
      return intent;
    },
    placeOf(row: Pick<KeyedRow, 'key'>): { destination: string; shard: number } {
      const [, destination, shard] = decodeKey(row.key, 3);
      return { destination: String(destination), shard: Number(shard) };
    },
  };
}

/** What live changes still have to deliver. */
export const intents = intentTable(TABLES.intents);
/** What batch jobs still have to deliver: apart, so that live intents never stand behind them. */
export const batchIntents = intentTable(TABLES.batchIntents);
/** What failed for good and waits for someone to retry or drop it. */
export const parkedIntents = intentTable(TABLES.parkedIntents);

export type IntentTable = typeof intents;

/** The two tables of what is pending. */
export const PENDING_TABLES: readonly IntentTable[] = [intents, batchIntents];

export function pendingTable(kind: IntentClass): IntentTable {
  return kind === 'batch' ? batchIntents : intents;
}

/** Which of the two tables of pending intents a key belongs to. */
export function classOfKey(key: Uint8Array): IntentClass {
  return key[0] === TABLES.batchIntents ? 'batch' : 'live';
}
