import { escapeXml } from '../xml-writer.ts';

/** The model describes one level more than S3 answers: the constraint is the root itself. Empty for us-east-1. */
export function writeGetBucketLocation(constraint: unknown, namespace: string): string {
  const text = typeof constraint === 'string' && constraint !== 'us-east-1' ? escapeXml(constraint) : '';
  return `<LocationConstraint xmlns="${namespace}">${text}</LocationConstraint>`;
}
