import type { ClientKeys } from '../config-client.ts';
import { print } from './output.ts';
import { shellWords } from './shell-words.ts';

/** Below the data directory: where the first start leaves the root key when nobody watches. */
export const ROOT_KEY_FILE = 'root-access-key';

/** Credentials as the lines a shell takes; printed once, never logged. */
export function printCredentials(title: string, key: ClientKeys): void {
  print(credentialLines(title, key));
}

export function credentialLines(title: string, key: ClientKeys): string {
  return `# ${title}\n${exportLines(key)}`;
}

export function exportLines({ accessKeyId, secretAccessKey, sessionToken }: ClientKeys): string {
  return [
    exportLine({ AWS_ACCESS_KEY_ID: accessKeyId }),
    exportLine({ AWS_SECRET_ACCESS_KEY: secretAccessKey }),
    ...(sessionToken === undefined ? [] : [exportLine({ AWS_SESSION_TOKEN: sessionToken })]),
  ].join('\n');
}

/** What a shell evaluates, so that a value is never taken for a command. */
export function exportLine(variables: Readonly<Record<string, string>>): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${shellWords([value])}`);
  return `export ${assignments.join(' ')}`;
}
