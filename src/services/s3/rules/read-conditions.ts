import { notModified, preconditionFailed } from '../../../errors/s3.ts';

export interface ReadConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: Date | undefined;
  readonly ifUnmodifiedSince?: Date | undefined;
}

export interface ConditionSubject {
  /** Without quotes. */
  readonly etag: string;
  /** HTTP dates have whole seconds, so conditions compare seconds. */
  readonly lastModifiedMs: number;
}

export type FailedCondition = 'If-Match' | 'If-Unmodified-Since' | 'If-None-Match' | 'If-Modified-Since';

/** The condition that AWS reports when several fail, or undefined when the read may go on. A satisfied entity-tag
 * condition wins over its date sibling (RFC 9110 section 13.2.2, and so recorded of AWS). */
export function failedReadCondition(
  conditions: ReadConditions,
  subject: ConditionSubject,
  nowMs: number,
): FailedCondition | undefined {
  const modifiedSeconds = Math.floor(subject.lastModifiedMs / 1000);
  if (conditions.ifMatch !== undefined) {
    if (!entityTagMatches(conditions.ifMatch, subject.etag)) return 'If-Match';
  } else if (conditions.ifUnmodifiedSince !== undefined) {
    if (modifiedSeconds > Math.floor(conditions.ifUnmodifiedSince.getTime() / 1000)) {
      return 'If-Unmodified-Since';
    }
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (entityTagMatches(conditions.ifNoneMatch, subject.etag)) return 'If-None-Match';
  } else if (conditions.ifModifiedSince !== undefined) {
    const sinceMs = conditions.ifModifiedSince.getTime();
    // A date in the future is ignored.
    if (sinceMs <= nowMs && modifiedSeconds <= Math.floor(sinceMs / 1000)) return 'If-Modified-Since';
  }
  return undefined;
}

/** For GET and HEAD: 412 for the first pair, 304 for the second.
 * @throws AwsError */
export function checkReadConditions(
  conditions: ReadConditions,
  subject: ConditionSubject,
  nowMs: number,
): void {
  const failed = failedReadCondition(conditions, subject, nowMs);
  if (failed === undefined) return;
  if (failed === 'If-Match' || failed === 'If-Unmodified-Since') throw preconditionFailed(failed);
  throw notModified({
    etag: `"${subject.etag}"`,
    'last-modified': new Date(subject.lastModifiedMs).toUTCString(),
  });
}

/** For copies: always 412, and the condition carries the header's prefix.
 * @throws AwsError */
export function checkCopySourceConditions(
  conditions: ReadConditions,
  subject: ConditionSubject,
  nowMs: number,
): void {
  const failed = failedReadCondition(conditions, subject, nowMs);
  if (failed !== undefined) throw preconditionFailed(`x-amz-copy-source-${failed}`);
}

/** `header` may be `*`, one tag or a list, each with or without quotes, weak or strong. */
export function entityTagMatches(header: string, etag: string): boolean {
  for (const part of header.split(',')) {
    const tag = part.trim();
    if (tag === '*') return true;
    if (stripEntityTag(tag) === etag) return true;
  }
  return false;
}

export function stripEntityTag(tag: string): string {
  const strong = tag.startsWith('W/') ? tag.slice(2) : tag;
  return strong.length >= 2 && strong.startsWith('"') && strong.endsWith('"') ? strong.slice(1, -1) : strong;
}
