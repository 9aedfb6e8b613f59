import { type MessagePort, parentPort } from 'node:worker_threads';
import { checksumsReady } from '../../../lib/checksums/index.ts';
import { systemRandom } from '../../../lib/random.ts';
import { FrameSealer } from '../../../keys/frames.ts';
import type { BlobLocation } from '../../../store/blobs/blob-store.ts';
import { FileBlobStore } from '../../../store/blobs/file-blob-store.ts';
import type { FileBlobWriter } from '../../../store/blobs/file-blob-writer.ts';
import { StoreUnavailableError } from '../../../store/kv/key-value-store.ts';
import { BodyHashes } from '../body-hashes.ts';
import type { FromThread, ToThread } from './messages.ts';

/** A hashing thread: hashes, seals and writes large bodies, so that the event loop only moves (DESIGN decision 15).
 *
 * Invariant: what is asked for one body happens in order, one thing at a time (`Upload.last`); bodies take turns. */
interface Upload {
  readonly hashes: BodyHashes;
  readonly sealer: FrameSealer;
  writer: FileBlobWriter | undefined;
  last: Promise<void>;
  failed: boolean;
}

const uploads = new Map<number, Upload>();
const stores = new Map<string, FileBlobStore>();

function storeAt(location: BlobLocation): FileBlobStore {
  const name = `${location.incarnation} ${location.directory}`;
  let store = stores.get(name);
  if (store === undefined) stores.set(name, (store = new FileBlobStore(location, systemRandom)));
  return store;
}

function serve(port: MessagePort): void {
  const answer = (message: FromThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

  port.on('message', (message: ToThread) => {
    if (message.kind === 'open') return open(message, answer);
    const upload = uploads.get(message.body);
    if (upload === undefined) return;
    if (message.kind === 'chunk') {
      inOrder(message.body, upload, answer, () => {
        try {
          if (!upload.failed) take(upload, new Uint8Array(message.memory, 0, message.length));
        } finally {
          answer({ kind: 'consumed', body: message.body, memory: message.memory }, [message.memory]);
        }
      });
    } else if (message.kind === 'finish') {
      inOrder(message.body, upload, answer, () => finish(message.body, upload, answer));
    } else {
      inOrder(message.body, upload, answer, async () => {
        uploads.delete(message.body);
        await upload.writer?.abort().catch(() => undefined);
        answer({ kind: 'aborted', body: message.body });
      });
    }
  });
}

type Answer = (message: FromThread, transfer?: ArrayBuffer[]) => void;

function open(message: ToThread & { kind: 'open' }, answer: Answer): void {
  const upload: Upload = {
    hashes: new BodyHashes(message.algorithms),
    sealer: new FrameSealer(message.dataKey),
    writer: undefined,
    last: Promise.resolve(),
    failed: false,
  };
  uploads.set(message.body, upload);
  inOrder(message.body, upload, answer, async () => {
    upload.writer = await storeAt(message.location).create();
  });
}

function take(upload: Upload, chunk: Uint8Array): void {
  upload.hashes.update(chunk);
  upload.writer?.writeSync(upload.sealer.seal(chunk));
}

async function finish(body: number, upload: Upload, answer: Answer): Promise<void> {
  const { writer } = upload;
  if (upload.failed || writer === undefined) return;
  writer.writeSync(upload.sealer.finish());
  await writer.finish();
  uploads.delete(body);
  answer({ kind: 'finished', body, digests: upload.hashes.digests(), blob: writer.id });
}

function inOrder(body: number, upload: Upload, answer: Answer, step: () => Promise<void> | void): void {
  upload.last = upload.last.then(step).catch(async (error: unknown) => {
    upload.failed = true;
    await upload.writer?.abort().catch(() => undefined);
    const message = error instanceof Error ? error.message : String(error);
    answer({ kind: 'failed', body, unavailable: error instanceof StoreUnavailableError, message });
  });
}

if (parentPort !== null) {
  await checksumsReady;
  serve(parentPort);
}
