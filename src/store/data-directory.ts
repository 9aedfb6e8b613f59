import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../lib/error-code.ts';
import type { Random } from '../lib/random.ts';
import { createFileDurably, makeDirectoryDurably, writeFileDurably } from './durable-file.ts';

/** DATA/holdfast.json says that a directory is ours and which formats may open it (DESIGN decision 14). Every region
 * directory has one, too, so that no region is ever started on another region's disk.
 *
 * Invariants
 * - Written when the directory was empty, and again only to raise its format; one with other people's files is refused.
 * - `oldestWriter` and `oldestReader` only grow, only after a migration has finished, and only by who has the lock of the
 *   site's store: a start that is refused changes nothing under the program that runs. */
export interface DataDirectory {
  readonly path: string;
  /** 8 hex digits, the site part of every order stamp made here. */
  readonly siteId: string;
  /** `site` for the main directory, else the region's name. */
  readonly purpose: string;
}

/** The format that this program writes.
 * 1  all bodies of small objects in the database
 * 2  they may lie in segments. Every store of format 1 is one of format 2 in which none does yet.
 * 3  data keys may be derived from a seed (keys/keyring.ts). Every store of format 2 is one in which all are wrapped.
 * 4  segments are the log of their store (store/kv/segments/commit-log.ts). Every store of format 3 is one whose log is
 *    empty, and whose segments hold bodies alone.
 * 5  rows of versions are lines of text (store/tables/version-codec.ts). In every store of format 4 they are JSON, and may
 *    stay so. */
export const FORMAT = 5;
const FILE_NAME = 'holdfast.json';
const SITE_ID_BYTES = 4;
// Made by mkfs or by an earlier start that ended before it wrote its own file: an otherwise empty directory is ours to take.
const IGNORED_ENTRIES = /^(?:lost\+found|master\.key|regions|holdfast\.json(?:\.\d+)?\.new)$/;

interface Description {
  readonly product: 'holdfast';
  readonly siteId: string;
  readonly purpose: string;
  readonly oldestReader: number;
  readonly oldestWriter: number;
  /** Of a site: the regions that it ever had. */
  readonly regions?: readonly string[];
}

/** A refusal: one clear sentence for a person. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/** @throws DataDirectoryError when the directory is not ours, of another region or site, or of a newer format. */
export function openDataDirectory(
  path: string,
  purpose: string,
  random: Random,
  expectedSiteId?: string,
): DataDirectory {
  makeDirectory(path);
  const file = join(path, FILE_NAME);
  if (!existsSync(file)) {
    refuseForeign(path, file);
    const siteId = expectedSiteId ?? random.bytes(SITE_ID_BYTES).toString('hex');
    const description: Description = {
      product: 'holdfast',
      siteId,
      purpose,
      oldestReader: FORMAT,
      oldestWriter: FORMAT,
    };
    if (createFileDurably(file, `${JSON.stringify(description)}\n`)) return { path, siteId, purpose };
    // Another start was first: it is the same directory for both, and the store's lock tells whose.
  }
  return check(path, readDescription(file), purpose, expectedSiteId);
}

/** Before anything is written that an older program could not read. */
export function raiseFormat(path: string): void {
  const file = join(path, FILE_NAME);
  const description = readDescription(file);
  if (description.oldestWriter === FORMAT && description.oldestReader === FORMAT) return;
  const raised: Description = { ...description, oldestReader: FORMAT, oldestWriter: FORMAT };
  writeFileDurably(file, `${JSON.stringify(raised)}\n`);
}

/** A region that the site has had must not begin anew in an empty directory: its buckets would be missing, and what is
 * replicated to them would fail for good.
 * @param regions names and directories
 * @throws DataDirectoryError */
export function requireKnownRegions(path: string, regions: ReadonlyMap<string, string>): void {
  const file = join(path, FILE_NAME);
  const known = readDescription(file).regions ?? [];
  for (const [name, directory] of regions) {
    if (!known.includes(name) || !isEmpty(directory)) continue;
    throw new DataDirectoryError(
      `${directory} is empty, but the region ${name} has been here before: is its disk mounted? ` +
        'Without that region (--regions) a start goes on, and what is pending for it waits. ' +
        `Where it is lost, take its name out of "regions" in ${file}, and it begins anew.`,
    );
  }
}

/** Or not there at all. What else is wrong with it is said when it is opened. */
function isEmpty(directory: string): boolean {
  try {
    return readdirSync(directory).every((entry) => IGNORED_ENTRIES.test(entry));
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  }
}

export function rememberRegions(path: string, regions: Iterable<string>): void {
  const file = join(path, FILE_NAME);
  const description = readDescription(file);
  const known = description.regions ?? [];
  const all = [...new Set([...known, ...regions])];
  if (all.length > known.length)
    writeFileDurably(file, `${JSON.stringify({ ...description, regions: all })}\n`);
}

function refuseForeign(path: string, file: string): void {
  const foreign = readdirSync(path).find((entry) => !IGNORED_ENTRIES.test(entry));
  // Unless another start took it just now.
  if (foreign === undefined || existsSync(file)) return;
  throw new DataDirectoryError(
    `${path} is not a Holdfast data directory and is not empty (it holds ${foreign}).`,
  );
}

function check(
  path: string,
  description: Description,
  purpose: string,
  expectedSiteId: string | undefined,
): DataDirectory {
  if (description.oldestWriter > FORMAT || description.oldestReader > FORMAT) {
    throw new DataDirectoryError(
      `${path} was written by a newer Holdfast (format ${Math.max(description.oldestWriter, description.oldestReader)}; this one knows up to ${FORMAT}).`,
    );
  }
  if (description.purpose !== purpose) {
    throw new DataDirectoryError(`${path} belongs to "${description.purpose}", not to "${purpose}".`);
  }
  if (expectedSiteId !== undefined && description.siteId !== expectedSiteId) {
    throw new DataDirectoryError(
      `${path} belongs to another Holdfast (${description.siteId}, not ${expectedSiteId}).`,
    );
  }
  return { path, siteId: description.siteId, purpose };
}

function readDescription(file: string): Description {
  try {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<Description>;
    if (
      parsed.product === 'holdfast' &&
      typeof parsed.siteId === 'string' &&
      typeof parsed.purpose === 'string' &&
      typeof parsed.oldestReader === 'number' &&
      typeof parsed.oldestWriter === 'number'
    ) {
      return parsed as Description;
    }
  } catch (error) {
    throw new DataDirectoryError(`${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  throw new DataDirectoryError(`${file} is not a description that Holdfast wrote.`);
}

function makeDirectory(path: string): void {
  try {
    makeDirectoryDurably(path);
  } catch (error) {
    throw new DataDirectoryError(`${path} cannot be made: ${(error as Error).message}.`, { cause: error });
  }
}
