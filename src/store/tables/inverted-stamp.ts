import { Buffer } from 'node:buffer';
import { ORDER_STAMP_BYTES, type OrderStamp } from './order-stamp.ts';

/** A stamp as a key element in time order: 12 bytes. */
export function stampElement(stamp: OrderStamp): Buffer {
  const bytes = Buffer.from(stamp, 'hex');
  if (bytes.length !== ORDER_STAMP_BYTES) throw new RangeError(`no order stamp: ${stamp}`);
  return bytes;
}

/** The same with every bit inverted, so that the newest comes first. */
export function invertedStampElement(stamp: OrderStamp): Buffer {
  const bytes = stampElement(stamp);
  for (let index = 0; index < ORDER_STAMP_BYTES; index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
  return bytes;
}

export function stampOfElement(element: Uint8Array): OrderStamp {
  return Buffer.from(element).toString('hex');
}

export function stampOfInvertedElement(element: Uint8Array): OrderStamp {
  return stampOfElement(element.map((byte) => byte ^ 0xff));
}
