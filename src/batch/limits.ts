const DAY_MS = 86_400_000;

/** Tasks that are started and ended in one commit each: enough to make the commit cheap, few enough that a row stays
 * small (256 keys of 1,024 bytes are 256 KiB) and that a pause or a cancellation takes hold at once. */
export const CHUNK_TASKS = 256;
/** Chunks of one job under way at once: the window of intents that a job is ahead of its deliveries. */
export const CHUNKS_UNDER_WAY_MAX = 4;
/** As AWS: an account's jobs that may be Active at once (reference: s3-batch-replication 6.1). */
export const ACTIVE_JOBS_MAX = 6;
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
