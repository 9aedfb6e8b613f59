import { describe, expect, it } from 'vitest';
import { makeKeyring } from '../keys/keyring.ts';
import { makeMasterKey } from '../keys/master-key.ts';
import { MemoryStore } from '../store/kv/memory.ts';
import { SimulatedClock } from '../testing/simulated-clock.ts';
import { createAccount } from './accounts.ts';
import { attachPolicy } from './attached-policies.ts';
import { requireEntity } from './entities.ts';
import { addUserToGroup, createGroup, deleteGroup } from './groups.ts';
import {
  createManagedPolicy,
  deleteManagedPolicy,
  policyArn,
  requireManagedPolicy,
} from './managed-policies.ts';
import { createUser } from './users.ts';

const ACCOUNT = '111111111111';
const DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';

type Fault = 'unknown-written' | 'unknown-lost' | undefined;

function contextWith(faults: Fault[] = []) {
  return {
    store: new MemoryStore({ faults: { commit: () => faults.shift() } }),
    clock: new SimulatedClock(),
    keyring: makeKeyring([makeMasterKey(Buffer.alloc(32, 7))]),
  };
}

describe('changes', () => {
  it.each<[string, Fault[]]>([
    ['written', ['unknown-written']],
    ['lost', ['unknown-lost']],
    ['lost twice, then written', ['unknown-lost', 'unknown-lost', 'unknown-written']],
  ])('with an unknown outcome happen once: %s', async (_name, faults) => {
    const context = contextWith(faults);
    await createAccount(context, { name: 'one', id: ACCOUNT });
    await createUser(context, ACCOUNT, { userName: 'alice' });
    expect((await requireEntity(context, 'user', ACCOUNT, 'alice')).row.userName).toBe('alice');
  });

  it('of one name at once: one wins', async () => {
    const context = contextWith();
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        createUser(context, ACCOUNT, { userName: index % 2 === 0 ? 'alice' : 'ALICE' }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'EntityAlreadyExists' });
    }
  });

  it('of one policy at once: all uses are counted', async () => {
    const context = contextWith();
    const arn = policyArn(
      ACCOUNT,
      await createManagedPolicy(context, ACCOUNT, { policyName: 'p', document: DOCUMENT }),
    );
    const names = Array.from({ length: 10 }, (_, index) => `user-${index}`);
    await Promise.all(names.map((userName) => createUser(context, ACCOUNT, { userName })));
    await Promise.all(names.map((userName) => attachPolicy(context, 'user', ACCOUNT, userName, arn)));
    expect((await requireManagedPolicy(context, ACCOUNT, arn)).row.attachmentCount).toBe(10);
    await expect(deleteManagedPolicy(context, ACCOUNT, arn)).rejects.toMatchObject({
      code: 'DeleteConflict',
    });
  });

  it('that cross each other leave no dangling use', async () => {
    for (let round = 0; round < 20; round++) {
      const context = contextWith();
      const arn = policyArn(
        ACCOUNT,
        await createManagedPolicy(context, ACCOUNT, { policyName: 'p', document: DOCUMENT }),
      );
      await createUser(context, ACCOUNT, { userName: 'alice' });
      await createGroup(context, ACCOUNT, { groupName: 'g' });
      const [attached, removed, joined, dissolved] = await Promise.allSettled([
        attachPolicy(context, 'user', ACCOUNT, 'alice', arn),
        deleteManagedPolicy(context, ACCOUNT, arn),
        addUserToGroup(context, ACCOUNT, 'g', 'alice'),
        deleteGroup(context, ACCOUNT, 'g'),
      ]);
      expect([attached.status, removed.status].toSorted()).toEqual(['fulfilled', 'rejected']);
      expect([joined.status, dissolved.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    }
  });
});
