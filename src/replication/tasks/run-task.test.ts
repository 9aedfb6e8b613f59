import { beforeEach, expect, it } from 'vitest';
import type { Bucket } from '../../buckets/bucket.ts';
import { StoreUnavailableError } from '../../store/kv/key-value-store.ts';
import { intents } from '../../store/tables/intents.ts';
import { openMemorySite } from '../../testing/memory-site.ts';
import { ReplicationFixture, rolePolicy, ruleTo } from '../../testing/replication-fixture.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { SimulatedClock } from '../../testing/simulated-clock.ts';
import { type Destination, SourceReadError } from '../destinations/destination.ts';
import { LocalDestination } from '../destinations/local.ts';
import { AssumedRoles } from '../role/assumed-roles.ts';
import { type Claim, readClaims } from '../worker/claim.ts';
import { runTask } from './run-task.ts';

let s3: ReplicationFixture;
let claim: Claim;

beforeEach(async () => {
  s3 = new ReplicationFixture(
    await openMemorySite({ clock: new SimulatedClock(), random: new SeededRandom(1) }),
  );
  await s3.accounts();
  await s3.bucket('source');
  await s3.bucket('destination');
  await s3.role(rolePolicy('source', ['destination']));
  await s3.replicate('source', ruleTo('destination'));
  await s3.put('source', 'key');
  const { store } = (await s3.site.buckets.require('source')).region;
  const rows = await store.range(intents.range());
  const [found] = await readClaims(
    store,
    rows.map(({ key }) => key),
  );
  if (found === undefined) throw new Error('nothing is pending');
  claim = found;
});

/** What an attempt comes to whose source cannot be read for this reason. */
function attempt(cause: Error) {
  const { objects, identity, site } = s3.site;
  const unreadable = () => Promise.reject(new SourceReadError(cause.message, { cause }));
  return runTask(
    {
      objects,
      roles: new AssumedRoles(identity, site.clock),
      destinationOf: () => ({ receiveVersion: unreadable, receiveFacets: unreadable }),
    },
    claim,
  );
}

const withCode = (code: string) => Object.assign(new Error(code), { code });

it.each([100, 2 * 1024 * 1024])(
  'a version of %i bytes that is removed while they travel never arrives',
  async (size) => {
    const { objects, identity, site, disks } = s3.site;
    const source = await objects.buckets.require('source');
    const versionId = await s3.put('source', 'removed', 'x'.repeat(size));
    const pending = await source.region.store.range(intents.range());
    const claims = await readClaims(
      source.region.store,
      pending.map(({ key }) => key),
    );
    const claimed = claims.find((one) => one?.intent.versionId === versionId);
    if (claimed === undefined) throw new Error('it is not pending');
    const files = disks.regions.get(source.region.name)?.blobs.files;
    const before = files?.size;
    const destinationOf = (bucket: Bucket): Destination => {
      const local = new LocalDestination(objects, bucket);
      return {
        receiveFacets: (record) => local.receiveFacets(record),
        receiveVersion(record, { stands, open }) {
          const openAndRemove = async function* () {
            yield* open();
            await s3.remove('source', 'removed', versionId);
          };
          return local.receiveVersion(record, { stands, open: openAndRemove });
        },
      };
    };
    const roles = new AssumedRoles(identity, site.clock);
    expect(await runTask({ objects, roles, destinationOf }, claimed)).toEqual({ kind: 'gone' });
    expect(await s3.versions('destination')).toEqual([]);
    // The source's own bytes wait for the sweeper.
    expect(files?.size).toBe(before);
  },
);

it('takes a source that cannot serve for the trouble of everybody', async () => {
  const full = new StoreUnavailableError('no handles', { cause: withCode('EMFILE') });
  expect(await attempt(full)).toMatchObject({ kind: 'source-unavailable' });
});

it('takes bytes that the disk cannot read for the trouble of this object', async () => {
  const bad = new StoreUnavailableError('a bad sector', { cause: withCode('EIO') });
  expect(await attempt(bad)).toMatchObject({ kind: 'retry' });
  expect(await attempt(new Error('damaged'))).toMatchObject({ kind: 'retry' });
});
