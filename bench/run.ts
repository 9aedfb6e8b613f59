// What Holdfast does per second, as ratios to the raw limit in the same run: `npm run bench -- --help`.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startServer } from '../scripts/demo/server.ts';
import { processOf, watchMemory } from './load/processes.ts';
import { type Bench, BUCKET, CONNECTIONS, type Row, WARM_UP_ROUNDS } from './scenarios/bench.ts';
import { large } from './scenarios/large.ts';
import { replicate } from './scenarios/replicate.ts';
import { small } from './scenarios/small.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'small,large,replicate' },
    endpoint: { type: 'string' },
    'access-key-id': { type: 'string' },
    'secret-access-key': { type: 'string' },
  },
});

const HELP = `npm run bench -- [--rounds 3] [--seconds 5] [--only small,large,replicate] [--json]

Measures a fresh Holdfast on this machine against bare node:http servers in the same run with the same client.
  --endpoint URL --access-key-id ID --secret-access-key KEY
                   another S3 server on loopback instead of a fresh Holdfast (small and large only)`;

if (flags.help) {
  console.log(HELP);
} else {
  await main();
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const server = flags.endpoint === undefined ? await startServer(join(folder, 'data')) : undefined;
  try {
    const endpoint = server?.endpoint ?? flags.endpoint ?? '';
    const port = Number(new URL(endpoint).port);
    const keys = server?.owner ?? {
      account: '',
      accessKeyId: flags['access-key-id'] ?? '',
      secretAccessKey: flags['secret-access-key'] ?? '',
    };
    const memory = watchMemory(processOf(`--port ${port}`));
    const bench: Bench = {
      ours: { port, keys, region: 'us-east-1' },
      rounds: Number(flags.rounds),
      seconds: Number(flags.seconds),
    };
    await new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: keys }).send(
      new CreateBucketCommand({ Bucket: BUCKET }),
    );
    const rows: Row[] = [];
    const wanted = flags.only.split(',');
    if (wanted.includes('small')) rows.push(...(await small(bench)));
    if (wanted.includes('large')) rows.push(...(await large(bench)));
    if (wanted.includes('replicate') && server !== undefined)
      rows.push(...(await replicate(bench, keys.account)));
    report(rows, memory.stop());
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(rows: readonly Row[], memoryPeakBytes: number): void {
  const conditions = {
    cores: availableParallelism(),
    connectionsSmall: CONNECTIONS,
    connectionsLarge: 4,
    payload: 'signed (SHA-256 of the body in the signature)',
    server: 'one process; durable, encrypted, synced before it answers',
    bare: 'one process of node:http, one thread, syncs large bodies only',
    client: 'one process, one thread, requests signed ahead',
    rounds: Number(flags.rounds),
    warmUp: `${WARM_UP_ROUNDS} rounds of small requests and of replication that are not counted`,
    memoryPeakMebibytes: Math.round(memoryPeakBytes / 1_048_576),
  };
  if (flags.json) {
    console.log(JSON.stringify({ conditions, rows }, undefined, 2));
    return;
  }
  for (const [name, value] of Object.entries(conditions)) console.log(`${name.padEnd(20)} ${value}`);
  console.log(`\n${'what'.padEnd(56)} ${'ours'.padStart(10)} ${'bare'.padStart(10)} unit    ratio   bar`);
  for (const { name, ours, bare, unit, ratio, bar, direction } of rows) {
    const held = bar === undefined || (direction === 'least' ? ratio >= bar : ratio <= bar);
    const sign = direction === 'least' ? '≥' : '≤';
    const line = `${name.padEnd(56)} ${number(ours)} ${number(bare)} ${unit.padEnd(6)} ${ratio.toFixed(2).padStart(6)}   ${bar === undefined ? '' : `${sign} ${bar}`}`;
    console.log(held ? line : styleText('red', line));
  }
}

function number(value: number): string {
  return (value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2)).padStart(10);
}
