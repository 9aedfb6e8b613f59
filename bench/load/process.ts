// The load client as a process of its own. Reads a LoadJob from its argument, prints a LoadResult as JSON.
import { hash, randomFillSync } from 'node:crypto';
import { LoadConnection } from './connection.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { type PreparedRequest, prepare } from './requests.ts';

// Enough different keys that no cache of a few entries decides; few enough to be signed ahead in a second.
const PREPARED_GETS_MAX = 20_000;
// More than a server of ours takes in the time, so that none of its keys is written twice; a bare one is sent them again.
const PREPARED_PUTS_MAX = 60_000;

const job = JSON.parse(process.argv[2] ?? '') as LoadJob;
const requests = prepareAll(job);
const connections = await Promise.all(
  Array.from({ length: job.connections }, () => LoadConnection.open(job.target.port)),
);
const result = await measure();
for (const connection of connections) connection.close();
console.log(JSON.stringify(result));

function prepareAll({
  target,
  kind,
  bucket,
  prefix,
  objectBytes,
  requestsMax,
  keys,
}: LoadJob): PreparedRequest[] {
  const nowMs = Date.now();
  const body = randomFillSync(Buffer.alloc(objectBytes));
  const bodyHash = hash('sha256', body);
  if (kind === 'list') {
    const query = `list-type=2&max-keys=${keys}&prefix=${encodeURIComponent(prefix)}`;
    return [prepare(target, { method: 'GET', path: `/${bucket}`, query }, nowMs)];
  }
  const count = kind === 'put' ? Math.min(requestsMax, PREPARED_PUTS_MAX) : Math.min(keys, PREPARED_GETS_MAX);
  return Array.from({ length: count }, (_, index) =>
    kind === 'put'
      ? prepare(target, { method: 'PUT', path: `/${bucket}/${prefix}${index}`, body }, nowMs, bodyHash)
      : prepare(
          target,
          { method: 'GET', path: `/${bucket}/${prefix}${Math.floor((index * keys) / count)}` },
          nowMs,
        ),
  );
}

async function untilMs(atMs: number): Promise<void> {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
}

async function measure(): Promise<LoadResult> {
  const times: number[] = [];
  let sent = 0;
  let errors = 0;
  let bytes = 0;
  const startedAtMs = Date.now();
  const started = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(
    connections.map(async (connection) => {
      while (sent < job.requestsMax && performance.now() - started < job.durationMsMax) {
        const request = requests[sent % requests.length];
        if (request === undefined) return;
        const index = sent;
        sent += 1;
        if (job.perSecond !== undefined) await untilMs(started + (index * 1000) / job.perSecond);
        const before = performance.now();
        const answer = await connection.send(request.head, request.body);
        times.push(performance.now() - before);
        if (answer.status !== 200) errors += 1;
        bytes += answer.bodyBytes + (request.body?.length ?? 0);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = Float64Array.from(times).toSorted();
  const quantile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    requests: times.length,
    errors,
    seconds,
    perSecond: times.length / seconds,
    mebibytesPerSecond: bytes / seconds / 1_048_576,
    millisecondsP50: quantile(0.5),
    millisecondsP99: quantile(0.99),
    millisecondsMax: sorted.at(-1) ?? 0,
    clientCpuSeconds: (user + system) / 1e6,
    startedAtMs,
  };
}
