import type { PolicyDocument, Statement } from '../../policy/types.ts';

/** Conditions that give one answer for everything a worker does: it always speaks to buckets as over TLS. */
const CONSTANT_CONDITION_KEYS = new Set(['aws:securetransport']);

/** Whether these policies answer alike for every key of a bucket, so that one decision may stand for all of them.
 * False is always safe: it only costs an evaluation for each object. */
export function sameForEveryKey(documents: readonly PolicyDocument[], bucket: string): boolean {
  return documents.every(({ statements }) =>
    statements.every(
      (statement) => conditionsAreConstant(statement) && resourcesAreConstant(statement, bucket),
    ),
  );
}

function conditionsAreConstant({ conditions }: Statement): boolean {
  return conditions.every(({ key }) => CONSTANT_CONDITION_KEYS.has(key.toLowerCase()));
}

/** Holds under negation, too: a pattern that matches all keys or none does so either way. */
function resourcesAreConstant({ resources }: Statement, bucket: string): boolean {
  const objects = `arn:aws:s3:::${bucket}/`;
  return (resources?.patterns ?? []).every((pattern) => {
    if (pattern === '*' || pattern === 'arn:aws:s3:::*' || pattern === `${objects}*`) return true;
    const literal = /^[^*?$]*/.exec(pattern)?.[0] ?? '';
    // Where no wildcard follows, the pattern is one ARN: it matters only if it names one of the objects.
    if (literal === pattern) return !pattern.startsWith(objects);
    return !objects.startsWith(literal) && !literal.startsWith(objects);
  });
}
