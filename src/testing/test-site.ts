import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { STSClient } from '@aws-sdk/client-sts';
import { s3ControlEndpoint } from '../command-line/s3control-endpoint.ts';
import { composeHttp } from '../compose-http.ts';
import { createAccessKey } from '../identity/access-keys.ts';
import { createAccount } from '../identity/accounts.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type LogFields, type Logger, silentLogger } from '../lib/logger.ts';
import { systemRandom } from '../lib/random.ts';
import { type MemorySite, type MemorySiteOptions, openMemorySite } from './memory-site.ts';

export interface TestKeys {
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A whole site in this process, in memory: two regions, the HTTP of production, replication running. */
export interface TestSite extends AsyncDisposable {
  readonly site: MemorySite;
  readonly endpoint: string;
  readonly port: number;
  /** Root of the first account, which administers the site. */
  readonly owner: TestKeys;
  /** What was logged as an error: a test that finds something here has found a fault of ours. */
  readonly faults: { readonly fields: LogFields; readonly message: string }[];
  createAccount(name: string): Promise<TestKeys>;
  /** The process dies, and its disks lose what was not synced. Its clock is the caller's to stop. */
  kill(): Promise<void>;
  s3(keys?: TestKeys, region?: string): S3Client;
  s3control(keys?: TestKeys, region?: string): S3ControlClient;
  iam(keys?: TestKeys): IAMClient;
  sts(keys?: TestKeys): STSClient;
}

interface TestSiteOptions extends Partial<MemorySiteOptions> {
  readonly clock?: Clock;
  readonly replicate?: boolean;
  /** Of disks that a site before this one wrote. */
  readonly owner?: TestKeys;
}

export async function startTestSite(options: TestSiteOptions = {}): Promise<TestSite> {
  const clock = options.clock ?? systemClock;
  const faults: { fields: LogFields; message: string }[] = [];
  const told = options.logger ?? silentLogger;
  const error: Logger['error'] = (fields, message) => {
    faults.push({ fields, message });
    told.error(fields, message);
  };
  const logger: Logger = { ...told, error };
  const site = await openMemorySite({ random: systemRandom, ...options, logger, clock });
  const newAccount = async (name: string): Promise<TestKeys> => {
    const { id } = await createAccount(site.identity, { name });
    return { account: id, ...(await createAccessKey(site.identity, { account: id })) };
  };
  const owner = options.owner ?? (await newAccount('owner'));
  const listener = composeHttp(site, {
    config: { domains: [] },
    logger,
    operatorAccount: owner.account,
    administration: {
      masterKey: { export: () => '', rotate: () => Promise.resolve('') },
      status: () => Promise.resolve({}),
    },
    unreadyBecause: () => undefined,
    metrics: () => Promise.resolve(''),
  });
  const port = await listener.listen({ hosts: ['127.0.0.1'], port: 0 });
  const endpoint = `http://127.0.0.1:${port}`;
  if (options.replicate !== false) for (const part of [...site.workers, ...site.runners]) part.start();
  const clientOptions = (credentials: TestKeys, region: string) => ({
    endpoint,
    region,
    credentials,
    maxAttempts: 1,
  });
  return {
    site,
    endpoint,
    port,
    owner,
    faults,
    createAccount: newAccount,
    kill: () => {
      site.crash();
      return listener.close(0);
    },
    s3: (keys = owner, region = 'us-east-1') =>
      new S3Client({ ...clientOptions(keys, region), forcePathStyle: true }),
    s3control: (credentials = owner, region = 'us-east-1') =>
      new S3ControlClient({ credentials, maxAttempts: 1, ...s3ControlEndpoint(endpoint, region) }),
    iam: (keys = owner) => new IAMClient(clientOptions(keys, 'us-east-1')),
    sts: (keys = owner) => new STSClient(clientOptions(keys, 'us-east-1')),
    async [Symbol.asyncDispose]() {
      await listener.close(0);
      await Promise.all(site.runners.map((runner) => runner.stop()));
      await Promise.all(site.workers.map((worker) => worker.stop()));
    },
  };
}
