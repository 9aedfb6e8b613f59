import { Buffer } from 'node:buffer';
import { open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../lib/error-message.ts';

/** What opening a database anew needs at least, with some room. */
const PROBE_BYTES = 1024 * 1024;

/** Whether `directory` takes synced writes and has room for `bytes`; undefined, or why not. */
export async function probeWritable(directory: string, bytes = 0): Promise<string | undefined> {
  const path = join(directory, 'write-probe');
  try {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize < bytes + PROBE_BYTES) return 'the disk is full';
    const file = await open(path, 'w', 0o600);
    try {
      await file.write(Buffer.alloc(PROBE_BYTES, 1));
      await file.datasync();
    } finally {
      await file.close();
    }
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await unlink(path).catch(() => {});
  }
}
