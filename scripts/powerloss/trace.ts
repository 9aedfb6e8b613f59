import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a process did to its files and sockets, in order, read from `strace -f -y -xx`. A call that was interrupted
 * by another thread's line counts when it ends; `startedAt` tells where it began, which is what a sync covers. */
export type TraceEvent = { readonly line: number; readonly startedAt: number } & (
  | {
      readonly call: 'open';
      readonly path: string;
      readonly fd: number;
      readonly create: boolean;
      readonly truncate: boolean;
      readonly append: boolean;
    }
  | {
      readonly call: 'write';
      readonly fd: number;
      readonly path: string;
      readonly data: Buffer;
      readonly offset: number | undefined;
    }
  | { readonly call: 'send'; readonly data: Buffer }
  | { readonly call: 'sync'; readonly path: string }
  | { readonly call: 'rename' | 'link'; readonly from: string; readonly to: string }
  | { readonly call: 'unlink' | 'mkdir' | 'rmdir'; readonly path: string }
  | { readonly call: 'truncate'; readonly path: string; readonly size: number }
);

export const TRACED_CALLS =
  'openat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,mkdir,mkdirat,rmdir';

const LINE = /^(\d+) +(.*)$/s;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)$/s;
const UNFINISHED = ' <unfinished ...>';
const CALL = /^(\w+)\((.*)\) += (-?\d+)/s;

export async function* readTrace(path: string): AsyncGenerator<TraceEvent> {
  const unfinished = new Map<string, { text: string; line: number }>();
  let line = 0;
  for await (const raw of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line += 1;
    const match = LINE.exec(raw);
    if (match === null) continue;
    const [, thread = '', text = ''] = match;
    if (text.endsWith(UNFINISHED)) {
      unfinished.set(thread, { text: text.slice(0, -UNFINISHED.length), line });
      continue;
    }
    const resumed = RESUMED.exec(text);
    const begun = resumed === null ? undefined : unfinished.get(thread);
    if (resumed !== null) unfinished.delete(thread);
    const whole = begun === undefined ? text : begun.text + (resumed?.[2] ?? '');
    const event = parseCall(whole, line, begun?.line ?? line);
    if (event !== undefined) yield event;
  }
}

function parseCall(text: string, line: number, startedAt: number): TraceEvent | undefined {
  const match = CALL.exec(text);
  if (match === null) return undefined;
  const [, call = '', parameters = '', resultText = ''] = match;
  const result = Number(resultText);
  if (result < 0) return undefined;
  const at = { line, startedAt };
  const strings = [...parameters.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => unhex(hex));
  const text0 = strings[0]?.toString() ?? '';
  switch (call) {
    case 'openat': {
      const opened = /^AT_FDCWD<[^>]*>, "[^"]*", ([A-Z_|]+)/.exec(parameters)?.[1]?.split('|') ?? [];
      const has = (flag: string) => opened.includes(flag);
      return {
        ...at,
        call: 'open',
        path: text0,
        fd: result,
        create: has('O_CREAT'),
        truncate: has('O_TRUNC'),
        append: has('O_APPEND'),
      };
    }
    case 'write':
    case 'writev':
    case 'pwrite64':
    case 'pwritev':
    case 'pwritev2':
    case 'sendto':
    case 'sendmsg':
      return parseWrite(call, parameters, Buffer.concat(strings).subarray(0, result), at);
    case 'fsync':
    case 'fdatasync':
      return { ...at, call: 'sync', path: descriptor(parameters).path };
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return { ...at, call: 'rename', from: text0, to: strings[1]?.toString() ?? '' };
    case 'link':
    case 'linkat':
      return { ...at, call: 'link', from: text0, to: strings[1]?.toString() ?? '' };
    case 'unlink':
      return { ...at, call: 'unlink', path: text0 };
    case 'unlinkat':
      return { ...at, call: parameters.includes('AT_REMOVEDIR') ? 'rmdir' : 'unlink', path: text0 };
    case 'mkdir':
    case 'mkdirat':
      return { ...at, call: 'mkdir', path: text0 };
    case 'rmdir':
      return { ...at, call: 'rmdir', path: text0 };
    case 'ftruncate':
      return {
        ...at,
        call: 'truncate',
        path: descriptor(parameters).path,
        size: Number(/, (\d+)$/.exec(parameters)?.[1] ?? 0),
      };
    default:
      return undefined;
  }
}

function parseWrite(
  call: string,
  parameters: string,
  data: Buffer,
  at: { line: number; startedAt: number },
): TraceEvent {
  const { fd, path } = descriptor(parameters);
  if (!path.startsWith('/')) return { ...at, call: 'send', data };
  const positioned = call.startsWith('pwrite')
    ? Number(/, (\d+)(?:, \w+)?$/.exec(parameters)?.[1] ?? 0)
    : undefined;
  return { ...at, call: 'write', fd, path, data, offset: positioned };
}

/** `21<\x2f...>` as strace -y prints it; sockets and pipes have no path. */
function descriptor(parameters: string): { fd: number; path: string } {
  const match = /^(\d+)<((?:\\x[0-9a-f]{2})*|[^>]*)>/.exec(parameters);
  return {
    fd: Number(match?.[1] ?? -1),
    path: match?.[2]?.startsWith('\\x') ? unhex(match[2]).toString() : '',
  };
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
