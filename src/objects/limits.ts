/** AWS: "The object key name is a sequence of Unicode characters with UTF-8 encoding of up to 1,024 bytes long." */
export const KEY_BYTES_MAX = 1024;

const GIB = 1024 ** 3;
/** AWS: one PUT, one part and one copy move at most 5 GiB. */
export const PUT_BYTES_MAX = 5 * GIB;
export const PART_BYTES_MAX = 5 * GIB;
/** AWS: parts other than the last are 5 MiB or more. */
export const PART_BYTES_MIN = 5 * 1024 ** 2;
/** AWS: 10,000 parts, so 48.8 TiB. */
export const PARTS_MAX = 10_000;
export const OBJECT_BYTES_MAX = PARTS_MAX * PART_BYTES_MAX;

/** A write that keeps losing against others of the same key gives up and tells the client to slow down. Of n writers
 * at once each loses at most n - 1 times, so this is far above the connections of one machine. */
export const COMMIT_ATTEMPTS_MAX = 200;

/** Reads of the current version that keep finding it replaced in the meantime. */
export const READ_ATTEMPTS_MAX = 50;

/** A replica whose stamp is further ahead of our clock than this is refused for now (DESIGN decision 9). */
export const CLOCK_AHEAD_MS_MAX = 15 * 60_000;

/** Rows that one list request walks over, whatever it finds: a million delete markers in the way must not hold the
 * request, so that its page ends early. */
export const LIST_ROWS_WALKED_MAX = 10_000;

/** Rows of one read of a list. */
export const LIST_ROWS_READ_MAX = 1001;
/** Bytes of one read of versions, about: the row of an object of 10,000 parts has some MiB, and a thread's memory is
 * bounded. */
export const ROWS_READ_BYTES_MAX = 4 * 1024 ** 2;
/** With a delimiter most rows may lie behind a common prefix, so that reads begin small and grow. */
export const LIST_ROWS_READ_FIRST = 64;

/** A blob that lost its version stays this long for the sake of those who still read it, and so that a commit whose
 * outcome was unknown is never tried again over bytes that are gone. */
export const GARBAGE_AGE_MS_MIN = 60_000;
/** A removed object of several parts stays for those who began to read it, but not for ever: 5 TiB at 256 MiB/s take this
 * long, and who reads more slowly could keep a disk full. */
export const READ_MS_MAX = 6 * 60 * 60 * 1000;
/** Garbage rows of one read of the sweeper. */
export const GARBAGE_ROWS_READ_MAX = 256;
