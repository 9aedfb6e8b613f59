/** ARNs and condition contexts that the access rows share. */
export type Context = Record<string, string | readonly string[]>;

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

/** The bucket name of an ARN of ours; undefined for `*`. */
export function bucketOfArn(arn: string): string | undefined {
  const prefix = 'arn:aws:s3:::';
  if (!arn.startsWith(prefix)) return undefined;
  const slash = arn.indexOf('/', prefix.length);
  const name = slash === -1 ? arn.slice(prefix.length) : arn.slice(prefix.length, slash);
  return name === '*' || name === '' ? undefined : name;
}

/** The object key of an ARN of ours; undefined for a bucket. */
export function keyOfArn(arn: string): string | undefined {
  const slash = arn.indexOf('/');
  return slash === -1 ? undefined : arn.slice(slash + 1);
}

/** Leaves out what is absent: a condition key without a value has no entry. */
export function context(entries: Readonly<Record<string, string | readonly string[] | undefined>>): Context {
  const result: Context = {};
  for (const name in entries) {
    const value = entries[name];
    if (value !== undefined) result[name] = value;
  }
  return result;
}

type Headers = Readonly<Record<string, string>>;

/** Headers that AWS offers to policies under `s3:` and their own name. */
const CONDITION_HEADERS = [
  'x-amz-acl',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'x-amz-object-ownership',
  'x-amz-metadata-directive',
] as const;

export function writeContext(headers: Headers): Context {
  const result: Context = {};
  for (const name of CONDITION_HEADERS) {
    const value = headers[name];
    if (value !== undefined) result[`s3:${name}`] = value;
  }
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) result['s3:if-match'] = ifMatch;
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) result['s3:if-none-match'] = ifNoneMatch;
  return result;
}

/** Naming an ACL or grants needs s3:PutObjectAcl (or s3:PutBucketAcl) beside the write itself. */
export function namesAcl(headers: Headers): boolean {
  if (headers['x-amz-acl'] !== undefined) return true;
  for (const name in headers) if (name.startsWith('x-amz-grant-')) return true;
  return false;
}
