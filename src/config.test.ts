import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as os from 'node:os';
import { type NetworkInterfaceInfo, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, readServeConfig } from './config.ts';

const LOOPBACK: NetworkInterfaceInfo = {
  address: '127.0.0.1',
  netmask: '255.0.0.0',
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  internal: true,
  cidr: '127.0.0.1/8',
};
const machine = vi.hoisted(() => ({ interfaces: {} as Record<string, NetworkInterfaceInfo[]> }));
vi.mock('node:os', async (original) => ({
  ...(await original<typeof os>()),
  networkInterfaces: () => machine.interfaces,
}));

const hosts = (...argv: string[]) => readServeConfig(argv, {}, false).hosts;

describe('where to listen', () => {
  beforeEach(() => {
    const ipv6 = { ...LOOPBACK, address: '::1', family: 'IPv6' as const, scopeid: 0, cidr: '::1/128' };
    machine.interfaces = { lo: [LOOPBACK, ipv6] };
  });

  it('localhost is both loopback addresses', () => {
    expect(hosts()).toEqual(['127.0.0.1', '::1']);
    expect(hosts('--host', '192.0.2.1,localhost,127.0.0.1')).toEqual(['192.0.2.1', '127.0.0.1', '::1']);
  });

  it('localhost is 127.0.0.1 alone where IPv6 is switched off', () => {
    machine.interfaces = { lo: [LOOPBACK] };
    expect(hosts()).toEqual(['127.0.0.1']);
    machine.interfaces = {};
    expect(hosts('--host', 'localhost')).toEqual(['127.0.0.1']);
  });

  it('an address that is given stays, whether the machine has it or not', () => {
    machine.interfaces = { lo: [LOOPBACK] };
    expect(hosts('--host', '::1')).toEqual(['::1']);
    expect(hosts('--host', '[::1], 192.0.2.1')).toEqual(['::1', '192.0.2.1']);
    expect(() => hosts('--host', ',')).toThrow('--host names no address.');
  });
});

const folder = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
const file = join(folder, 'config.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With a file of these settings. */
function configure(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  settings: object = {},
) {
  writeFileSync(file, JSON.stringify(settings));
  return readServeConfig([...argv, '--config', file], environment, false);
}

describe('where the master key comes from', () => {
  const VALUE = { HOLDFAST_MASTER_KEY: 'value' };
  const FILE_VARIABLE = { HOLDFAST_MASTER_KEY_FILE: '/variable.key' };
  const FILE_FLAG = ['--master-key-file', '/flag.key'];
  const COMMAND_FLAG = ['--master-key-command', 'flag'];
  const of = (path: string) => ({ kind: 'file', path, create: false });

  it.each<[string, readonly string[], Record<string, string>, object, object]>([
    ['a flag comes before the variable', FILE_FLAG, VALUE, {}, of('/flag.key')],
    ['a flag comes before the file', FILE_FLAG, {}, { 'master-key-command': 'file' }, of('/flag.key')],
    ['a command does, too', COMMAND_FLAG, FILE_VARIABLE, {}, { kind: 'command', command: 'flag' }],
    [
      'a variable comes before the file',
      [],
      FILE_VARIABLE,
      { 'master-key-command': 'file' },
      of('/variable.key'),
    ],
    ['the value is a variable', [], VALUE, { 'master-key-file': '/f' }, { kind: 'value', base64: 'value' }],
    ['the file', [], {}, { 'master-key-file': '/file.key' }, of('/file.key')],
    [
      'an empty variable is not set',
      [],
      { HOLDFAST_MASTER_KEY: '', ...FILE_VARIABLE },
      {},
      of('/variable.key'),
    ],
    [
      'else it is made in the data directory',
      ['--data', '/srv'],
      { HOLDFAST_MASTER_KEY_FILE: '' },
      {},
      { kind: 'file', path: '/srv/master.key', create: true },
    ],
  ])('%s', (_name, argv, environment, settings, source) => {
    expect(configure(argv, environment, settings).masterKey).toEqual(source);
  });

  it('two of one origin are refused', () => {
    const twice = (by: string) => `The master key is given twice, by ${by}: give it once.`;
    expect(() => configure([...FILE_FLAG, ...COMMAND_FLAG])).toThrow(
      twice('master-key-file and master-key-command'),
    );
    expect(() => configure([], { ...VALUE, ...FILE_VARIABLE })).toThrow(
      twice('master-key and master-key-file'),
    );
    // What a flag outranks does not matter.
    expect(configure(FILE_FLAG, { ...VALUE, ...FILE_VARIABLE }).masterKey).toEqual(of('/flag.key'));
  });
});

describe('values', () => {
  it('a directory of a region may hold an equals sign, a list spaces', () => {
    const { regions } = configure(['--regions', 'us-east-1=/tmp/eq=1, ap-south-1'], {}, { data: '/srv' });
    expect([...regions]).toEqual([
      ['us-east-1', '/tmp/eq=1'],
      ['ap-south-1', '/srv/regions/ap-south-1'],
    ]);
  });

  it('domains are in small letters, as hosts are compared', () => {
    expect(configure(['--domain', 'Foo.Test, bar.test,']).domains).toEqual(['foo.test', 'bar.test']);
  });

  it('an empty variable is not set', () => {
    const config = configure([], {
      HOLDFAST_DATA: '',
      HOLDFAST_PORT: '',
      HOLDFAST_REGIONS: '',
      HOLDFAST_ROOT_ACCESS_KEY_ID: '',
      HOLDFAST_ROOT_SECRET_ACCESS_KEY: '',
    });
    expect(config).toMatchObject({ data: resolve('data'), port: 9000 });
    expect([...config.regions.keys()]).toEqual(['us-east-1', 'ap-south-1']);
    expect(config.rootCredentials).toBeUndefined();
  });

  it.each<[string, readonly string[], object, string]>([
    ['an empty flag', ['--data', ''], {}, '--data is empty. See holdfast serve --help.'],
    [
      'a region without its directory',
      ['--regions', 'us-east-1='],
      {},
      '--regions: us-east-1= names no directory.',
    ],
    ['null', [], { data: null }, `"data" in the configuration file ${file} must be a text or a number.`],
    [
      'an object',
      [],
      { regions: { 'us-east-1': '/d' } },
      `"regions" in the configuration file ${file} must be`,
    ],
    [
      'an empty text',
      [],
      { data: '' },
      `"data" in the configuration file ${file} must be a text or a number.`,
    ],
    [
      'two sentences of node',
      ['--data', '--port'],
      {},
      "Option '--data' argument is ambiguous. See holdfast",
    ],
  ])('%s is refused', (_name, argv, settings, complaint) => {
    expect(() => configure(argv, {}, settings)).toThrow(ConfigError);
    expect(() => configure(argv, {}, settings)).toThrow(complaint);
  });

  it('a file that cannot be read is not called no JSON', () => {
    expect(() => readServeConfig(['--config', folder], {}, false)).toThrow(
      `The configuration file ${folder} cannot be read: EISDIR`,
    );
  });
});
