import type { Region } from '../buckets/region.ts';
import type { Locator, ObjectVersion } from '../store/tables/rows.ts';
import type { ObjectsContext } from './context.ts';
import type { IncomingBody } from './incoming-body.ts';
import { PART_BYTES_MAX } from './limits.ts';
import { discardBody, discardBytes, receiveBody } from './receive-body.ts';
import type { SealedInline, StoredBody } from './stored-body.ts';

export interface ReplicaBytes {
  readonly bytes: readonly Locator[];
  readonly inline: readonly SealedInline[];
}

/** The bytes of a replica are not those that its version names: a fault on the way, worth another try. */
export class ReplicaBytesError extends Error {
  override readonly name = 'ReplicaBytesError';
}

/** Seals a version's bytes anew for this region, part by part as at the source, and compares each part's MD5.
 * @throws ReplicaBytesError, and what reading the bytes throws; nothing is left behind then */
export async function receiveReplica(
  context: ObjectsContext,
  region: Region,
  version: ObjectVersion,
  openBytes: () => AsyncIterable<Buffer>,
): Promise<ReplicaBytes> {
  const bytes: Locator[] = [];
  const inline: SealedInline[] = [];
  if (version.size === 0) return { bytes, inline };
  const { parts } = version;
  if (parts === undefined) return receiveWhole(context, region, version, openBytes());
  const source = new Splitter(openBytes());
  try {
    for (const { size, etag } of parts) {
      const stored = await receivePart(context, region, version, source, size);
      const { locator, sealed } = stored;
      if (locator !== undefined) bytes.push(locator);
      if (sealed !== undefined) inline.push({ part: bytes.length - 1, sealed });
      // An ETag that is no MD5 (of a foreign source) says nothing about the bytes.
      if (stored.size !== size || (MD5.test(etag) && stored.etag !== etag)) {
        throw new ReplicaBytesError('the bytes that came are not those that the version names');
      }
    }
    if (await source.more()) throw new ReplicaBytesError('more bytes came than the version has');
    return { bytes, inline };
  } catch (error) {
    await discardBytes(region, bytes);
    throw error;
  } finally {
    await source.close();
  }
}

/** What was not cut into parts needs no cutting: each step between a small object's bytes and its seal costs as much as
 * a hash of them. */
async function receiveWhole(
  context: ObjectsContext,
  region: Region,
  version: ObjectVersion,
  chunks: AsyncIterable<Buffer>,
): Promise<ReplicaBytes> {
  const stored = await receiveBody(context, region, bodyOf(version, chunks, version.size), version.size);
  const { etag, locator, sealed } = stored;
  if (MD5.test(version.etag) && etag !== version.etag) {
    await discardBody(region, stored);
    throw new ReplicaBytesError('the bytes that came are not those that the version names');
  }
  return {
    bytes: locator === undefined ? [] : [locator],
    inline: sealed === undefined ? [] : [{ part: 0, sealed }],
  };
}

const MD5 = /^[0-9a-f]{32}$/;

function receivePart(
  context: ObjectsContext,
  region: Region,
  version: ObjectVersion,
  source: Splitter,
  size: number,
): Promise<StoredBody> {
  return receiveBody(context, region, bodyOf(version, source.take(size), size), PART_BYTES_MAX);
}

function bodyOf(version: ObjectVersion, chunks: AsyncIterable<Buffer>, sizeBytes: number): IncomingBody {
  const algorithm = version.checksum?.algorithm;
  return {
    chunks,
    ...(algorithm === undefined ? {} : { algorithm }),
    sizeBytes,
    ...expectedOf(version),
  };
}

function expectedOf({ parts, checksum }: ObjectVersion) {
  if (parts !== undefined || checksum === undefined) return {};
  return { expected: () => ({ checksum: checksum.value }) };
}

/** Cuts a stream into runs of given lengths, without copying. */
class Splitter {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer | undefined;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async *take(size: number): AsyncGenerator<Buffer, void, undefined> {
    let left = size;
    while (left > 0) {
      const chunk = await this.#next();
      if (chunk === undefined) return;
      const wanted = chunk.subarray(0, left);
      left -= wanted.length;
      if (wanted.length < chunk.length) this.#rest = chunk.subarray(wanted.length);
      yield wanted;
    }
  }

  async more(): Promise<boolean> {
    this.#rest = await this.#next();
    return this.#rest !== undefined;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** The next chunk that is not empty. */
  async #next(): Promise<Buffer | undefined> {
    let chunk = this.#rest;
    this.#rest = undefined;
    while (chunk === undefined || chunk.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      chunk = value;
    }
    return chunk;
  }
}
