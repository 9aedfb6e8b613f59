import type * as os from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readServeConfig } from './config.ts';

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
    expect(() => hosts('--host', ',')).toThrow('--host names no address.');
  });
});
