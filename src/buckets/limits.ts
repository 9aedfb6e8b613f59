/** AWS: "Bucket names must be between 3 (min) and 63 (max) characters long." */
export const BUCKET_NAME_CHARACTERS_MIN = 3;
export const BUCKET_NAME_CHARACTERS_MAX = 63;

/** Parsed records kept; a site with more buckets reads the others again. One takes a few KB. */
export const BUCKETS_CACHED_MAX = 10_000;

/** Tries of a read-modify-write that keeps losing against others, before it is refused. */
export const UPDATE_ATTEMPTS_MAX = 64;

/** A name whose creator has not finished within this time may be claimed by another account. */
export const CLAIM_AGE_MS_MAX = 60_000;
