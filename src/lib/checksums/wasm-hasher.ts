import {
  createCRC32,
  createCRC64,
  createXXHash3,
  createXXHash64,
  createXXHash128,
  type IHasher,
} from 'hash-wasm';
import type { ChecksumAlgorithm } from './algorithms.ts';
import type { Checksum } from './checksum.ts';

/** Checksums in WebAssembly. One instance (its own memory of 16 KiB and more) for each algorithm and thread serves
 * all running checksums: whoever updates it next loads its own state, after the state of the one before is saved
 * (4 to 600 bytes, 2 µs). So a checksum that is abandoned leaves nothing behind.
 *
 * Invariant: `instance.running` is the checksum whose state the instance holds, all others hold theirs saved.
 */
const WASM_ALGORITHMS = ['CRC32C', 'CRC64NVME', 'XXHASH64', 'XXHASH3', 'XXHASH128'] as const;
type WasmAlgorithm = (typeof WASM_ALGORITHMS)[number];

/** Castagnoli's, reflected. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
/** CRC-64/NVME, reflected; check value ae8b14860a799888 for "123456789". */
const CRC64NVME_POLYNOMIAL = '9a6c9329ac4bc9b5';

interface Instance {
  readonly hasher: IHasher;
  running: WasmChecksum | undefined;
}

const instances = new Map<WasmAlgorithm, Instance>();

async function start(algorithm: WasmAlgorithm, creating: Promise<IHasher>): Promise<void> {
  instances.set(algorithm, { hasher: await creating, running: undefined });
}

export const wasmReady: Promise<void> = Promise.all([
  start('CRC32C', createCRC32(CRC32C_POLYNOMIAL)),
  start('CRC64NVME', createCRC64(CRC64NVME_POLYNOMIAL)),
  start('XXHASH64', createXXHash64()),
  start('XXHASH3', createXXHash3()),
  start('XXHASH128', createXXHash128()),
]).then(() => undefined);

export function isWasmAlgorithm(algorithm: ChecksumAlgorithm): algorithm is WasmAlgorithm {
  return WASM_ALGORITHMS.some((name) => name === algorithm);
}

export function createWasmChecksum(algorithm: WasmAlgorithm): Checksum {
  const instance = instances.get(algorithm);
  if (instance === undefined) throw new Error('checksumsReady was not awaited.');
  return new WasmChecksum(instance);
}

class WasmChecksum implements Checksum {
  readonly #instance: Instance;
  #saved: Uint8Array | undefined;
  #finished = false;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  update(chunk: Uint8Array): void {
    this.#resume().update(chunk);
  }

  digest(): Buffer {
    const digest = Buffer.from(this.#resume().digest('binary'));
    this.#finished = true;
    this.#instance.running = undefined;
    return digest;
  }

  #resume(): IHasher {
    if (this.#finished) throw new Error('This checksum has been digested.');
    const { hasher, running } = this.#instance;
    if (running === this) return hasher;
    if (running !== undefined) running.#saved = hasher.save();
    hasher.init();
    if (this.#saved !== undefined) hasher.load(this.#saved);
    this.#saved = undefined;
    this.#instance.running = this;
    return hasher;
  }
}
