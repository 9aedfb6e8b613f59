// `npm run batch-trust -- --versions 1000000 --kills 10`: is every task of a batch job done and reported exactly once,
// whatever happens to the server?
import { parseArgs, styleText } from 'node:util';
import { type JobResult, runBatchTrust } from './trust/batch/run.ts';

const { values: flags } = parseArgs({
  options: {
    versions: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '10' },
    pauses: { type: 'string', default: '4' },
    'body-bytes': { type: 'string', default: '1024' },
    'no-rates': { type: 'boolean', default: false },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const MEMORY_MEBIBYTES_MAX = 300;
const PROBLEMS_SHOWN_MAX = 50;

const seed = Number(flags.seed ?? Date.now() % 1_000_000);
const started = performance.now();
const result = await runBatchTrust({
  versions: Number(flags.versions),
  kills: Number(flags.kills),
  pauses: Number(flags.pauses),
  bodyBytes: Number(flags['body-bytes']),
  rates: !flags['no-rates'],
  seed,
  progress: (happened) => console.error(`${elapsed()} ${happened}`),
});
const memoryMebibytes = Math.round(result.memoryPeakBytes / 1_048_576);
const { rates } = result;
const rateHeld = rates === undefined || rates.job >= rates.live;
const memoryHeld = memoryMebibytes <= MEMORY_MEBIBYTES_MAX;
if (flags.json) console.log(JSON.stringify({ seed, memoryMebibytes, ...result }, undefined, 2));
else print();
process.exitCode = result.problems.length === 0 && memoryHeld && rateHeld ? 0 : 1;

function print(): void {
  const ready = result.readyMs.toSorted((one, other) => one - other);
  const rows: [string, string][] = [
    ['seed', String(seed)],
    ['kills with -9', String(result.kills)],
    ['pauses by urgent jobs', String(result.pauses)],
    ['ready after', `${Math.round(ready[Math.floor(ready.length / 2)] ?? 0)} ms (median)`],
    ['peak RssAnon', mark(memoryHeld, `${memoryMebibytes} MiB (at most ${MEMORY_MEBIBYTES_MAX})`)],
  ];
  if (rates !== undefined) {
    const both = `${Math.round(rates.job)}/s, live replication alone ${Math.round(rates.live)}/s`;
    rows.push(['4 KiB tasks of a job', mark(rateHeld, both)]);
  }
  for (const [name, value] of rows) console.log(`${name.padEnd(24)} ${value}`);
  const columns = ['job', 'versions', 'tasks', 'succeeded', 'failed', 'replicas', 'tasks/s', 'states'];
  console.log(`\n${columns.map((column, index) => pad(column, index)).join(' ')}`);
  for (const name of ['whole', 'cancelled', 'remainder'] as const) {
    const job = result[name];
    if (job !== undefined) console.log(line(name, job));
  }
  const { problems } = result;
  console.log(`\n${mark(problems.length === 0, `lost, repeated or wrong   ${problems.length}`)}`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN_MAX)) console.log(`  ${problem}`);
}

function line(name: string, job: JobResult): string {
  const { versions, total, succeeded, failed, replicas, activeMs, states } = job;
  const counts = [versions, total, succeeded, failed, replicas].map((count) => count.toLocaleString('en-US'));
  // Kills and pauses are in it: a lower bound.
  const perSecond = Math.round(((succeeded + failed) * 1000) / activeMs).toLocaleString('en-US');
  return [name, ...counts, perSecond, shortened(states)].map((column, index) => pad(column, index)).join(' ');
}

/** Active and Paused alternate. */
function shortened(states: readonly string[]): string {
  const paused = states.filter((state) => state === 'Paused').length;
  const once = [...new Set(states)].join(' ');
  return paused > 1 ? `${once} (Paused ${paused} times)` : once;
}

function pad(text: string, column: number): string {
  if (column === 0) return text.padEnd(10);
  return column === 7 ? text : text.padStart(10);
}

function mark(held: boolean, text: string): string {
  return held ? text : styleText('red', text);
}

function elapsed(): string {
  return `${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s`;
}
