import { createInterface } from 'node:readline/promises';
import { RequestError } from './command.ts';
import { print } from './output.ts';

// Where a pipe or a file reads, lines are as long as what they say.
const WIDTH_OTHERWISE = Number.POSITIVE_INFINITY;

/** The person in front of the command, if there is one. */
export interface Terminal {
  /** Whether somebody reads and can answer. */
  readonly interactive: boolean;
  /** Columns. */
  readonly width: number;
  say(text: string): void;
  /** Empties the screen; nothing happens where nobody reads. */
  clear(): void;
  /** Puts `line` in the place of the one that was put so before; nothing happens where nobody reads. */
  rewrite(line: string): void;
  /** `otherwise` is what Enter alone means; it is also the answer where nobody can.
   * @throws RequestError where the person leaves */
  confirm(question: string, otherwise: boolean): Promise<boolean>;
}

/** @param quiet what is said goes to standard error, because standard output is for JSON */
export function openTerminal({ quiet }: { readonly quiet: boolean }): Terminal {
  const output = quiet ? process.stderr : process.stdout;
  const interactive = !quiet && process.stdin.isTTY && process.stdout.isTTY;
  return {
    interactive,
    width: output.isTTY ? output.columns : WIDTH_OTHERWISE,
    say: (text) => (quiet ? void process.stderr.write(`${text}\n`) : print(text)),
    clear: () => void (interactive && output.write('\u001b[H\u001b[J')),
    rewrite: (line) => void (interactive && output.write(`\r${line}\u001b[K`)),
    async confirm(question, otherwise) {
      if (!interactive) return otherwise;
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      try {
        const answer = await lines.question(`${question} ${otherwise ? '[Y/n]' : '[y/N]'} `);
        return answer.trim() === '' ? otherwise : /^y(es)?$/i.test(answer.trim());
      } catch (error) {
        // Ctrl-C and Ctrl-D.
        output.write('\n');
        throw new RequestError('Without an answer nothing more is done.', { cause: error });
      } finally {
        lines.close();
      }
    },
  };
}
