import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../lib/random.ts';
import {
  FRAME_PLAIN_BYTES,
  FRAME_SEALED_BYTES,
  frameCount,
  sealedRange,
  sealedSize,
} from './frame-layout.ts';
import { FrameError, FrameSealer, frameKey, openBuffer, openFrames, sealBuffer } from './frames.ts';

const key = Buffer.alloc(32, 9);
const noise = systemRandom.bytes(5 * FRAME_PLAIN_BYTES);

/** Sizes around the frames' borders, where mistakes live. */
const sizes = fc.oneof(
  fc.nat(300),
  fc
    .tuple(fc.nat(4), fc.integer({ min: -2, max: 2 }))
    .map(([frames, offset]) => Math.max(0, frames * FRAME_PLAIN_BYTES + offset)),
);
const bodies = sizes.map((size) => noise.subarray(0, size));
const cuts = fc.array(fc.integer({ min: 1, max: 3 * FRAME_PLAIN_BYTES }), { minLength: 1, maxLength: 8 });

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let turn = 0; start < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    pieces.push(bytes.subarray(start, start + length));
    start += length;
  }
  return pieces;
}

const RUNS = { numRuns: 60 };

describe('a sealed body', () => {
  it('opens to what it was, and is as long as sealedSize says', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const sealed = sealBuffer(body, key);
        expect(sealed.length).toBe(sealedSize(body.length));
        expect(openBuffer(sealed, frameKey(key)).equals(body)).toBe(true);
      }),
      RUNS,
    );
  });

  it('is the same however it is cut on the way in', () => {
    fc.assert(
      fc.property(bodies, cuts, (body, lengths) => {
        const sealer = new FrameSealer(key);
        const sealed = Buffer.concat([
          ...cut(body, lengths).flatMap((piece) => sealer.seal(piece)),
          ...sealer.finish(),
        ]);
        expect(sealed.equals(sealBuffer(body, key))).toBe(true);
      }),
      RUNS,
    );
  });

  it('gives any range from its own frames alone', () => {
    const range = sizes
      .filter((size) => size > 0)
      .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), fc.nat(size - 1)));
    fc.assert(
      fc.property(range, ([size, one, other]) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other) + 1];
        const body = noise.subarray(0, size);
        const sealed = sealedRange(start, end, size);
        const frames = sealBuffer(body, key).subarray(sealed.start, sealed.end);
        const position = { first: sealed.firstFrame, last: frameCount(size) - 1 };
        const into = Buffer.alloc(frames.length);
        const length = openFrames(frameKey(key), position, frames, into);
        expect(length).toBeGreaterThanOrEqual(sealed.skip + sealed.length);
        expect(
          into.subarray(sealed.skip, sealed.skip + sealed.length).equals(body.subarray(start, end)),
        ).toBe(true);
        expect(sealed.end - sealed.start).toBeLessThanOrEqual(end - start + 2 * FRAME_SEALED_BYTES);
      }),
      RUNS,
    );
    expect(() => sealedRange(0, 0, 0)).toThrow(RangeError);
    expect(() => sealedRange(5, 5, 10)).toThrow(RangeError);
    expect(() => sealedRange(5, 11, 10)).toThrow(RangeError);
  });
});

function openAll(sealed: Uint8Array, frames: number): number {
  return openFrames(frameKey(key), { first: 0, last: frames - 1 }, sealed, Buffer.alloc(sealed.length));
}

describe('a sealed body that was changed does not open', () => {
  it('when a bit was flipped', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.nat(7), (body, position, bit) => {
        const sealed = sealBuffer(body, key);
        const at = position % sealed.length;
        sealed[at] = (sealed[at] ?? 0) ^ (1 << bit);
        expect(() => openBuffer(sealed, frameKey(key))).toThrow(FrameError);
        expect(() => openAll(sealed, frameCount(body.length))).toThrow(FrameError);
      }),
      RUNS,
    );
  });

  it('when it was cut, at a frame too, whatever size is claimed', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.boolean(), (body, position, atFrame) => {
        const sealed = sealBuffer(body, key);
        const end = atFrame
          ? (position % frameCount(body.length)) * FRAME_SEALED_BYTES
          : position % sealed.length;
        const shorter = sealed.subarray(0, end);
        expect(() => openBuffer(shorter, frameKey(key))).toThrow(FrameError);
        const open = () => openAll(shorter, frameCount(body.length));
        if (end % FRAME_SEALED_BYTES !== 0) expect(open).toThrow(FrameError);
        else expect(open()).toBe((end / FRAME_SEALED_BYTES) * FRAME_PLAIN_BYTES);
      }),
      RUNS,
    );
  });

  it('when frames changed places, were repeated or left out', () => {
    const sealed = sealBuffer(noise, key);
    const frames = cut(sealed, [FRAME_SEALED_BYTES]);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...frames), { maxLength: 7 }), (changed) => {
        fc.pre(!Buffer.concat(changed).equals(sealed));
        // None at all is what whoever asked for frames has to notice.
        if (changed.length > 0) {
          expect(() => openAll(Buffer.concat(changed), changed.length)).toThrow(FrameError);
        }
        expect(() => openBuffer(Buffer.concat(changed), frameKey(key))).toThrow(FrameError);
      }),
      RUNS,
    );
  });

  it('when something was added, or under another key', () => {
    const sealed = sealBuffer(noise, key);
    expect(() => openBuffer(sealed, frameKey(Buffer.alloc(32, 8)))).toThrow(FrameError);
    expect(() => openAll(Buffer.concat([sealed, Buffer.from('x')]), 6)).toThrow(FrameError);
    expect(() => openAll(sealed.subarray(0, -1), 5)).toThrow(FrameError);
  });
});
