import { sealBuffer } from '../../keys/frames.ts';
import { DATA_KEY_BYTES } from '../../keys/keyring.ts';
import { checksumsReady } from '../../lib/checksums/index.ts';
import { systemRandom } from '../../lib/random.ts';
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
  return sealInline(whole, systemRandom.bytes(DATA_KEY_BYTES), options);
}

function sealInline(
  plain: Buffer,
  dataKey: Buffer,
  { algorithms, keyring }: Pick<SinkOptions, 'algorithms' | 'keyring'>,
): FinishedBody {
  const size = plain.length;
  const digests = digestsOf(plain, algorithms);
  if (size === 0) return { ...digests, size, stored: { kind: 'empty' } };
  const key = keyring.wrap(dataKey);
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
  readonly #dataKey = systemRandom.bytes(DATA_KEY_BYTES);
  #chunks: Buffer[] = [];
  #size = 0;
  #large: LargeSink | undefined;

  constructor(options: SinkOptions) {
    this.#options = options;
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
      const key = this.#options.keyring.wrap(this.#dataKey);
      return { ...digests, size: this.#size, stored: { kind: 'file', blob, key } };
    }
    const [first] = this.#chunks;
    const plain = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    return sealInline(plain, this.#dataKey, this.#options);
  }

  async abort(): Promise<void> {
    this.#chunks = [];
    await this.#large?.abort().catch(() => undefined);
  }

  #openLarge(): Promise<LargeSink> {
    const { threads, region, algorithms, expectedSize = Number.POSITIVE_INFINITY } = this.#options;
    const { location } = region.blobs;
    if (threads !== undefined && location !== undefined && expectedSize > LOOP_BYTES_MAX) {
      return Promise.resolve(threads.open(location, algorithms, this.#dataKey));
    }
    return LoopSink.open(region.blobs, algorithms, this.#dataKey);
  }
}
