import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto';
import { free } from '../lib/recycle.ts';
import {
  FRAME_PLAIN_BYTES,
  FRAME_SEALED_BYTES,
  FRAME_TAG_BYTES,
  frameCount,
  sealedSize,
} from './frame-layout.ts';

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

/** Opens whole frames into `into` and returns how many bytes they are. No byte there may be used before it returns.
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
  const frames = Math.max(1, Math.ceil(sealed.length / FRAME_SEALED_BYTES));
  const opener = new FrameOpener(key, sealed.length - frames * FRAME_TAG_BYTES);
  const pieces = opener.open(sealed);
  opener.finish();
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
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

/** Opens the frames of a body, from any frame on, out of chunks of any size. No plain byte leaves it before its
 * frame's tag was verified. */
export class FrameOpener {
  readonly #key: KeyObject;
  readonly #plainSize: number;
  #index: number;
  /** The beginning of a frame whose end has not come yet. */
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  /** @param plainSize of the whole body, as its row says: it tells which frame is the last. */
  constructor(key: KeyObject, plainSize: number, firstFrame = 0) {
    if (plainSize < 0) throw new FrameError('The body is shorter than one tag.');
    this.#key = key;
    this.#plainSize = plainSize;
    this.#index = firstFrame;
  }

  /** One buffer a frame. `chunk` must not change until the next call, unless it ended at a frame's end.
   * @throws FrameError */
  open(chunk: Uint8Array): Buffer[] {
    const opened: Buffer[] = [];
    let taken = 0;
    while (taken < chunk.length) {
      const wanted = this.#frameBytes() - this.#restBytes;
      if (wanted <= 0) throw new FrameError('There are bytes after the last frame.');
      const piece = chunk.subarray(taken, taken + wanted);
      taken += piece.length;
      if (piece.length < wanted) {
        this.#rest.push(piece);
        this.#restBytes += piece.length;
      } else opened.push(this.#openWhole(piece));
    }
    return opened;
  }

  /** @throws FrameError when the body ended within a frame or before its last. */
  finish(): void {
    if (this.#restBytes > 0 || this.#frameBytes() > 0) throw new FrameError('The body ends too early.');
  }

  #openWhole(lastPiece: Uint8Array): Buffer {
    const sealed = this.#restBytes === 0 ? lastPiece : Buffer.concat([...this.#rest, lastPiece]);
    this.#rest = [];
    this.#restBytes = 0;
    const last = this.#index === frameCount(this.#plainSize) - 1;
    return openFrame(this.#key, this.#index++, last, sealed);
  }

  /** Sealed size of the frame that comes next; 0 after the last. */
  #frameBytes(): number {
    const left = sealedSize(this.#plainSize) - this.#index * FRAME_SEALED_BYTES;
    return Math.max(0, Math.min(FRAME_SEALED_BYTES, left));
  }
}
