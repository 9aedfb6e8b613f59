import type { ChecksumAlgorithm, ChecksumValue } from '../../../store/tables/rows.ts';

/** The SDK has one member for each algorithm: ChecksumCRC32, ... */
export type ChecksumMembers = {
  -readonly [Algorithm in ChecksumAlgorithm as `Checksum${Algorithm}`]?: string;
} & {
  ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE';
};

export function checksumMembers(checksum: ChecksumValue | undefined): ChecksumMembers {
  if (checksum === undefined) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}

/** Without the type, which parts do not carry. */
export function partChecksumMembers(
  checksum: ChecksumValue | undefined,
): Omit<ChecksumMembers, 'ChecksumType'> {
  return checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value };
}
