import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../lib/random.ts';
import {
  DataDirectoryError,
  FORMAT,
  openDataDirectory,
  raiseFormat,
  rememberRegions,
  requireKnownRegions,
} from './data-directory.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-directory-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Each sleeps until just before the same moment, as six that spin would take the processors from one another; then it opens it.
const OPEN = `
  const [module, random, path, at] = process.argv.slice(1);
  const { openDataDirectory } = await import(module);
  const { systemRandom } = await import(random);
  await new Promise((resolve) => setTimeout(resolve, Number(at) - Date.now() - 20));
  while (Date.now() < Number(at));
  console.log(openDataDirectory(path, 'site', systemRandom).siteId);
`;

async function openElsewhere(path: string, at: number): Promise<string> {
  const modules = ['./data-directory.ts', '../lib/random.ts'].map(
    (name) => new URL(name, import.meta.url).href,
  );
  const parameters = ['--input-type=module', '--eval', OPEN, ...modules, path, String(at)];
  return (await promisify(execFile)(process.execPath, parameters)).stdout.trim();
}

describe('a data directory', () => {
  it('is described once, and nothing is left beside the description', () => {
    const path = join(folder, 'once');
    const first = openDataDirectory(path, 'site', systemRandom);
    expect(openDataDirectory(path, 'site', systemRandom)).toEqual(first);
    expect(readdirSync(path)).toEqual(['holdfast.json']);
  });

  it('is the same site for all of several first starts at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const path = join(folder, `race-${round}`);
      const at = Date.now() + 1500;
      const siteIds = await Promise.all(Array.from({ length: 6 }, () => openElsewhere(path, at)));
      expect(new Set(siteIds).size).toBe(1);
      expect(siteIds[0]).toMatch(/^[0-9a-f]{8}$/);
    }
  });

  it('of an older format is raised to the one that is written now, and keeps what else it said', () => {
    const path = join(folder, 'older');
    const { siteId } = openDataDirectory(path, 'site', systemRandom);
    const file = join(path, 'holdfast.json');
    const described = JSON.parse(readFileSync(file, 'utf8'));
    expect(described).toMatchObject({ siteId, oldestReader: FORMAT, oldestWriter: FORMAT });
    writeFileSync(file, JSON.stringify({ ...described, oldestReader: 1, oldestWriter: 1, later: 'kept' }));
    expect(openDataDirectory(path, 'site', systemRandom).siteId).toBe(siteId);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ oldestReader: 1, oldestWriter: 1 });
    raiseFormat(path);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...described, later: 'kept' });
    expect(readdirSync(path)).toEqual(['holdfast.json']);
  });

  it('knows the regions that it had, and takes no empty directory for one of them', () => {
    const path = join(folder, 'regions');
    const [one, two] = [join(path, 'one'), join(path, 'two')];
    const regions = new Map([
      ['us-east-1', one],
      ['ap-south-1', two],
    ]);
    const { siteId } = openDataDirectory(path, 'site', systemRandom);
    requireKnownRegions(path, regions);
    openDataDirectory(one, 'us-east-1', systemRandom, siteId);
    rememberRegions(path, ['us-east-1']);
    requireKnownRegions(path, regions);
    openDataDirectory(two, 'ap-south-1', systemRandom, siteId);
    rememberRegions(path, regions.keys());
    requireKnownRegions(path, regions);
    const damaged = join(path, 'damaged');
    mkdirSync(join(damaged, 'blobs'), { recursive: true });
    // Said when it is opened.
    requireKnownRegions(path, new Map([['us-east-1', damaged]]));
    const unmounted = new Map([...regions, ['us-east-1', join(path, 'unmounted')]]);
    const refused = () => requireKnownRegions(path, unmounted);
    expect(refused).toThrow(DataDirectoryError);
    expect(refused).toThrow('the region us-east-1 has been here before: is its disk mounted?');
  });

  it('may hold what a start that was killed had left, and nothing of others', () => {
    const path = mkdtempSync(join(folder, 'left-'));
    writeFileSync(join(path, 'holdfast.json.4711.new'), '{"prod');
    openDataDirectory(path, 'site', systemRandom);
    const foreign = mkdtempSync(join(folder, 'foreign-'));
    writeFileSync(join(foreign, 'thesis.tex'), 'mine');
    expect(() => openDataDirectory(foreign, 'site', systemRandom)).toThrow(DataDirectoryError);
    expect(readdirSync(foreign)).toEqual(['thesis.tex']);
  });
});
