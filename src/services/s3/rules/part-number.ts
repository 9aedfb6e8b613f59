import { partNumberOutOfRange } from '../../../errors/s3.ts';

// AWS: "Part numbers can be any number from 1 to 10,000, inclusive".
const PART_NUMBER_MAX = 10_000;

/** @throws AwsError InvalidArgument */
export function partNumber(value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= PART_NUMBER_MAX) return value;
  throw partNumberOutOfRange(String(value));
}
