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
  | { readonly kind: 'configure'; readonly value: number };

export interface Entry {
  readonly operation: Operation;
  /** Set when the server answered with success. */
  acknowledged?: { readonly requestId: string; readonly versionId?: string };
}

export class Ledger {
  readonly entries: Entry[] = [];

  begin(operation: Operation): Entry {
    const entry: Entry = { operation };
    this.entries.push(entry);
    return entry;
  }

  /** The ledger as it would stand had the client seen only the answers that `seen` lets through. */
  asSeen(seen: (requestId: string) => boolean): Ledger {
    const ledger = new Ledger();
    for (const { operation, acknowledged } of this.entries) {
      const known = acknowledged !== undefined && seen(acknowledged.requestId);
      ledger.entries.push({ operation, ...(known && { acknowledged }) });
    }
    return ledger;
  }

  acknowledgedCount(): number {
    return this.entries.filter(({ acknowledged }) => acknowledged !== undefined).length;
  }
}
