import { Buffer } from 'node:buffer';

/** Of memory and of files, on all common machines. */
export const PAGE_BYTES = 4096;

const WEBASSEMBLY_PAGE_BYTES = 64 * 1024;

/** The types of Node.js leave it out. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
};

/** Zeros that begin at a page, as memory of WebAssembly does and no other that Node.js gives. Each takes gigabytes of
 * addresses (not of memory): for what lives as long as its thread. */
export function pageAligned(bytes: number): Buffer {
  const initial = Math.ceil(bytes / WEBASSEMBLY_PAGE_BYTES);
  return Buffer.from(new WebAssembly.Memory({ initial }).buffer, 0, bytes);
}
