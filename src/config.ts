import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { firstSentence, messageOf } from './lib/error-message.ts';
import type { LogFormat, LogLevel } from './lib/logger.ts';

/** The only file that reads the environment. Flags come before HOLDFAST_* variables, those before the file. */
export interface ServeConfig {
  readonly port: number;
  /** Addresses to listen on. `localhost` means 127.0.0.1 and, where there is IPv6, ::1, which clients try first. */
  readonly hosts: readonly string[];
  readonly data: string;
  /** Region name to its directory; the first is the default region. */
  readonly regions: ReadonlyMap<string, string>;
  readonly tls?: { readonly certificatePath: string; readonly keyPath: string };
  readonly workers: number;
  /** Absent: as many as at AWS. */
  readonly batchBucketsMax?: number;
  readonly domains: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly rootCredentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly masterKey: MasterKeySource;
}

export type MasterKeySource =
  | { readonly kind: 'file'; readonly path: string; readonly create: boolean }
  | { readonly kind: 'value'; readonly base64: string }
  | { readonly kind: 'command'; readonly command: string };

/** A refusal to start: one clear sentence for a person. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

interface Setting {
  readonly flag: string;
  readonly variable: string;
  readonly short?: string;
  readonly value: string;
  readonly help: string;
}

/** One row for each setting: its flag, its variable, and the line of `holdfast serve --help`. */
export const SERVE_SETTINGS: readonly Setting[] = [
  { flag: 'port', short: 'p', variable: 'HOLDFAST_PORT', value: 'NUMBER', help: 'port to listen on (9000)' },
  {
    flag: 'host',
    variable: 'HOLDFAST_HOST',
    value: 'ADDRESS,...',
    help: 'addresses to listen on (localhost: ::1 and 127.0.0.1)',
  },
  { flag: 'data', short: 'd', variable: 'HOLDFAST_DATA', value: 'DIR', help: 'data directory (./data)' },
  {
    flag: 'regions',
    variable: 'HOLDFAST_REGIONS',
    value: 'NAME[=DIR],...',
    help: 'regions served, each with a directory of its own if given (us-east-1,ap-south-1)',
  },
  {
    flag: 'tls-cert',
    variable: 'HOLDFAST_TLS_CERT',
    value: 'FILE',
    help: 'TLS certificate (PEM, with its chain)',
  },
  { flag: 'tls-key', variable: 'HOLDFAST_TLS_KEY', value: 'FILE', help: 'TLS private key (PEM)' },
  {
    flag: 'workers',
    variable: 'HOLDFAST_WORKERS',
    value: 'NUMBER',
    help: 'HTTP threads (as many as measured best: one for each core, at most 8)',
  },
  {
    flag: 'batch-buckets',
    variable: 'HOLDFAST_BATCH_BUCKETS',
    value: 'NUMBER',
    help: 'buckets of an account whose batch jobs run at once; others wait or pause (6)',
  },
  {
    flag: 'domain',
    variable: 'HOLDFAST_DOMAIN',
    value: 'NAME,...',
    help: 'domains for BUCKET.NAME addresses, beside localhost',
  },
  {
    flag: 'master-key-file',
    variable: 'HOLDFAST_MASTER_KEY_FILE',
    value: 'FILE',
    help: 'the master key (DATA/master.key, made by the first start)',
  },
  {
    flag: 'master-key-command',
    variable: 'HOLDFAST_MASTER_KEY_COMMAND',
    value: 'COMMAND',
    help: 'a command that prints the master key in base64',
  },
  {
    flag: 'log-level',
    variable: 'HOLDFAST_LOG_LEVEL',
    value: 'LEVEL',
    help: 'debug, info, warn, error or silent (info)',
  },
  {
    flag: 'log-format',
    variable: 'HOLDFAST_LOG_FORMAT',
    value: 'FORMAT',
    help: 'json or text (text on a terminal, else json)',
  },
  {
    flag: 'config',
    variable: 'HOLDFAST_CONFIG',
    value: 'FILE',
    help: 'a JSON file with these settings by flag name',
  },
];

/** Of the environment alone: a command line is seen by all users of a machine. */
const MASTER_KEY_ITSELF = { flag: 'master-key', variable: 'HOLDFAST_MASTER_KEY' } as const;
const MASTER_KEY_SETTINGS = [MASTER_KEY_ITSELF.flag, 'master-key-file', 'master-key-command'] as const;

