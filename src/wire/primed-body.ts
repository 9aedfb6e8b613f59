import type { WireResponse } from './response.ts';

/** Takes the first chunk of a streamed body before the head is sent: what fails there (a blob that cannot be opened, a
 * frame whose tag is wrong) can still be answered as an error. A body of one chunk becomes plain bytes, which leave in
 * one write together with the head. */
export function primed(response: WireResponse): WireResponse | Promise<WireResponse> {
  const { body } = response;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return response;
  return primedStream(response, body);
}

async function primedStream(response: WireResponse, body: AsyncIterable<Uint8Array>): Promise<WireResponse> {
  const iterator = body[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return { ...response, body: new Uint8Array() };
  if (Number(response.headers['content-length']) === first.value.length) {
    // Runs the source to its end: what it verifies last, it verifies before anything is sent.
    const second = await iterator.next();
    if (second.done) return { ...response, body: first.value };
    await iterator.return?.();
    throw new Error('a body is longer than the length it was announced with');
  }
  return { ...response, body: resumed(first.value, iterator) };
}

function resumed(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  let given = false;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (given) return iterator.next();
        given = true;
        return { done: false, value: first };
      },
      async return() {
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
