import { expect, it } from 'vitest';
import { textLines } from './logger.ts';

function written(fields: object): string[] {
  const lines: string[] = [];
  const record = { level: 30, time: '2026-11-21T12:34:56.789Z', ...fields, msg: 'request' };
  textLines({ write: (line) => lines.push(line) }).write(JSON.stringify(record));
  return lines;
}

it('writes a line for a person', () => {
  expect(written({ path: '/b/k', ms: 3 })).toEqual(['12:34:56.789 info  request path=/b/k ms=3\n']);
});

it('escapes what would begin another line or move the terminal', () => {
  expect(written({ path: '/a\n12:34 ERROR forged\r\u001b[2J\u009b1A\u2028é' })).toEqual([
    String.raw`12:34:56.789 info  request path=/a\u000a12:34 ERROR forged\u000d\u001b[2J\u009b1A\u2028é` +
      '\n',
  ]);
});

it('keeps the lines of a stack, none of which looks like a line of the log', () => {
  expect(written({ cause: 'Error: x\n12:34 ERROR forged\n    at f' })).toEqual([
    '12:34:56.789 info  request cause=Error: x\n    12:34 ERROR forged\n        at f\n',
  ]);
});
