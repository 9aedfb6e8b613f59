import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

/** `--seeds N` runs seeds 1 to N (or from `--from`); `--seed S` runs one, twice, and compares. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
});

const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.seeds) }, (_, index) => Number(values.from) + index)
    : [Number(values.seed), Number(values.seed)];
const sums = { requests: 0, failures: 0, jobTasks: 0, crashes: 0, replays: 0, simulatedMs: 0 };
const fingerprints = new Set<string>();
let failed = 0;
// The first call of a hash loads its code from outside the simulated time.
await simulate(0);
for (const [index, seed] of seeds.entries()) {
  const result = await simulate(seed);
  fingerprints.add(result.fingerprint);
  for (const name of ['requests', 'failures', 'jobTasks', 'crashes', 'replays', 'simulatedMs'] as const)
    sums[name] += result[name];
  if (result.violations.length > 0) {
    failed += 1;
    process.stdout.write(`seed ${seed}: ${result.violations.length} violations\n`);
    for (const violation of result.violations.slice(0, 10)) process.stdout.write(`  ${violation}\n`);
  }
  if ((index + 1) % 100 === 0) process.stdout.write(`${index + 1} of ${seeds.length} seeds\n`);
}
if (values.seed !== undefined && fingerprints.size > 1) {
  process.stdout.write('the two runs of this seed differ\n');
  failed += 1;
}
process.stdout.write(
  `${seeds.length} seeds: ${sums.requests} requests, ${sums.failures} without an answer, ${sums.jobTasks} tasks of jobs, ${sums.crashes} crashes, ${sums.replays} late replays, ` +
    `${Math.round(sums.simulatedMs / 60_000)} simulated minutes, ${failed} seeds with violations\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
