import { createHash, randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { realServer } from './real-server.ts';

/** The memory that bodies are read and opened in is used over and over, for whoever comes next: no client may ever see a
 * byte of another's object, however slowly it reads and whoever leaves in the middle. */
const server = realServer();
const KIB = 1024;
/** On the event loop in one chunk and in several, and on a hashing thread in small and large batches. */
const SIZES = [9, 64, 65, 300, 1000, 1030, 2500, 5000].map((kibibytes) => kibibytes * KIB + 7);
const READERS = 48;
const READS = 6;
const SLOW_MS = 3;
const TEST_MS_MAX = 120_000;

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it(
  'gives each of many clients its own bytes, the slow ones too, while others leave',
  async () => {
    const client = new S3Client({
      endpoint: server.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: server.owner,
      requestHandler: { httpAgent: { maxSockets: READERS } },
    });
    const bucket = 'read-memory';
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    const objects = SIZES.map((size) => ({ key: `${size}`, body: randomBytes(size) }));
    for (const { key, body } of objects) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    }

    /** True when it was read to its end and is what was written. */
    async function read(reader: number, turn: number): Promise<boolean> {
      const { key, body } = objects[(reader * 5 + turn) % objects.length] ?? {
        key: '',
        body: Buffer.alloc(0),
      };
      const start = turn % 2 === 0 ? 0 : (reader * 997) % body.length;
      const answer = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${start}-` }),
      );
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- in Node.js it is one
      const stream = answer.Body as Readable;
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        if (reader % 6 === 0) await wait(SLOW_MS);
        if (reader % 6 === 1 && chunks.length === 2) {
          stream.destroy();
          return false;
        }
      }
      expect(digest(Buffer.concat(chunks))).toBe(digest(body.subarray(start)));
      return true;
    }

    const results = await Promise.all(
      Array.from({ length: READERS }, async (_, reader) => {
        let whole = 0;
        for (let turn = 0; turn < READS; turn++) if (await read(reader, turn)) whole++;
        return whole;
      }),
    );
    expect(results.filter((_, reader) => reader % 6 !== 1)).toEqual(Array(READERS - READERS / 6).fill(READS));
    client.destroy();
  },
  TEST_MS_MAX,
);