export const DEFAULT_PORT = 9000;
const DEFAULT_REGIONS = 'us-east-1,ap-south-1';
const REGION_NAME = /^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$/;
const WORKERS_MAX = 64;
// Each bucket's jobs take memory.
const BATCH_BUCKETS_MAX = 64;
// A shorter one could be guessed.
const ROOT_SECRET_LENGTH_MIN = 16;
// Beyond eight event loops the committer is the bottleneck, not HTTP.
const DEFAULT_WORKERS_MAX = 8;

export function readServeConfig(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
  terminal: boolean = process.stdout.isTTY,
): ServeConfig {
  const origins = collectSettings(argv, environment);
  const settings = new Map(origins.toReversed().flatMap((origin) => [...origin]));
  const data = resolve(settings.get('data') ?? 'data');
  const certificatePath = settings.get('tls-cert');
  const keyPath = settings.get('tls-key');
  if ((certificatePath === undefined) !== (keyPath === undefined)) {
    throw new ConfigError('TLS needs both --tls-cert and --tls-key.');
  }
  const batchBuckets = settings.get('batch-buckets');
  const rootCredentials = readRootCredentials(environment);
  return Object.freeze({
    port: readInteger('port', settings.get('port'), DEFAULT_PORT, 0, 65_535),
    hosts: readHosts(settings.get('host')),
    data,
    regions: readRegions(settings.get('regions') ?? DEFAULT_REGIONS, data),
    ...(certificatePath !== undefined && keyPath !== undefined && { tls: { certificatePath, keyPath } }),
    workers: readInteger(
      'workers',
      settings.get('workers'),
      Math.min(availableParallelism(), DEFAULT_WORKERS_MAX),
      1,
      WORKERS_MAX,
    ),
    ...(batchBuckets !== undefined && {
      batchBucketsMax: readInteger('batch-buckets', batchBuckets, 0, 1, BATCH_BUCKETS_MAX),
    }),
    domains: listed(settings.get('domain') ?? '').map((name) => name.toLowerCase()),
    logLevel: readChoice('log-level', settings.get('log-level'), 'info', [
      'debug',
      'info',
      'warn',
      'error',
      'silent',
    ]),
    logFormat: readChoice('log-format', settings.get('log-format'), terminal ? 'text' : 'json', [
      'json',
      'text',
    ]),
    ...(rootCredentials !== undefined && { rootCredentials }),
    masterKey: readMasterKeySource(origins, data),
  });
}

type Settings = ReadonlyMap<string, string>;

/** The settings of each origin: flags, variables, the file. What stands first counts. */
function collectSettings(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly [flags: Settings, variables: Settings, file: Settings] {
  const flags = parseFlags(argv);
  const named = [...SERVE_SETTINGS, MASTER_KEY_ITSELF];
  const variables = new Map(
    named.flatMap(({ flag, variable }) => {
      const value = environment[variable];
      // As docker compose hands over what is not set.
      return value === undefined || value === '' ? [] : [[flag, value] as const];
    }),
  );
  return [flags, variables, readConfigFile(flags.get('config') ?? variables.get('config'))];
}

function parseFlags(argv: readonly string[]): Settings {
  const options: Record<string, { type: 'string'; short?: string }> = {};
  for (const { flag, short } of SERVE_SETTINGS) {
    options[flag] = short === undefined ? { type: 'string' } : { type: 'string', short };
  }
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
    const given = Object.entries(values).map(([flag, value]): [string, string] => [flag, String(value)]);
    const empty = given.find(([, value]) => value === '');
    if (empty !== undefined) throw new Error(`--${empty[0]} is empty`);
    return new Map(given);
  } catch (error) {
    throw new ConfigError(`${firstSentence(messageOf(error))}. See holdfast serve --help.`, { cause: error });
  }
}

function readConfigFile(path: string | undefined): Settings {
  if (path === undefined) return new Map();
  if (!existsSync(path)) throw new ConfigError(`The configuration file ${path} does not exist.`);
  const parsed = parseConfigFile(path);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ConfigError(`The configuration file ${path} must hold one JSON object.`);
  }
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed)) {
    if (!SERVE_SETTINGS.some(({ flag }) => flag === name && flag !== 'config')) {
      throw new ConfigError(`The configuration file ${path} has an unknown setting "${name}".`);
    }
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') {
      throw new ConfigError(`"${name}" in the configuration file ${path} must be a text or a number.`);
    }
    settings.set(name, String(value));
  }
  return settings;
}

function parseConfigFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`The configuration file ${path} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`The configuration file ${path} is not JSON: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

function listed(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function readHosts(value: string | undefined): readonly string[] {
  // As in a URL: `[::1]`.
  const hosts = listed(value ?? 'localhost').map((host) => host.replace(/^\[(.*)\]$/, '$1'));
  if (hosts.length === 0) throw new ConfigError('--host names no address.');
  return [...new Set(hosts.flatMap((host) => (host === 'localhost' ? loopbackAddresses() : [host])))];
}

/** Where IPv6 is switched off, as in many containers, nothing can listen on ::1, and nobody asks there. */
function loopbackAddresses(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return ['127.0.0.1', ...(own.some(({ address }) => address === '::1') ? ['::1'] : [])];
}

function readRegions(value: string, data: string): ReadonlyMap<string, string> {
  const regions = new Map<string, string>();
  for (const entry of value.split(',').map((text) => text.trim())) {
    const equals = entry.indexOf('=');
    const [name, directory] = equals < 0 ? [entry] : [entry.slice(0, equals), entry.slice(equals + 1)];
    if (!REGION_NAME.test(name))
      throw new ConfigError(`--regions: "${name}" is not a region name such as us-east-1.`);
    if (directory === '') throw new ConfigError(`--regions: ${name}= names no directory.`);
    if (regions.has(name)) throw new ConfigError(`--regions names ${name} twice.`);
    regions.set(name, resolve(directory ?? `${data}/regions/${name}`));
  }
  if (new Set(regions.values()).size !== regions.size) {
    throw new ConfigError('--regions: two regions cannot share one directory.');
  }
  return regions;
}

function readRootCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): ServeConfig['rootCredentials'] {
  const {
    HOLDFAST_ROOT_ACCESS_KEY_ID: accessKeyId = '',
    HOLDFAST_ROOT_SECRET_ACCESS_KEY: secretAccessKey = '',
  } = environment;
  if (accessKeyId === '' && secretAccessKey === '') return undefined;
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new ConfigError(
      'Set both HOLDFAST_ROOT_ACCESS_KEY_ID and HOLDFAST_ROOT_SECRET_ACCESS_KEY, or neither.',
    );
  }
  if (!/^[A-Za-z0-9]{16,128}$/.test(accessKeyId)) {
    throw new ConfigError('HOLDFAST_ROOT_ACCESS_KEY_ID must have 16 to 128 letters and digits.');
  }
  if (secretAccessKey.length < ROOT_SECRET_LENGTH_MIN) {
    throw new ConfigError(
      `HOLDFAST_ROOT_SECRET_ACCESS_KEY must have at least ${ROOT_SECRET_LENGTH_MIN} characters.`,
    );
  }
  return { accessKeyId, secretAccessKey };
}

/** Of one origin: what a variable says must not be mixed with what a flag says. */
function readMasterKeySource(origins: readonly Settings[], data: string): MasterKeySource {
  const origin = origins.find((settings) => MASTER_KEY_SETTINGS.some((name) => settings.has(name)));
  const given = MASTER_KEY_SETTINGS.filter((name) => origin?.has(name) === true);
  if (given.length > 1) {
    throw new ConfigError(`The master key is given twice, by ${given.join(' and ')}: give it once.`);
  }
  const [name] = given;
  if (name === undefined) return { kind: 'file', path: `${data}/master.key`, create: true };
  const value = origin?.get(name) ?? '';
  switch (name) {
    case 'master-key':
      return { kind: 'value', base64: value };
    case 'master-key-file':
      return { kind: 'file', path: resolve(value), create: false };
    case 'master-key-command':
      return { kind: 'command', command: value };
  }
}

function readInteger(
  flag: string,
  value: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max || value.trim() === '') {
    throw new ConfigError(`--${flag} must be a whole number from ${min} to ${max}, not "${value}".`);
  }
  return number;
}

function readChoice<const Choice extends string>(
  flag: string,
  value: string | undefined,
  fallback: Choice,
  choices: readonly Choice[],
): Choice {
  if (value === undefined) return fallback;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined)
    throw new ConfigError(`--${flag} must be one of ${choices.join(', ')}, not "${value}".`);
  return choice;
}
