import { Buffer } from 'node:buffer';
import { ORDER_STAMP_BYTES, type OrderStamp } from './order-stamp.ts';

/** A stamp as a key element in time order: 12 bytes, to be read only. */
export function stampElement(stamp: OrderStamp): Uint8Array {
  return elementsOf(stamp).plain;
}

/** The same with every bit inverted, so that the newest comes first. */
export function invertedStampElement(stamp: OrderStamp): Uint8Array {
  return elementsOf(stamp).inverted;
}

interface StampElements {
  readonly stamp: OrderStamp;
  readonly plain: Buffer;
  readonly inverted: Buffer;
}

/** The rows of a version are keyed one after the other. */
let last: StampElements | undefined;

function elementsOf(stamp: OrderStamp): StampElements {
  if (last?.stamp === stamp) return last;
  const plain = Buffer.from(stamp, 'hex');
  if (plain.length !== ORDER_STAMP_BYTES) throw new RangeError(`no order stamp: ${stamp}`);
  const inverted = Buffer.allocUnsafe(ORDER_STAMP_BYTES);
  for (let index = 0; index < ORDER_STAMP_BYTES; index += 1) inverted[index] = (plain[index] ?? 0) ^ 0xff;
  last = { stamp, plain, inverted };
  return last;
}

export function stampOfElement(element: Uint8Array): OrderStamp {
  return Buffer.from(element.buffer, element.byteOffset, element.byteLength).toString('hex');
}

export function stampOfInvertedElement(element: Uint8Array): OrderStamp {
  return stampOfElement(element.map((byte) => byte ^ 0xff));
}
