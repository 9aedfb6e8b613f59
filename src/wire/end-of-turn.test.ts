import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { recyclable } from '../lib/recycle.ts';
import { endWithTurn } from './end-of-turn.ts';

it('gives the memory of a body back when all of it has been sent', async () => {
  const text = 'x'.repeat(1_000_000);
  const memory = Buffer.from(text);
  let times = 0;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': memory.length });
    endWithTurn(
      response,
      recyclable(memory, () => {
        times++;
        memory.fill('y');
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.text()).toBe(text);
    await expect.poll(() => times, { timeout: 20_000 }).toBe(1);
  } finally {
    server.close();
  }
});
