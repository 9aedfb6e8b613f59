import type { S3Client } from '@aws-sdk/client-s3';
import { createAccessKey } from '../identity/access-keys.ts';
import { createAccount } from '../identity/accounts.ts';
import { putInlinePolicy } from '../identity/inline-policies.ts';
import { createUser } from '../identity/users.ts';
import { startTestSite, type TestKeys, type TestSite } from './test-site.ts';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';

export interface S3Server extends AsyncDisposable {
  readonly site: TestSite;
  readonly endpoint: string;
  /** Root of ACCOUNT. */
  readonly root: TestKeys;
  /** Root of OTHER_ACCOUNT. */
  readonly otherRoot: TestKeys;
  client(options?: { readonly keys?: TestKeys; readonly region?: string }): S3Client;
  /** A user of `account` with one inline policy. */
  user(name: string, policy: object | undefined, account?: string): Promise<TestKeys>;
}

/** A test site with two accounts of known ids, nothing replicating. */
export async function startS3Server(): Promise<S3Server> {
  const site = await startTestSite({ replicate: false });
  const { identity } = site.site;
  const keysOf = async (account: string, userName?: string): Promise<TestKeys> => ({
    account,
    ...(await createAccessKey(identity, { account, ...(userName === undefined ? {} : { userName }) })),
  });
  await createAccount(identity, { name: 'one', id: ACCOUNT });
  await createAccount(identity, { name: 'two', id: OTHER_ACCOUNT });
  const root = await keysOf(ACCOUNT);
  return {
    site,
    endpoint: site.endpoint,
    root,
    otherRoot: await keysOf(OTHER_ACCOUNT),
    client: ({ keys = root, region } = {}) => site.s3(keys, region),
    async user(name, policy, account = ACCOUNT) {
      await createUser(identity, account, { userName: name });
      if (policy !== undefined) {
        await putInlinePolicy(identity, 'user', account, name, 'inline', JSON.stringify(policy));
      }
      return keysOf(account, name);
    },
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}
