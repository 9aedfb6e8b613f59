export { CHECKSUM_ALGORITHMS, CHECKSUM_BYTES, type ChecksumAlgorithm, decodeChecksum } from './algorithms.ts';
export { type Checksum, checksumOf, checksumsReady, createChecksum } from './checksum.ts';
export {
  type CombinableAlgorithm,
  combineChecksums,
  compositeChecksum,
  isCombinable,
  type PartChecksum,
} from './combine.ts';
