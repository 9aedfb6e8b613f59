import { afterEach, expect, it, vi } from 'vitest';
import { RequestError } from './command.ts';
import { Watching } from './watching.ts';

const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
afterEach(() => void said.mockClear());

const away = () =>
  Promise.reject(
    new RequestError('No server answers.', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
  );
const answering = () => Promise.resolve('answer');

it('a server that was never there ends it', async () => {
  await expect(new Watching().ask(away)).rejects.toThrow('No server answers.');
});

it('a server that goes away is said once, and asked on', async () => {
  const watching = new Watching();
  expect(await watching.ask(answering)).toBe('answer');
  expect(await watching.ask(away)).toBeUndefined();
  expect(await watching.ask(away)).toBeUndefined();
  expect(said.mock.calls).toEqual([['holdfast: No server answers. It is asked again.']]);
  expect(await watching.ask(answering)).toBe('answer');
  expect(await watching.ask(away)).toBeUndefined();
  expect(said).toHaveBeenCalledTimes(2);
});

it('an answer that is no ends it, one that the server is not ready does not', async () => {
  const watching = new Watching();
  await watching.ask(answering);
  const refusing = (status: number) => () => Promise.reject(new RequestError('Refused.', { status }));
  expect(await watching.ask(refusing(503))).toBeUndefined();
  await expect(watching.ask(refusing(403))).rejects.toThrow('Refused.');
  await expect(watching.ask(() => Promise.reject(new RequestError('No job.')))).rejects.toThrow('No job.');
});
