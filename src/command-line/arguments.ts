import { parseArgs } from 'node:util';
import { firstSentence, messageOf } from '../lib/error-message.ts';
import { UsageError } from './command.ts';

export interface Arguments {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  /** Of what may be given several times, in order; empty where it was not given. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<string>;
}

/** Words, `--name value` (once, or for `lists` several times) and `--flag`. @throws UsageError */
export function readArguments(
  argv: readonly string[],
  allowed: {
    readonly values?: readonly string[];
    readonly lists?: readonly string[];
    readonly flags?: readonly string[];
  },
): Arguments {
  const options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean }> = {};
  for (const name of allowed.values ?? []) options[name] = { type: 'string' };
  for (const name of allowed.lists ?? []) options[name] = { type: 'string', multiple: true };
  for (const name of allowed.flags ?? []) options[name] = { type: 'boolean' };
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const entries = Object.entries(values);
    return {
      words: positionals,
      values: new Map(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
      lists: new Map(
        (allowed.lists ?? []).map((name) => [name, ([values[name]].flat() as unknown[]).filter(isText)]),
      ),
      flags: new Set(entries.flatMap(([name, value]) => (value === true ? [name] : []))),
    };
  } catch (error) {
    throw new UsageError(`${firstSentence(messageOf(error))}.`, { cause: error });
  }
}

/** For a command whose verbs take different options. @throws UsageError for one that is not the verb's: never ignored. */
export function refuseOthers(
  { values, lists, flags }: Arguments,
  verb: string,
  own: readonly string[],
): void {
  const several = [...lists].flatMap(([name, given]) => (given.length > 0 ? [name] : []));
  const stray = [...values.keys(), ...several, ...flags].find((name) => !own.includes(name));
  if (stray !== undefined) throw new UsageError(`holdfast ${verb} takes no --${stray}.`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Every admin command can be pointed at a server and asked for JSON. */
export const CLIENT_VALUES = ['endpoint'] as const;
export const CLIENT_HELP = `  --endpoint URL   the server (AWS_ENDPOINT_URL, else http://localhost:9000)
  --json           print JSON for scripts

Signs with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as the aws command does.`;
