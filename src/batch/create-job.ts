import { jobTokenReused, tooManyJobRequests } from '../errors/s3control.ts';
import type { Random } from '../lib/random.ts';
import { ABSENT } from '../store/kv/key-value-store.ts';
import type { JobRow } from '../store/tables/job-rows.ts';
import { jobs, jobTokens } from '../store/tables/jobs.ts';
import { COMMIT_ATTEMPTS_MAX } from './change-job.ts';
import type { JobsOfAccount } from './find-job.ts';
import { newJobId } from './job-id.ts';
import { digestOf, type JobSpecification } from './specification.ts';
import { newJobWrites } from './transition.ts';

/** One job for one ClientRequestToken, however often and however concurrently the request comes. The token is kept as
 * long as the job's record (AWS says only what the token is for; reference: s3-batch-replication 2.5).
 * @returns the id of the job, new or not.
 * @throws AwsError IdempotencyException for a token that made a job of another request, TooManyRequestsException */
export async function createJob(
  where: JobsOfAccount & { readonly random: Random },
  specification: JobSpecification,
): Promise<string> {
  const { store, clock, account, random } = where;
  const { clientRequestToken: token } = specification;
  const requestDigest = digestOf(specification);
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS_MAX; attempt += 1) {
    const [known] = await store.get([jobTokens.key(account, token)]);
    if (known !== undefined) {
      const made = jobTokens.decode(known);
      if (made.requestDigest !== requestDigest) throw jobTokenReused();
      return made.jobId;
    }
    const jobId = newJobId(random);
    const job: JobRow = {
      ...specification,
      jobId,
      account,
      createdAtMs: clock.now(),
      status: 'New',
      failureReasons: [],
      activeMs: 0,
      statesEntered: 1,
    };
    const { outcome } = await store.commit({
      checks: [jobTokens.check(ABSENT, account, token), jobs.check(ABSENT, jobId)],
      writes: [jobTokens.put({ jobId, requestDigest }, account, token), ...newJobWrites(job)],
    });
    if (outcome === 'committed') return jobId;
    // A conflict is another first use of the token. After an unknown outcome, too, the token's row says who won.
  }
  throw tooManyJobRequests();
}
