import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { errorCode } from '../lib/error-code.ts';
import { messageOf } from '../lib/error-message.ts';

/** Standard output: what a command was asked for. All of it is out, or the command says that it is not. */

const EXIT_FAILURE = 1;
/** As a shell reports who was ended by SIGPIPE, which node does not let end it. */
const EXIT_BROKEN_PIPE = 141;

export class OutputError extends Error {
  override readonly name = 'OutputError';

  constructor(cause: unknown) {
    super(`The output cannot be written: ${messageOf(cause)}.`, { cause });
  }
}

/** Prints and ends the line. @throws OutputError where it is a file */
export function print(text: string): void {
  const line = `${text}\n`;
  // Typed as a terminal, whatever it is.
  const stream: unknown = process.stdout;
  if (stream instanceof Socket) {
    stream.write(line);
    return;
  }
  // To node, a disk that takes a part has taken all.
  const bytes = Buffer.from(line);
  try {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(process.stdout.fd, bytes, written);
    }
  } catch (error) {
    throw new OutputError(error);
  }
}

/** The same for a terminal; resolves when it is out. */
export async function printed(text: string): Promise<void> {
  // The promise tells.
  process.stdout.once('error', () => undefined);
  await promisify((line: string, done: (error?: Error | null) => void) => process.stdout.write(line, done))(
    `${text}\n`,
  );
}

/** Resolves when the reader has, or the system holds, all that was printed. A file has it already. */
export async function untilTaken(): Promise<void> {
  const stream: unknown = process.stdout;
  if (stream instanceof Socket) await new Promise<void>((resolve) => stream.write('', () => resolve()));
}

/** A reader who has enough (`| head`) ends the command, as it does others; any other failure is said. */
export function endWhereOutputFails(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (errorCode(error) === 'EPIPE') process.exit(EXIT_BROKEN_PIPE);
      console.error(`holdfast: ${new OutputError(error).message}`);
      process.exit(EXIT_FAILURE);
    });
  }
}
