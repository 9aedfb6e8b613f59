import { JobFailure } from '../job-failure.ts';
import { shownKey } from '../shown-key.ts';

/** What `encodeURIComponent` leaves alone, and the slash. */
const PLAIN_KEY = /^[A-Za-z0-9\-_.!~*'()/]*$/;

/** A key as we write it into manifests and reports: percent-encoded, a space as `%20` and a plus as `%2B`, so that
 * both who decode a plus as a space and who do not read the same; the slash is kept. */
export function encodeManifestKey(key: string): string {
  if (PLAIN_KEY.test(key)) return key;
  return encodeURIComponent(key).replaceAll('%2F', '/');
}

/** A key as manifests hold it. A plus is a space: inventory reports write it so, and AWS's examples for tasks of
 * batch jobs decode it so.
 * @throws JobFailure InvalidManifestContent */
export function decodeManifestKey(text: string): string {
  if (PLAIN_KEY.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    throw new JobFailure(
      'InvalidManifestContent',
      `the key ${JSON.stringify(shownKey(text))} is not URL-encoded`,
      {
        cause: error,
      },
    );
  }
}
