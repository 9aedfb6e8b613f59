import { startBare } from '../load/processes.ts';
import { type Bench, type Row, row, run, WARM_UP_ROUNDS } from './bench.ts';

// As many bytes as S3 sends for a page of 100 keys of this benchmark.
const LIST_ANSWER_BYTES = 33_000;
const PAGE_KEYS = 100;

/** 4 KiB PUTs and GETs and pages of 100 keys, with 32 connections, against a bare node:http server. */
export async function small(bench: Bench): Promise<Row[]> {
  const bare = await startBare('bare-server.ts', '4096', String(LIST_ANSWER_BYTES));
  const limit = { port: bare.port, region: 'us-east-1' };
  try {
    const rows: Row[] = [];
    await run(bench, bench.ours, { kind: 'put', prefix: 'data/', requestsMax: 2000, durationMsMax: 60_000 });
    for (const [kind, bar, keys] of [
      ['put', 0.25, 0],
      ['get', 0.4, 1000],
      ['list', 0.1, PAGE_KEYS],
    ] as const) {
      const ours: number[] = [];
      const raw: number[] = [];
      for (let round = -WARM_UP_ROUNDS; round < bench.rounds; round++) {
        const bareRate = (await run(bench, limit, { kind, keys })).perSecond;
        const ourRate = (await run(bench, bench.ours, { kind, keys })).perSecond;
        if (round < 0) continue;
        raw.push(bareRate);
        ours.push(ourRate);
      }
      rows.push(row(`4 KiB ${kind}${kind === 'list' ? ' of 100 keys' : ''}`, '/s', ours, raw, bar));
    }
    return rows;
  } finally {
    bare.stop();
  }
}
