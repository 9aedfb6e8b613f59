import { Buffer } from 'node:buffer';
import type { KeyedRow, Row, RowVersion } from './key-value-store.ts';
import { VERSION_BYTES, versionOfText } from './stored-row.ts';

/** A row that was read as text (read-as-text.ts). Most are decoded from text or asked for their version alone, so the bytes
 * are made when somebody wants them. */
export class TextRow implements Row {
  readonly #stored: string;
  #value: Buffer | undefined;

  /** @param stored version and value, as engines keep them */
  constructor(stored: string) {
    this.#stored = stored;
  }

  get version(): RowVersion {
    return versionOfText(this.#stored);
  }

  get text(): string {
    return this.#stored.slice(VERSION_BYTES);
  }

  get value(): Buffer {
    this.#value ??= Buffer.from(this.text, 'utf8');
    return this.#value;
  }
}

export class KeyedTextRow extends TextRow implements KeyedRow {
  readonly key: Buffer;

  constructor(key: Buffer, stored: string) {
    super(stored);
    this.key = key;
  }
}
