import { sealBuffer } from '../../keys/frames.ts';
import type { DataKey } from '../../keys/keyring.ts';
import { checksumsReady } from '../../lib/checksums/index.ts';
import { digestsOf } from './body-hashes.ts';
import {
  type BodySink,
  type FinishedBody,
  INLINE_BYTES_MAX,
  LOOP_BYTES_MAX,
  type SinkOptions,
} from './body-sink.ts';
import { type LargeSink, LoopSink } from './large-sink.ts';

/** What a sink makes of a body that fits into a commit and is there in one piece: without a sink. */
export async function sealWhole(
  whole: Buffer,
  options: Pick<SinkOptions, 'algorithms' | 'keyring'>,
): Promise<FinishedBody> {
  await checksumsReady;
  return sealInline(whole, options.keyring.newDataKey(), options.algorithms);
}

function sealInline(
  plain: Buffer,
  { dataKey, sealed: key }: DataKey,
  algorithms: SinkOptions['algorithms'],
): FinishedBody {
  const size = plain.length;
  const digests = digestsOf(plain, algorithms);
  if (size === 0) return { ...digests, size, stored: { kind: 'empty' } };
  return { ...digests, size, stored: { kind: 'inline', sealed: sealBuffer(plain, dataKey), key } };
}

export async function openSink(options: SinkOptions): Promise<BodySink> {
  await checksumsReady;
  const sink = new GrowingSink(options);
  if ((options.expectedSize ?? 0) > sink.inlineBytesMax) await sink.grow();
  return sink;
}

/** Starts in memory, and moves what it has to a large sink when it no longer fits into a commit.
 *
 * States: `#large` undefined (all bytes are in `#chunks`) → `#large` set (`#chunks` is empty for ever). */
class GrowingSink implements BodySink {
  readonly inlineBytesMax: number;
  readonly #options: SinkOptions;
  readonly #key: DataKey;
  #chunks: Buffer[] = [];
  #size = 0;
  #large: LargeSink | undefined;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#key = options.keyring.newDataKey();
    this.inlineBytesMax = options.inlineBytesMax ?? INLINE_BYTES_MAX;
  }

  write(chunk: Buffer): Promise<void> | void {
    this.#size += chunk.length;
    if (this.#large !== undefined) return this.#large.write(chunk);
    this.#chunks.push(chunk);
    if (this.#size > this.inlineBytesMax) return this.grow();
  }

  async grow(): Promise<void> {
    this.#large = await this.#openLarge();
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) await this.#large.write(chunk);
  }

  async finish(): Promise<FinishedBody> {
    if (this.#large !== undefined) {
      const { blob, ...digests } = await this.#large.finish();
      return { ...digests, size: this.#size, stored: { kind: 'file', blob, key: this.#key.sealed } };
    }
    const [first] = this.#chunks;
    const plain = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    return sealInline(plain, this.#key, this.#options.algorithms);
  }

  async abort(): Promise<void> {
    this.#chunks = [];
    await this.#large?.abort().catch(() => undefined);
  }

  #openLarge(): Promise<LargeSink> {
    const { threads, region, algorithms, expectedSize = Number.POSITIVE_INFINITY } = this.#options;
    const { dataKey } = this.#key;
    const { location } = region.blobs;
    if (threads !== undefined && location !== undefined && expectedSize > LOOP_BYTES_MAX) {
      return Promise.resolve(threads.open(location, algorithms, dataKey));
    }
    return LoopSink.open(region.blobs, algorithms, dataKey);
  }
}
