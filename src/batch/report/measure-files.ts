import { createHash } from 'node:crypto';
import type { ReadChunk } from '../read-chunks.ts';
import type { TaskOutcome } from './layout.ts';

/** As AWS's manifest says it of each file, and where its lines begin. */
export interface MeasuredFile {
  readonly outcome: TaskOutcome;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha1: string;
  /** Hex. */
  readonly md5: string;
  /** Its first line: of this chunk, after so many others with this outcome. */
  readonly begins: { readonly chunk: number; readonly line: number };
}

/** Reads everything once to learn names and sizes: a file is named by its content, and nothing of it is kept.
 * @param rowsMax lines of one file. */
export async function measureFiles(
  chunks: AsyncIterable<ReadChunk>,
  outcomes: readonly TaskOutcome[],
  linesOf: (chunk: ReadChunk, outcome: TaskOutcome) => readonly string[],
  rowsMax: number,
): Promise<MeasuredFile[]> {
  const measured = new Map<TaskOutcome, Measure[]>(outcomes.map((outcome) => [outcome, []]));
  for await (const chunk of chunks) {
    for (const [outcome, files] of measured) {
      const lines = linesOf(chunk, outcome);
      for (let line = 0; line < lines.length; ) {
        let file = files.at(-1);
        if (file === undefined || file.rows === rowsMax) {
          file = new Measure({ chunk: chunk.number, line });
          files.push(file);
        }
        const taken = lines.slice(line, line + rowsMax - file.rows);
        file.add(taken);
        line += taken.length;
      }
    }
  }
  return [...measured].flatMap(([outcome, files]) => files.map((file) => file.finish(outcome)));
}

class Measure {
  readonly #begins: MeasuredFile['begins'];
  readonly #sha1 = createHash('sha1');
  readonly #md5 = createHash('md5');
  #sizeBytes = 0;
  rows = 0;

  constructor(begins: MeasuredFile['begins']) {
    this.#begins = begins;
  }

  add(lines: readonly string[]): void {
    const bytes = Buffer.from(lines.join(''));
    this.#sha1.update(bytes);
    this.#md5.update(bytes);
    this.#sizeBytes += bytes.length;
    this.rows += lines.length;
  }

  finish(outcome: TaskOutcome): MeasuredFile {
    return {
      outcome,
      rows: this.rows,
      sizeBytes: this.#sizeBytes,
      sha1: this.#sha1.digest('hex'),
      md5: this.#md5.digest('hex'),
      begins: this.#begins,
    };
  }
}
