import { readFileSync } from 'node:fs';

/** Of package.json, which lies one folder up in the repository and in the package alike. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
