import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The rules of ARCHITECTURE.md that a machine can keep. */
const root = fileURLToPath(new URL('..', import.meta.url));

/** Which folders of src/ a folder may import, itself and `lib` and `errors` apart. `main` and `compose` may all. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  services: [
    'wire',
    'replication',
    'batch',
    'objects',
    'buckets',
    'identity',
    'policy',
    'keys',
    'metrics',
    'store',
  ],
  batch: ['replication', 'objects', 'buckets', 'metrics', 'store', 'identity', 'policy', 'keys'],
  replication: ['objects', 'buckets', 'identity', 'policy', 'keys', 'metrics', 'store'],
  objects: ['buckets', 'keys', 'store'],
  buckets: ['store', 'policy'],
  identity: ['store', 'policy', 'keys'],
  keys: ['store'],
  metrics: ['store'],
  policy: [],
  wire: [],
  store: [],
  lib: [],
  errors: [],
};

const LINES_MAX = 400;
const MEDIAN_LINES_MAX = 100;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly test: boolean;
}

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      return {
        path,
        text: readFileSync(join(root, path), 'utf8'),
        test: /\.(test|contract)\.ts$/.test(path),
      };
    });
}

const product = sources('src').filter(({ path, test }) => !test && !path.startsWith('src/testing/'));
const everything = [...sources('src'), ...sources('e2e'), ...sources('bench'), ...sources('scripts')];

/** `src/services/s3/put-object.ts` → `services`; files directly in src/ → their own name. */
function folderOf(path: string): string {
  const [, first = '', second] = path.split('/');
  return second === undefined ? first.replace(/\.ts$/, '') : first;
}

function importsOf({ path, text }: Source): string[] {
  const names = [...text.matchAll(/^\s*(?:import|export)\s[^'"]*?from\s+['"](\.[^'"]+)['"]/gm)].map(
    ([, name]) => name ?? '',
  );
  return names.map((name) => normalize(join(dirname(path), name)));
}

describe('the house', () => {
  it('imports go down only', () => {
    const wrong = product.flatMap((source) => {
      const from = folderOf(source.path);
      if (/^(main|compose|threads|command-line|config-client)/.test(from)) return [];
      const allowed = [from, 'lib', 'errors', ...(ARROWS[from] ?? [])];
      return importsOf(source)
        .map(folderOf)
        .filter((to) => !allowed.includes(to))
        .map((to) => `${source.path} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('nothing of the product imports src/testing', () => {
    const wrong = product.filter((source) =>
      importsOf(source).some((name) => name.startsWith('src/testing')),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it(`no file is longer than ${LINES_MAX} lines and the median is under ${MEDIAN_LINES_MAX}`, () => {
    const lines = product.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(lines.filter((file) => file.lines > LINES_MAX)).toEqual([]);
    const sorted = lines.map((file) => file.lines).toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(MEDIAN_LINES_MAX);
  });

  it('only lib reads the clock, rolls dice or sets timers', () => {
    const stray =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\brandomBytes\(|\brandomUUID\(|\bset(Timeout|Interval)\(/;
    const wrong = product.filter(
      ({ path, text }) => !path.startsWith('src/lib/') && stray.test(withoutComments(text)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('only config reads the environment', () => {
    const wrong = product.filter(
      ({ path, text }) => !path.startsWith('src/config') && withoutComments(text).includes('process.env'),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('no reminders, no disabled checks, no focused tests are left', () => {
    // Put together here, so that this file does not find itself.
    const words = [
      ['TO', 'DO'],
      ['FIX', 'ME'],
      ['X', 'XX'],
      ['@ts-', 'ignore'],
      [String.raw`\b(it|test|describe)\.on`, 'ly'],
    ];
    const left = new RegExp(words.map((halves) => halves.join('')).join('|'));
    expect(everything.filter(({ text }) => left.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
