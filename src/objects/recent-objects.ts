import { BoundedMap } from '../lib/bounded-map.ts';
import type { OrderStamp } from '../store/tables/order-stamp.ts';
import type { FoundVersion } from './lookup.ts';

/** A thread holds half as many for certain; with a body of 8 KiB, the longest that lies inline, one takes about 10 KiB. */
const RECENT_OBJECTS_MAX = 2048;

/** What was made of the rows of these versions. */
export interface KnownObject extends Pick<FoundVersion, 'row' | 'rowVersion' | 'facets' | 'facetsVersion'> {
  /** All of it, opened, where it lies inline. */
  readonly body?: Buffer;
}

/** What is remembered of a key's newest version. */
export interface RecentObject {
  readonly stamp: OrderStamp;
  readonly known?: KnownObject;
}

/** The newest versions that this thread's clients read last, so that a hot object is found in one round of reads, and
 * neither decoded nor opened again.
 *
 * Nothing is answered from here alone: each request reads the rows, and what was decoded and opened counts only for the
 * very row versions that it was made from (lookup.ts).
 *
 * unknown → seen (read once: where it lies) → known (read again: its rows, decoded, and its body, opened)
 * What is read only once leaves nothing but its stamp, so that a walk over all objects neither drives hot ones out of
 * memory nor fills it with bodies for the full collector. */
export class RecentObjects {
  readonly #objects = new BoundedMap<RecentObject>(RECENT_OBJECTS_MAX);

  find(bucketId: string, key: string): RecentObject | undefined {
    return this.#objects.get(nameOf(bucketId, key));
  }

  /** @param found the newest version of the key
   * @param body of it, opened, where it lies inline */
  note(bucketId: string, key: string, found: FoundVersion, body: Buffer | undefined): void {
    const { row, rowVersion, facets, facetsVersion } = found;
    // A row with 10,000 parts has some MiB.
    if (row.kind !== 'object' || row.parts !== undefined) return;
    const name = nameOf(bucketId, key);
    const { stamp } = row;
    if (this.#objects.get(name)?.stamp !== stamp) this.#objects.set(name, { stamp });
    else {
      const known = { row, rowVersion, facets, facetsVersion, ...(body !== undefined && { body }) };
      this.#objects.set(name, { stamp, known });
    }
  }
}

/** A bucket's id holds no slash. */
function nameOf(bucketId: string, key: string): string {
  return `${bucketId}/${key}`;
}
