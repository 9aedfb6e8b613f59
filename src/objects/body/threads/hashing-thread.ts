import { setPriority } from 'node:os';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { checksumsReady } from '../../../lib/checksums/index.ts';
import { systemRandom } from '../../../lib/random.ts';
import type { BlobLocation } from '../../../store/blobs/blob-store.ts';
import { FileBlobStore } from '../../../store/blobs/file-blob-store.ts';
import { faultOf } from './faults.ts';
import type { ToThread } from './messages.ts';
import { ReadingSide } from './reading-side.ts';
import { type Answer, UploadSide } from './upload-side.ts';

/** A hashing thread: hashes, seals and writes large bodies, reads and opens them again, so that the event loop only
 * moves (DESIGN decision 15). This file only tells messages apart. */
const NICENESS = 15;

// Where the processors are all busy, small requests go first: four uploads of 16 MiB otherwise make the slowest
// hundredth of the small GETs beside them six times as slow; at 15 it is three times (see yieldProcessor, too), and uploads
// still get a thirtieth of a processor from a full load of small requests. Linux counts this for the thread alone.
if (process.platform === 'linux') setPriority(NICENESS);

const uploads = new Map<number, UploadSide>();
const readings = new Map<number, ReadingSide>();
const stores = new Map<string, FileBlobStore>();

function storeAt(location: BlobLocation): FileBlobStore {
  const name = `${location.incarnation} ${location.directory}`;
  let store = stores.get(name);
  if (store === undefined) stores.set(name, (store = new FileBlobStore(location, systemRandom)));
  return store;
}

function startReading({ body, reading }: ToThread & { kind: 'read' }, answer: Answer): void {
  try {
    readings.set(body, new ReadingSide(body, reading, storeAt(reading.location), answer));
  } catch (error) {
    answer({ kind: 'failed', body, ...faultOf(error) });
  }
}

function obey(message: ToThread, answer: Answer): void {
  const { body } = message;
  const leave = () => uploads.delete(body);
  switch (message.kind) {
    case 'open':
      uploads.set(body, new UploadSide(message, storeAt(message.location), answer));
      return;
    case 'chunk':
      uploads.get(body)?.take(message.memory, message.length);
      return;
    case 'finish':
      uploads.get(body)?.finish(leave);
      return;
    case 'abort':
      uploads.get(body)?.abort(leave);
      return;
    case 'read':
      startReading(message, answer);
      return;
    case 'more':
      if (readings.get(body)?.more(message.memory) === true) readings.delete(body);
      return;
    case 'stop':
      readings.get(body)?.close();
      readings.delete(body);
  }
}

function serve(port: MessagePort): void {
  const answer: Answer = (message, transfer = []) => port.postMessage(message, transfer);
  port.on('message', (message: ToThread) => obey(message, answer));
}

if (parentPort !== null) {
  await checksumsReady;
  serve(parentPort);
}
