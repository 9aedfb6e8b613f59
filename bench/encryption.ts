// What encryption at rest costs, against the hashes that every PUT needs anyway: `node bench/encryption.ts`.
import { createHash, hash } from 'node:crypto';
import { FrameSealer, frameKey, openBuffer, sealBuffer } from '../src/keys/frames.ts';
import { makeKeyring } from '../src/keys/keyring.ts';
import { MASTER_KEY_BYTES, makeMasterKey } from '../src/keys/master-key.ts';
import { systemRandom } from '../src/lib/random.ts';

const SMALL = systemRandom.bytes(4096);
const LARGE = systemRandom.bytes(16 * 1024 * 1024);
const SMALL_RUNS = 20_000;
const LARGE_RUNS = 8;
const ROUNDS = 5;

const keyring = makeKeyring([makeMasterKey(systemRandom.bytes(MASTER_KEY_BYTES))]);
const dataKey = systemRandom.bytes(32);
const sealedSmall = sealBuffer(SMALL, dataKey);
const wrapped = keyring.wrap(dataKey);

const rows = [
  row('4 KiB: MD5 (needed for the ETag)', SMALL_RUNS, () => hash('md5', SMALL)),
  row('4 KiB: new key, wrap, seal', SMALL_RUNS, () => {
    const key = systemRandom.bytes(32);
    keyring.wrap(key);
    sealBuffer(SMALL, key);
  }),
  row('4 KiB: unwrap, open', SMALL_RUNS, () => openBuffer(sealedSmall, frameKey(keyring.unwrap(wrapped)))),
  row('16 MiB: MD5', LARGE_RUNS, () => createHash('md5').update(LARGE).digest()),
  row('16 MiB: seal in frames', LARGE_RUNS, () => {
    const sealer = new FrameSealer(dataKey);
    sealer.seal(LARGE);
    sealer.finish();
  }),
];
for (const { name, microseconds } of rows)
  console.log(`${name.padEnd(36)} ${microseconds.toFixed(1).padStart(10)} µs`);

/** The median of several rounds. */
function row(name: string, runs: number, work: () => unknown): { name: string; microseconds: number } {
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    for (let run = 0; run < runs; run++) work();
    return ((performance.now() - started) * 1000) / runs;
  });
  return { name, microseconds: times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0 };
}
