const MIB = 2 ** 20;

export interface SegmentLimits {
  /** A segment takes no more batches from here on. */
  readonly segmentBytes: number;
  /** Between two checkpoints: what a start after a crash reads at most, and what a commit waits for when it is the one that
   * takes the checkpoint (a quarter of it is rows). */
  readonly checkpointBytes: number;
  /** Of bodies that leave a segment in one batch. */
  readonly moveBytes: number;
  /** Smaller bodies are kept in the database: a pointer takes a part of them, and reading one is a read of a file. */
  readonly bodyBytesMin: number;
}

const SEGMENT_LIMITS: SegmentLimits = {
  segmentBytes: 64 * MIB,
  checkpointBytes: 8 * MIB,
  moveBytes: MIB / 4,
  bodyBytesMin: 1024,
};

/** Two segments, the current one and its spare, must fit below the low-water mark of a small disk (disk-space.ts). */
const SEGMENT_DISK_SHARE = 1 / 64;
const SEGMENT_BYTES_MIN = MIB;

/** The default for a disk of this size. */
export function segmentLimits(diskBytes = Number.POSITIVE_INFINITY): SegmentLimits {
  const share = Math.max(SEGMENT_BYTES_MIN, Math.floor(diskBytes * SEGMENT_DISK_SHARE));
  return { ...SEGMENT_LIMITS, segmentBytes: Math.min(SEGMENT_LIMITS.segmentBytes, share) };
}
