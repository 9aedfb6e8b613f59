const DAY_MS = 86_400_000;

/** Tasks that are started and ended in one commit each: enough to make the commit cheap, few enough that a row stays
 * small (256 keys of 1,024 bytes are 256 KiB) and that a pause or a cancellation takes hold at once. */
export const CHUNK_TASKS = 256;
/** The first chunks are smaller, doubling, so that the progress of a small job moves. */
export const CHUNK_TASKS_FIRST = 16;
/** Deliveries that are made pending in one commit: some MiB with the longest keys. Four destinations do not reach it; a
 * configuration may have a thousand. */
export const DELIVERIES_STARTED_MAX = 1024;
/** The window of a job: deliveries that it is ahead of, in full chunks. */
export const CHUNKS_UNDER_WAY_MAX = 4;
/** Chunks under way at once where each waits for a few slow deliveries only: what a job holds in memory. */
export const CHUNKS_STARTED_MAX = 32;
/** Chunks of other operations, each with so many tasks at once. */
export const OPERATION_CHUNKS_MAX = 2;
export const OPERATION_CONCURRENCY = 16;
/** As AWS: an account's jobs that may be Active at once (reference: s3-batch-replication 6.1). */
export const ACTIVE_JOBS_MAX = 6;
/** Jobs of one bucket run beside each other, at AWS without a stated limit; each takes memory. */
export const ACTIVE_JOBS_OF_BUCKET_MAX = 16;
/** Manifests read or generated at once in a region; other jobs wait as New. */
export const PREPARING_JOBS_MAX = 4;
/** So that one account's long manifests never hold up the others. */
export const PREPARING_JOBS_OF_ACCOUNT_MAX = 2;
/** As AWS: a job that nobody confirms fails. */
export const CONFIRMATION_LIFE_MS = 30 * DAY_MS;
/** As AWS: a job's record is kept so long after its end. */
export const ENDED_JOB_LIFE_MS = 90 * DAY_MS;
/** As AWS: the failure rate is looked at from so many tasks run. */
export const FAILURE_THRESHOLD_TASKS_MIN = 1000;
export const FAILURE_THRESHOLD_RATE = 0.5;
/** As AWS. */
export const JOB_TAGS_MAX = 50;
export const DESCRIPTION_LENGTH_MAX = 256;
export const STATUS_UPDATE_REASON_LENGTH_MAX = 256;
export const PRIORITY_MAX = 2_147_483_647;
export const LIST_JOBS_MAX = 1000;
