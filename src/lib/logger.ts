import pino from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type LogFormat = 'json' | 'text';
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured lines. Never pass a secret, a key or object bytes (invariant I8). */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** Writes what is buffered, before the thread ends. Never fails: what nobody can take any more is dropped. */
  flush(): Promise<void>;
}

// Large enough that ten thousand request lines a second cost few system calls.
const BUFFER_BYTES = 8 * 1024;
// A person who watches the log sees a line after this at most.
const FLUSH_INTERVAL_MS = 200;
// Of lines that wait for a reader who stands still, or for a disk that is full; later ones are dropped.
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
// A reader who stands still must not hold up a stop.
const FLUSH_MS_MAX = 1_000;

export function createLogger(options: { level: LogLevel; format: LogFormat }): Logger {
  if (options.level === 'silent') return silentLogger;
  const destination = pino.destination({
    fd: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    maxLength: WAITING_BYTES_MAX,
    periodicFlush: FLUSH_INTERVAL_MS,
  });
  // A full disk under the log must not end the server; the next write tries again.
  destination.on('error', nothing);
  const stream = options.format === 'json' ? destination : textLines(destination);
  const log = pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return {
    debug: (fields, message) => log.debug(serialisable(fields), message),
    info: (fields, message) => log.info(serialisable(fields), message),
    warn: (fields, message) => log.warn(serialisable(fields), message),
    error: (fields, message) => log.error(serialisable(fields), message),
    flush: () => flushed(destination),
  };
}

type Destination = ReturnType<typeof pino.destination>;

function flushed(destination: Destination): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = (): void => {
      // pino calls it once more when the process ends, and it tries for ever when it is refused.
      destination.flushSync = nothing;
      resolve();
    };
    const timer = setTimeout(giveUp, FLUSH_MS_MAX);
    destination.flush((error) => {
      clearTimeout(timer);
      if (error === undefined || error === null) resolve();
      else giveUp();
    });
  });
}

function serialisable(fields: LogFields): LogFields {
  return fields['cause'] instanceof Error
    ? { ...fields, cause: fields['cause'].stack ?? fields['cause'].message }
    : fields;
}

const LEVEL_NAMES: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'WARN', 50: 'ERROR' };

/** `12:34:56.789 info  message key=value ...` for a terminal. */
export function textLines(destination: { write(line: string): unknown }): { write(line: string): void } {
  return {
    write(line) {
      const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
      const named = Object.entries(fields).map(([name, value]) => ` ${name}=${shown(name, value)}`);
      const clock = String(time).slice(11, 23);
      const levelName = (LEVEL_NAMES[Number(level)] ?? String(level)).padEnd(5);
      destination.write(`${clock} ${levelName} ${escaped(String(msg))}${named.join('')}\n`);
    },
  };
}

function shown(name: string, value: unknown): string {
  if (typeof value !== 'string') return escaped(JSON.stringify(value));
  // A stack keeps its lines, and none of them can pass for a line of the log.
  return name === 'cause' ? value.split('\n').map(escaped).join('\n    ') : escaped(value);
}

const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

/** What a client chose (a path, a key) must neither begin a line of its own nor move the reader's terminal. */
function escaped(text: string): string {
  return text.replaceAll(
    CONTROL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const nothing = (): void => undefined;
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  flush: () => Promise.resolve(),
};
