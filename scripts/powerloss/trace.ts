import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a process did to its files and sockets, in order, read from `strace -f -y -xx`. A call that was interrupted
 * by another thread's line counts when it ends; `startedAt` tells where it began, which is what a sync covers, and
 * the earliest moment at which sent bytes may have arrived. */
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
  | { readonly call: 'sync'; readonly fd: number; readonly path: string }
  | { readonly call: 'rename' | 'link'; readonly from: string; readonly to: string }
  | { readonly call: 'unlink' | 'mkdir' | 'rmdir'; readonly path: string }
  | { readonly call: 'truncate'; readonly fd: number; readonly path: string; readonly size: number }
);

const TRACED_CALLS =
  'openat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,mkdir,mkdirat,rmdir';
// Nothing is cut off: what was written is what the disk is rebuilt from.
const STRING_BYTES_MAX = 32 * 1024 * 1024;

/** Runs a program and writes what it does to `path`. Calls that are not traced run at full speed. */
export function strace(path: string): readonly string[] {
  const options = ['-f', '--seccomp-bpf', '-y', '-xx', '-s', String(STRING_BYTES_MAX)];
  return ['strace', ...options, '-e', `trace=${TRACED_CALLS}`, '-e', 'signal=none', '-o', path];
}

const LINE = /^(\d+) +/;
const RESUMED = /^<\.\.\. \w+ resumed>/;
const UNFINISHED = ' <unfinished ...>';
const RESULT = /\) += (-?\d+)[^"]*$/;
const RESULT_CHARACTERS_MAX = 4200;

export async function* readTrace(path: string): AsyncGenerator<TraceEvent> {
  const unfinished = new Map<string, { text: string; line: number }>();
  let line = 0;
  for await (const raw of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line += 1;
    const match = LINE.exec(raw);
    if (match === null) continue;
    const [prefix, thread = ''] = match;
    const text = raw.slice(prefix.length);
    if (text.endsWith(UNFINISHED)) {
      unfinished.set(thread, { text: text.slice(0, -UNFINISHED.length), line });
      continue;
    }
    const resumed = RESUMED.exec(text.slice(0, 80));
    const begun = resumed === null ? undefined : unfinished.get(thread);
    if (resumed !== null) unfinished.delete(thread);
    const whole = begun === undefined ? text : begun.text + text.slice(resumed?.[0].length ?? 0);
    const event = parseCall(whole, line, begun?.line ?? line);
    if (event !== undefined) yield event;
  }
}

function parseCall(text: string, line: number, startedAt: number): TraceEvent | undefined {
  const open = text.indexOf('(');
  const result = Number(RESULT.exec(text.slice(-RESULT_CHARACTERS_MAX))?.[1] ?? -1);
  if (open === -1 || result < 0) return undefined;
  const call = text.slice(0, open);
  const parameters = text.slice(open + 1, text.lastIndexOf(') '));
  const at = { line, startedAt };
  const strings = quoted(parameters);
  const [path = '', second = ''] = strings.slice(0, 2).map(String);
  switch (call) {
    case 'openat': {
      const flags = /", ([A-Z_|]+)/.exec(parameters)?.[1]?.split('|') ?? [];
      return {
        ...at,
        call: 'open',
        path,
        fd: result,
        create: flags.includes('O_CREAT'),
        truncate: flags.includes('O_TRUNC'),
        append: flags.includes('O_APPEND'),
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
      return { ...at, call: 'sync', ...descriptor(parameters) };
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return { ...at, call: 'rename', from: path, to: second };
    case 'link':
    case 'linkat':
      return { ...at, call: 'link', from: path, to: second };
    case 'unlinkat':
      return { ...at, call: parameters.includes('AT_REMOVEDIR') ? 'rmdir' : 'unlink', path };
    case 'unlink':
    case 'rmdir':
      return { ...at, call, path };
    case 'mkdir':
    case 'mkdirat':
      return { ...at, call: 'mkdir', path };
    case 'ftruncate':
      return {
        ...at,
        call: 'truncate',
        ...descriptor(parameters),
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
  const tail = parameters.slice(-64);
  // The offset comes last, but for pwritev2, where flags follow it; in front of it stands a length or a count.
  const offset = call === 'pwritev2' ? /, (\d+), \w+$/ : /, (\d+)$/;
  const positioned = call.startsWith('pwrite') ? Number(offset.exec(tail)?.[1] ?? 0) : undefined;
  return { ...at, call: 'write', fd, path, data, offset: positioned };
}

/** `21<\x2f...>` as strace -y prints it; sockets and pipes have no path. */
function descriptor(parameters: string): { fd: number; path: string } {
  const [, fd = '-1', name = ''] =
    /^(\d+)<([^>]*)>/.exec(parameters.slice(0, RESULT_CHARACTERS_MAX * 4)) ?? [];
  return { fd: Number(fd), path: name.startsWith('\\x') ? unhex(name).toString() : name };
}

/** What stands in quotes: all of it is `\xNN`, so no quote is inside. Not by a regular expression, which megabytes
 * would overflow. */
function quoted(parameters: string): Buffer[] {
  const strings: Buffer[] = [];
  for (let from = parameters.indexOf('"'); from !== -1; ) {
    const to = parameters.indexOf('"', from + 1);
    if (to === -1) break;
    strings.push(unhex(parameters.slice(from + 1, to)));
    from = parameters.indexOf('"', to + 1);
  }
  return strings;
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
