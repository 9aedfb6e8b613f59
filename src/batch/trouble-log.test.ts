import { expect, test } from 'vitest';
import { type LogFields, silentLogger } from '../lib/logger.ts';
import { StoreUnavailableError } from '../store/kv/key-value-store.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { TroubleLog } from './trouble-log.ts';

test('a cause that lasts is said once a minute, for each job; a fault of ours is an error', () => {
  const lines: [string, LogFields][] = [];
  const logger = {
    ...silentLogger,
    warn: (fields: LogFields) => void lines.push(['warn', fields]),
    error: (fields: LogFields) => void lines.push(['error', fields]),
  };
  const clock = new SimulatedClock();
  const log = new TroubleLog(logger, clock, 'us-east-1');
  const full = new StoreUnavailableError('the disk is full');
  for (let second = 0; second < 90; second += 5) {
    log.note(full);
    log.note(full, 'job');
    clock.jump(5_000);
  }
  expect(lines).toEqual([
    ['warn', { region: 'us-east-1', reason: 'the disk is full' }],
    ['warn', { region: 'us-east-1', job: 'job', reason: 'the disk is full' }],
    ['warn', { region: 'us-east-1', reason: 'the disk is full' }],
    ['warn', { region: 'us-east-1', job: 'job', reason: 'the disk is full' }],
  ]);
  lines.length = 0;
  const fault = new TypeError('x is not a function');
  log.note(fault);
  expect(lines).toEqual([['error', { region: 'us-east-1', reason: 'x is not a function', cause: fault }]]);
});
