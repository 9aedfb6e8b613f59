import { tmpdir } from 'node:os';
import { startBare } from '../load/processes.ts';
import { type Bench, LARGE_BYTES, type Row, row, run } from './bench.ts';

const CONNECTIONS = 4;
const PUTS = 24;

/** 16 MiB bodies with 4 connections, against the same work in one bare process; and what four uploads cost the
 * small GETs beside them. */
export async function large(bench: Bench): Promise<Row[]> {
  const bare = await startBare('bare-pipeline.ts', tmpdir(), String(LARGE_BYTES));
  const opening = await startBare('bare-opening.ts', tmpdir(), String(LARGE_BYTES));
  const limit = { port: bare.port, region: 'us-east-1' };
  const openingLimit = { port: opening.port, region: 'us-east-1' };
  const shape = { objectBytes: LARGE_BYTES, connections: CONNECTIONS };
  try {
    await run(bench, bench.ours, { ...shape, kind: 'put', prefix: 'large/', requestsMax: CONNECTIONS });
    const rates = {
      ourPuts: [] as number[],
      barePuts: [] as number[],
      ourGets: [] as number[],
      bareGets: [] as number[],
      streamingGets: [] as number[],
      openingGets: [] as number[],
    };
    const get = { ...shape, kind: 'get', prefix: 'large/', keys: CONNECTIONS } as const;
    const fromFile = { ...get, bucket: 'file' };
    for (const target of [bench.ours, limit, openingLimit]) await run(bench, target, get);
    await run(bench, limit, fromFile);
    for (let round = 0; round < bench.rounds; round++) {
      const put = { ...shape, kind: 'put', requestsMax: PUTS } as const;
      rates.barePuts.push((await run(bench, limit, put)).mebibytesPerSecond);
      rates.ourPuts.push((await run(bench, bench.ours, put)).mebibytesPerSecond);
      rates.bareGets.push((await run(bench, limit, get)).mebibytesPerSecond);
      rates.ourGets.push((await run(bench, bench.ours, get)).mebibytesPerSecond);
      rates.streamingGets.push((await run(bench, limit, fromFile)).mebibytesPerSecond);
      rates.openingGets.push((await run(bench, openingLimit, get)).mebibytesPerSecond);
    }
    return [
      row('16 MiB put', 'MiB/s', rates.ourPuts, rates.barePuts, 0.8),
      row('16 MiB get', 'MiB/s', rates.ourGets, rates.bareGets, 0.5),
      row('16 MiB get, where bare streams it from a file', 'MiB/s', rates.ourGets, rates.streamingGets),
      row('16 MiB get, where bare reads and opens it too', 'MiB/s', rates.ourGets, rates.openingGets),
      await beside(bench),
    ];
  } finally {
    bare.stop();
    opening.stop();
  }
}

// Few enough that the GETs alone do not fill the machine: then only the PUTs beside them could make them slower.
const GET_CONNECTIONS = 4;

async function beside(bench: Bench): Promise<Row> {
  await run(bench, bench.ours, { kind: 'put', prefix: 'data/', requestsMax: 1000, durationMsMax: 60_000 });
  const gets = { kind: 'get', connections: GET_CONNECTIONS } as const;
  const alone: number[] = [];
  const besidePuts: number[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    alone.push((await run(bench, bench.ours, gets)).millisecondsP99);
    const uploads = run(bench, bench.ours, {
      kind: 'put',
      objectBytes: LARGE_BYTES,
      connections: CONNECTIONS,
      requestsMax: 10_000,
      durationMsMax: bench.seconds * 1000 + 1000,
    });
    besidePuts.push((await run(bench, bench.ours, gets)).millisecondsP99);
    await uploads;
  }
  return row(
    'p99 of 4 KiB get beside four 16 MiB puts',
    'ms',
    besidePuts,
    alone,
    3,
    'most',
    'bare = the same without the puts',
  );
}
