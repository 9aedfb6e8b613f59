import { execFile } from 'node:child_process';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../lib/error-code.ts';
import { systemRandom } from '../lib/random.ts';
import { writeFileDurably } from '../store/durable-file.ts';
import { MASTER_KEY_BYTES, type MasterKey, MasterKeyError, makeMasterKey } from './master-key.ts';

/** Where the master key comes from. All three give the same text: one base64 key a line, the newest first. */
export type MasterKeySource =
  /** Made, mode 0600, when it is not there. */
  | { readonly kind: 'file'; readonly path: string }
  /** The text itself, from a variable. A space or comma separates as a line end does. */
  | { readonly kind: 'text'; readonly text: string }
  /** A program and its arguments (no shell) that prints the text, e.g. a secret manager's client. */
  | { readonly kind: 'command'; readonly command: readonly [string, ...string[]] };

/** Secret managers answer in seconds; a start that hangs must say why. */
const COMMAND_MS_MAX = 30_000;

/** @throws MasterKeyError with a sentence for people; never with key material. */
export async function loadMasterKeys(source: MasterKeySource): Promise<MasterKey[]> {
  return parseMasterKeys(await readText(source), originOf(source));
}

/** The text itself, proved to be keys, for handing on to another thread.
 * @throws MasterKeyError */
export async function loadMasterKeyText(source: MasterKeySource): Promise<string> {
  const text = await readText(source);
  parseMasterKeys(text, originOf(source));
  return text;
}

async function readText(source: MasterKeySource): Promise<string> {
  if (source.kind === 'text') return source.text;
  return source.kind === 'file' ? await readOrMakeFile(source.path) : await runCommand(source.command);
}

function originOf(source: MasterKeySource): string {
  if (source.kind === 'text') return 'the master key variable';
  return source.kind === 'file' ? source.path : `the command ${source.command[0]}`;
}

/** Puts a new generation in front of the file's; older keys stay, so that what they wrapped still opens. One call at a time:
 * another, between reading and writing, would lose a key.
 * @returns both as lines */
export async function rotateMasterKeyFile(path: string): Promise<{ newKey: string; older: string }> {
  const older = await readFile(path, 'utf8');
  parseMasterKeys(older, path);
  const newKey = newKeyLine();
  writeFileDurably(path, `${newKey}${older}`);
  return { newKey, older };
}

/** @throws MasterKeyError naming `origin`. */
export function parseMasterKeys(text: string, origin: string): MasterKey[] {
  const lines = text.split(/[\s,]+/).filter((line) => line !== '');
  if (lines.length === 0) throw new MasterKeyError(`No master key in ${origin}.`);
  return lines.map((line) => {
    const bytes = Buffer.from(line, 'base64');
    if (bytes.length !== MASTER_KEY_BYTES || bytes.toString('base64') !== line) {
      throw new MasterKeyError(`${origin} must hold ${MASTER_KEY_BYTES} bytes in base64, one key a line.`);
    }
    return makeMasterKey(bytes);
  });
}

async function readOrMakeFile(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw new MasterKeyError(`${path} can be read by others: chmod 600 it.`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const text = newKeyLine();
    await mkdir(dirname(path), { recursive: true });
    // Synced before anything is sealed under it: data whose key did not survive a power loss is lost.
    writeFileDurably(path, text);
    return text;
  }
}

function newKeyLine(): string {
  return `${systemRandom.bytes(MASTER_KEY_BYTES).toString('base64')}\n`;
}

async function runCommand([program, ...parameters]: readonly [string, ...string[]]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, parameters, { timeout: COMMAND_MS_MAX });
    return stdout;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new MasterKeyError(`The master key command ${program} failed (${code}).`);
  }
}
