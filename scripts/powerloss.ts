// `npm run powerloss -- --cuts 200`: does losing power lose anything that was acknowledged?
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { CUT_KINDS } from './powerloss/cuts.ts';
import { type CutResult, runPowerLoss } from './powerloss/run.ts';

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '200' },
    operations: { type: 'string', default: '160' },
    parallel: { type: 'string', default: '2' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);

requireStrace();
console.log(`Losing power at ${values.cuts} moments (--seed ${seed}).`);
const result = await runPowerLoss({
  cuts: Number(values.cuts),
  operations: Number(values.operations),
  parallel: Number(values.parallel),
  seed,
  keep: values.keep,
  progress: (line) => console.log(line),
});
process.exitCode = report(result.cuts) ? 0 : 1;

/** @returns whether nothing was lost. */
function report(cuts: readonly CutResult[]): boolean {
  console.log('\npower lost at           cuts  acknowledged by then  versions arrived  lost or wrong');
  const line = (name: string, of: readonly CutResult[]) => {
    const sum = (value: (result: CutResult) => number) =>
      String(of.reduce((total, one) => total + value(one), 0));
    console.log(
      `${name.padEnd(24)}${String(of.length).padStart(4)}${sum(({ checked }) => checked).padStart(22)}${sum(
        ({ versionsArrived }) => versionsArrived,
      ).padStart(18)}${sum(({ lost }) => lost.length).padStart(15)}`,
    );
  };
  for (const kind of CUT_KINDS) {
    line(
      kind,
      cuts.filter(({ cut }) => cut.kind === kind),
    );
  }
  line('all', cuts);
  const ready = cuts.map(({ readyMs }) => readyMs).toSorted((one, other) => one - other);
  console.log(`ready after ${Math.round(ready[ready.length >> 1] ?? 0)} ms (median)`);
  const failed = cuts.filter(({ lost }) => lost.length > 0);
  for (const { cut, lost } of failed.slice(0, 20)) {
    console.log(`  at ${cut.line} (${cut.kind}, ${cut.mode}):`);
    for (const sentence of lost.slice(0, 5)) console.log(`    ${sentence}`);
  }
  return failed.length === 0;
}

/** Nothing can be shown without it, and nothing shown must not look like nothing lost. */
function requireStrace(): void {
  const works = () => spawnSync('strace', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!works()) spawnSync(process.execPath, ['scripts/install-parts.mjs', 'strace'], { stdio: 'inherit' });
  if (works()) return;
  console.error('NOTHING WAS TESTED: the power-loss run needs strace, which is not installed.');
  process.exit(1);
}
