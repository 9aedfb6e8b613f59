import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import { free } from '../lib/recycle.ts';
import { FRAME_PLAIN_BYTES, FRAME_SEALED_BYTES, FRAME_TAG_BYTES, frameCount } from './frame-layout.ts';

/** A frame's tag did not fit: the bytes were altered, cut, moved or sealed under another key. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_OPTIONS = { authTagLength: FRAME_TAG_BYTES } as const;

/** A data key as the cipher wants it. Made once for each body: from raw bytes OpenSSL prepares it anew for every
 * frame, which costs 9 µs each. */
export function frameKey(dataKey: Uint8Array): KeyObject {
  return createSecretKey(dataKey);
}

/** Filled anew for each frame; OpenSSL copies both before it returns. */
const nonce = Buffer.alloc(NONCE_BYTES);
const additionalData = Buffer.alloc(6);
additionalData[0] = FORMAT;

function addressFrame(index: number, last: boolean): void {
  nonce.writeUInt32BE(index, NONCE_BYTES - 4);
  additionalData.writeUInt32BE(index, 1);
  additionalData[5] = last ? 1 : 0;
}

/** Appends the sealed frame to `into`, as its ciphertext and its tag. */
export function sealFrame(
  key: KeyObject,
  index: number,
  last: boolean,
  plain: Uint8Array,
  into: Buffer[],
): void {
  addressFrame(index, last);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG_OPTIONS);
  cipher.setAAD(additionalData);
  into.push(cipher.update(plain));
  cipher.final();
  into.push(cipher.getAuthTag());
}

/** Which frames of a body a piece of it holds. */
export interface FramePosition {
  readonly first: number;
  /** Of the whole body: its number of frames less one. */
  readonly last: number;
}

/** @throws FrameError */
export function openFrame(key: KeyObject, index: number, last: boolean, sealed: Uint8Array): Buffer {
  const decipher = frameDecipher(key, index, last, sealed);
  const plain = decipher.update(sealed.subarray(0, sealed.length - FRAME_TAG_BYTES));
  verifyTag(decipher, index);
  return plain;
}

/** Opens whole frames into `into` and returns how many bytes they are: whoever knows how many there should be compares. No
 * byte may be used before it returns.
 *
 * In three passes: what makes deciphers, what opens and what verifies then each runs from the processor's caches, which a
 * frame of 64 KiB empties (a tenth of all). The memory of each frame is freed before the next, for the same reason.
 * @throws FrameError */
export function openFrames(
  key: KeyObject,
  { first, last }: FramePosition,
  sealed: Uint8Array,
  into: Uint8Array,
): number {
  const opening = cutFrames(sealed).map((frame, position) => {
    const index = first + position;
    return { index, frame, decipher: frameDecipher(key, index, index === last, frame) };
  });
  let length = 0;
  for (const { frame, decipher } of opening) {
    const plain = decipher.update(frame.subarray(0, frame.length - FRAME_TAG_BYTES));
    into.set(plain, length);
    length += plain.length;
    free(plain);
  }
  for (const { index, decipher } of opening) verifyTag(decipher, index);
  return length;
}

function cutFrames(sealed: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let start = 0; start < sealed.length; start += FRAME_SEALED_BYTES) {
    frames.push(sealed.subarray(start, start + FRAME_SEALED_BYTES));
  }
  return frames;
}

function frameDecipher(key: KeyObject, index: number, last: boolean, sealed: Uint8Array): DecipherGCM {
  if (sealed.length < FRAME_TAG_BYTES) throw new FrameError(`Frame ${index} is too short.`);
  addressFrame(index, last);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, TAG_OPTIONS);
  decipher.setAAD(additionalData);
  return decipher.setAuthTag(sealed.subarray(sealed.length - FRAME_TAG_BYTES));
}

function verifyTag(decipher: DecipherGCM, index: number): void {
  try {
    decipher.final();
  } catch {
    throw new FrameError(`Frame ${index} does not fit its tag.`);
  }
}

/** The whole body in one call; for bodies that are in memory anyway. */
export function sealBuffer(plain: Uint8Array, dataKey: Uint8Array): Buffer {
  const key = frameKey(dataKey);
  const pieces: Buffer[] = [];
  const frames = frameCount(plain.length);
  for (let index = 0; index < frames; index++) {
    const start = index * FRAME_PLAIN_BYTES;
    sealFrame(key, index, index === frames - 1, plain.subarray(start, start + FRAME_PLAIN_BYTES), pieces);
  }
  return Buffer.concat(pieces);
}

/** @throws FrameError */
export function openBuffer(sealed: Uint8Array, key: KeyObject): Buffer {
  // The usual case, inline bytes: one frame, which is the last.
  if (sealed.length <= FRAME_SEALED_BYTES) return openFrame(key, 0, true, sealed);
  const frames = Math.ceil(sealed.length / FRAME_SEALED_BYTES);
  const plain = Buffer.allocUnsafeSlow(sealed.length - frames * FRAME_TAG_BYTES);
  openFrames(key, { first: 0, last: frames - 1 }, sealed, plain);
  return plain;
}

/** Seals a body that comes in chunks of any size. What it returns may be fewer bytes than came in so far.
 *
 * A frame is sealed when the first byte after it comes, or at `finish`: only then is known whether it is the last. */
export class FrameSealer {
  readonly #key: KeyObject;
  readonly #waiting = Buffer.allocUnsafeSlow(FRAME_PLAIN_BYTES);
  #waitingBytes = 0;
  #index = 0;

  constructor(dataKey: Uint8Array) {
    this.#key = frameKey(dataKey);
  }

  /** `chunk` is free for reuse afterwards. */
  seal(chunk: Uint8Array): Buffer[] {
    const sealed: Buffer[] = [];
    let taken = 0;
    while (taken < chunk.length) {
      if (this.#waitingBytes === FRAME_PLAIN_BYTES) this.#sealWaiting(false, sealed);
      // A whole frame that is followed by something needs no copy.
      if (this.#waitingBytes === 0 && chunk.length - taken > FRAME_PLAIN_BYTES) {
        sealFrame(this.#key, this.#index++, false, chunk.subarray(taken, taken + FRAME_PLAIN_BYTES), sealed);
        taken += FRAME_PLAIN_BYTES;
        continue;
      }
      const piece = chunk.subarray(taken, taken + FRAME_PLAIN_BYTES - this.#waitingBytes);
      this.#waiting.set(piece, this.#waitingBytes);
      this.#waitingBytes += piece.length;
      taken += piece.length;
    }
    return sealed;
  }

  finish(): Buffer[] {
    const sealed: Buffer[] = [];
    this.#sealWaiting(true, sealed);
    return sealed;
  }

  #sealWaiting(last: boolean, into: Buffer[]): void {
    sealFrame(this.#key, this.#index++, last, this.#waiting.subarray(0, this.#waitingBytes), into);
    this.#waitingBytes = 0;
  }
}
