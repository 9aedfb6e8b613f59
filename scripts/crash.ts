// `npm run crash -- --kills 50`: does kill -9 lose anything that was acknowledged?
import { parseArgs } from 'node:util';
import { runCrash } from './trust/crash-run.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
console.log(`Killing a server under load ${values.kills} times (--seed ${seed}).`);
const result = await runCrash({ kills: Number(values.kills), seed, progress: (line) => console.log(line) });
const sorted = result.readyMs.toSorted((one, other) => one - other);
console.log(`
kills with -9             ${result.kills} (${result.killsWhileStarting} of them during the start)
acknowledged operations   ${result.acknowledged}
unanswered operations     ${result.unanswered}
versions at the source    ${result.versionsArrived}, each at its destination
parked operations         ${result.parked}
ready after               ${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms (median), ${Math.round(sorted.at(-1) ?? 0)} ms (longest)
lost or wrong             ${result.lost.length}`);
for (const sentence of result.lost.slice(0, 50)) console.log(`  ${sentence}`);
process.exitCode = result.lost.length === 0 && result.parked === 0 ? 0 : 1;
