export {
  type BodyDigests,
  type BodySink,
  type FinishedBody,
  INLINE_BYTES_MAX,
  type SinkOptions,
  type StoredBody,
} from './body-sink.ts';
export { type BodyRange, type InlineReader, openBody } from './open-body.ts';
export { openSink, sealWhole } from './open-sink.ts';
export { HashingThreads } from './threads/hashing-threads.ts';
