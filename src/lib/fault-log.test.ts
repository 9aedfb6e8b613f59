import { expect, it } from 'vitest';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { FaultLog } from './fault-log.ts';
import { type LogFields, silentLogger } from './logger.ts';

it('says each fault, and once a minute what every request meets while a disk is full', () => {
  const lines: LogFields[] = [];
  const logger = { ...silentLogger, error: (fields: LogFields) => void lines.push(fields) };
  const clock = new SimulatedClock();
  const log = new FaultLog(logger, clock, (cause) => cause instanceof RangeError);
  for (let free = 49; free > 0; free -= 1)
    log.note('id', 'PutObject', new RangeError(`${free} MiB are free`));
  expect(lines).toEqual([{ requestId: 'id', operation: 'PutObject', reason: '49 MiB are free', count: 1 }]);
  clock.jump(60_000);
  log.note('id', 'PutObject', new RangeError('0 MiB are free'));
  expect(lines.at(-1)).toMatchObject({ reason: '0 MiB are free', count: 49 });
  const fault = new TypeError('x is not a function');
  log.note('one', undefined, fault);
  log.note('two', undefined, fault);
  expect(lines.slice(2)).toEqual([
    { requestId: 'one', operation: undefined, cause: fault },
    { requestId: 'two', operation: undefined, cause: fault },
  ]);
});
