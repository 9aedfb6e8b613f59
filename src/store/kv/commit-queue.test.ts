import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { CommitQueue } from './commit-queue.ts';
import { EngineWriteError } from './engine.ts';
import { MemoryEngine } from './memory-engine.ts';
import { prepare } from './prepared-commit.ts';

/** A key of a configuration table. */
const key = Buffer.from([0x10, 1]);
const commitOf = (value: string) =>
  prepare({ checks: [], writes: [{ kind: 'put', key, value: Buffer.from(value) }] });

/** Its next write fails, after it got as far as the log; recovery brings it back. */
class FailingEngine extends MemoryEngine {
  failNext = false;
  recoveries: (() => string | undefined)[] = [];

  override write(): void {
    if (!this.failNext) return super.write();
    this.failNext = false;
    throw new EngineWriteError('unknown', new Error('no space left'));
  }

  /** What is staged is what the log has. */
  override discard(): void {}

  override async recover(): Promise<string | undefined> {
    const reason = this.recoveries.shift()?.();
    if (reason === undefined) super.write();
    return reason;
  }
}

test('configuration whose write comes to be only with the recovery is told of again', async () => {
  const engine = new FailingEngine();
  let epoch = 0;
  const queue = new CommitQueue(engine, () => {
    epoch += 1;
  });
  await queue.run([commitOf('ALLOW')]);
  engine.failNext = true;
  expect(await queue.run([commitOf('DENY')])).toMatchObject([{ outcome: 'unknown' }]);
  const failed = epoch;
  expect(engine.get([key])[0]?.value.toString()).toBe('ALLOW');
  expect(await queue.writable()).toEqual({ ok: true });
  expect(engine.get([key])[0]?.value.toString()).toBe('DENY');
  expect(epoch).toBeGreaterThan(failed);
});

test('an engine that cannot recover refuses, however it says so', async () => {
  const engine = new FailingEngine();
  const queue = new CommitQueue(engine, () => {});
  engine.failNext = true;
  await queue.run([commitOf('x')]);
  engine.recoveries = [
    () => 'still no space',
    () => {
      throw new Error('database or disk is full');
    },
  ];
  expect(await queue.run([commitOf('y')])).toEqual([{ outcome: 'unavailable', reason: 'still no space' }]);
  const full = { outcome: 'unavailable', reason: 'database or disk is full' };
  expect(await queue.run([commitOf('y')])).toEqual([full]);
  expect(await queue.run([commitOf('y')])).toMatchObject([{ outcome: 'committed' }]);
});
