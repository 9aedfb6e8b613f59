/** How a sealed body is cut (format 1; part of the disk format, DESIGN decision 13).
 *
 * Plain bytes are cut into frames of 64 KiB, the last one shorter (an empty body has one empty frame). Each is
 * sealed by AES-256-GCM: the nonce is the frame's index, the additional data are format, index and whether it is
 * the last; its tag follows it. The data key is used for one body only, so no nonce repeats.
 */
export const FRAME_PLAIN_BYTES = 64 * 1024;
export const FRAME_TAG_BYTES = 16;
export const FRAME_SEALED_BYTES = FRAME_PLAIN_BYTES + FRAME_TAG_BYTES;

export function frameCount(plainSize: number): number {
  return Math.max(1, Math.ceil(plainSize / FRAME_PLAIN_BYTES));
}

/** Bytes that a body of `plainSize` takes when sealed. */
export function sealedSize(plainSize: number): number {
  return plainSize + frameCount(plainSize) * FRAME_TAG_BYTES;
}

export interface SealedRange {
  /** Index of the first frame. */
  readonly firstFrame: number;
  /** Sealed bytes to read: from `start` (inclusive) to `end` (exclusive). */
  readonly start: number;
  readonly end: number;
  /** Plain bytes of the first frame that come before the range. */
  readonly skip: number;
  /** Plain bytes of the range. */
  readonly length: number;
}

/** The whole frames that hold plain bytes `plainStart` (inclusive) to `plainEnd` (exclusive) of a body.
 * @throws RangeError when that is empty or not within the body. */
export function sealedRange(plainStart: number, plainEnd: number, plainSize: number): SealedRange {
  if (!(plainStart >= 0 && plainStart < plainEnd && plainEnd <= plainSize)) {
    throw new RangeError(`No bytes ${plainStart}-${plainEnd} in a body of ${plainSize}.`);
  }
  const firstFrame = Math.floor(plainStart / FRAME_PLAIN_BYTES);
  const lastFrame = Math.floor((plainEnd - 1) / FRAME_PLAIN_BYTES);
  return {
    firstFrame,
    start: firstFrame * FRAME_SEALED_BYTES,
    end: Math.min((lastFrame + 1) * FRAME_SEALED_BYTES, sealedSize(plainSize)),
    skip: plainStart - firstFrame * FRAME_PLAIN_BYTES,
    length: plainEnd - plainStart,
  };
}
