/** Bytes that are read once, in chunks; or in one piece, from a source that may have all of them already. */
export interface ByteStream extends AsyncIterable<Buffer> {
  /** Instead of reading chunks, not after the first. Undefined: not all is there, nothing was taken, chunks are still to
   * be had. Throws what reading them would. */
  whole?(): Buffer | undefined;
}
