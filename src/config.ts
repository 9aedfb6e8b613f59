import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
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
  const settings = collectSettings(argv, environment);
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
    domains: (settings.get('domain') ?? '').split(',').filter((name) => name !== ''),
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
    masterKey: readMasterKeySource(settings, environment, data),
  });
}

function collectSettings(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const flags = parseFlags(argv);
  const fromFile = readConfigFile(flags.get('config') ?? environment['HOLDFAST_CONFIG']);
  const settings = new Map(fromFile);
  for (const { flag, variable } of SERVE_SETTINGS) {
    const value = flags.get(flag) ?? environment[variable];
    if (value !== undefined) settings.set(flag, value);
  }
  return settings;
}

function parseFlags(argv: readonly string[]): ReadonlyMap<string, string> {
  const options: Record<string, { type: 'string'; short?: string }> = {};
  for (const { flag, short } of SERVE_SETTINGS) {
    options[flag] = short === undefined ? { type: 'string' } : { type: 'string', short };
  }
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
    return new Map(Object.entries(values).map(([flag, value]) => [flag, String(value)]));
  } catch (error) {
    throw new ConfigError(`${(error as Error).message.split('. ')[0]}. See holdfast serve --help.`, {
      cause: error,
    });
  }
}

function readConfigFile(path: string | undefined): Map<string, string> {
  if (path === undefined) return new Map();
  if (!existsSync(path)) throw new ConfigError(`The configuration file ${path} does not exist.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`The configuration file ${path} is not JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new ConfigError(`The configuration file ${path} must hold one JSON object.`);
  }
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed)) {
    if (!SERVE_SETTINGS.some(({ flag }) => flag === name && flag !== 'config')) {
      throw new ConfigError(`The configuration file ${path} has an unknown setting "${name}".`);
    }
    settings.set(name, String(value));
  }
  return settings;
}

function readHosts(value: string | undefined): readonly string[] {
  const hosts = (value ?? 'localhost').split(',').filter((host) => host !== '');
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
  for (const entry of value.split(',')) {
    const [name = '', directory] = entry.split('=', 2);
    if (!REGION_NAME.test(name))
      throw new ConfigError(`--regions: "${name}" is not a region name such as us-east-1.`);
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
  const accessKeyId = environment['HOLDFAST_ROOT_ACCESS_KEY_ID'];
  const secretAccessKey = environment['HOLDFAST_ROOT_SECRET_ACCESS_KEY'];
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
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

function readMasterKeySource(
  settings: ReadonlyMap<string, string>,
  environment: Readonly<Record<string, string | undefined>>,
  data: string,
): MasterKeySource {
  const value = environment['HOLDFAST_MASTER_KEY'];
  if (value !== undefined) return { kind: 'value', base64: value };
  const command = settings.get('master-key-command');
  if (command !== undefined) return { kind: 'command', command };
  const path = settings.get('master-key-file');
  return path === undefined
    ? { kind: 'file', path: `${data}/master.key`, create: true }
    : { kind: 'file', path: resolve(path), create: false };
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
