import { isIPv4 } from 'node:net';
import { BUCKET_NAME_CHARACTERS_MAX, BUCKET_NAME_CHARACTERS_MIN } from './limits.ts';

const FORM = /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/;
/** Reserved by AWS for access points, directory and table buckets and its own services. */
const PREFIXES_RESERVED = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const SUFFIXES_RESERVED = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** AWS's naming rules for general purpose buckets. */
export function isBucketName(name: string): boolean {
  return (
    name.length >= BUCKET_NAME_CHARACTERS_MIN &&
    name.length <= BUCKET_NAME_CHARACTERS_MAX &&
    FORM.test(name) &&
    !name.includes('..') &&
    !isIPv4(name) &&
    !PREFIXES_RESERVED.some((prefix) => name.startsWith(prefix)) &&
    !SUFFIXES_RESERVED.some((suffix) => name.endsWith(suffix))
  );
}
