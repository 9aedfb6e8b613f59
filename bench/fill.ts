// Fills a bucket with many small objects under random keys, straight into the store of a server that is stopped:
//   node bench/fill.ts --data DIR --region us-east-1 --bucket bench --versions 10000000
// Then start the server and let it rest until it uses no processor (about a minute at ten million): what is measured before
// is mostly the compaction of what this has left behind.
import { parseArgs } from 'node:util';
import { fillBuckets } from '../scripts/trust/fill-bucket.ts';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'data' },
    region: { type: 'string', default: 'us-east-1' },
    bucket: { type: 'string', default: 'bench' },
    versions: { type: 'string', default: '10000000' },
  },
});

const PROGRESS_EACH = 500_000;

const fill = { bucket: flags.bucket, versions: Number(flags.versions), body: Buffer.from('holdfast') };
const [filled] = await fillBuckets(flags.data, flags.region, [fill], (versions) => {
  if (versions % PROGRESS_EACH === 0) process.stderr.write(`${versions.toLocaleString('en-US')} ...\r`);
});
const { versions = 0, seconds = 0, longestCommitMs = 0 } = filled ?? {};
console.log(
  JSON.stringify({ versions, seconds, perSecond: Math.round(versions / seconds), longestCommitMs }),
);
