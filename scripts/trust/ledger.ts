import type { FurnishStep } from './world.ts';

/** What a client asked for and what it was told, so that the server's memory can be compared with the client's.
 * One worker owns each key, so the operations on a key have an order. */
export type Operation =
  | {
      readonly kind: 'put' | 'multipart';
      readonly key: string;
      readonly sha256: string;
      readonly size: number;
    }
  | { readonly kind: 'delete-marker'; readonly key: string }
  | { readonly kind: 'delete-version'; readonly key: string; readonly versionId: string }
  | { readonly kind: 'tag'; readonly key: string; readonly versionId: string; readonly value: string }
  | { readonly kind: 'configure'; readonly value: string }
  | { readonly kind: 'furnish'; readonly step: FurnishStep };

export interface Entry {
  readonly operation: Operation;
  /** Beginnings and acknowledgements share one count, so that it is known what overlapped. */
  readonly begunAt: number;
  /** Set when the server answered with success. */
  acknowledged?: { readonly requestId: string; readonly at: number; readonly versionId?: string };
}

/** The part of an SDK's answer that counts here. */
export interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
  readonly VersionId?: string | undefined;
}

export class Ledger {
  readonly entries: Entry[] = [];
  #count = 0;

  begin(operation: Operation): Entry {
    const entry: Entry = { operation, begunAt: this.#count++ };
    this.entries.push(entry);
    return entry;
  }

  acknowledge(entry: Entry, { $metadata, VersionId }: Answer): string | undefined {
    entry.acknowledged = {
      requestId: $metadata.requestId ?? '',
      at: this.#count++,
      ...(VersionId !== undefined && { versionId: VersionId }),
    };
    return VersionId;
  }

  /** What another ledger noted, all of it later than what is here. */
  append(later: Ledger): void {
    const base = this.#count;
    for (const { operation, begunAt, acknowledged } of later.entries) {
      this.entries.push({
        operation,
        begunAt: base + begunAt,
        ...(acknowledged !== undefined && { acknowledged: { ...acknowledged, at: base + acknowledged.at } }),
      });
    }
    this.#count += later.#count;
  }

  /** The ledger as it would stand had the client seen only the answers that `seen` lets through. */
  asSeen(seen: (requestId: string) => boolean): Ledger {
    const ledger = new Ledger();
    for (const { operation, begunAt, acknowledged } of this.entries) {
      const known = acknowledged !== undefined && seen(acknowledged.requestId);
      ledger.entries.push({ operation, begunAt, ...(known && { acknowledged }) });
    }
    return ledger;
  }

  acknowledgedCount(): number {
    return this.entries.filter(({ acknowledged }) => acknowledged !== undefined).length;
  }
}
