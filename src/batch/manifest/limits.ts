/** One row of a CSV: a key of 1,024 bytes is at most 3,072 characters when it is encoded, and an inventory report has
 * some thirty more columns, one of which (the access control list) can be long. */
export const CSV_ROW_LENGTH_MAX = 65_536;

/** Read in one turn of the event loop: a few milliseconds, as live replication waits for the same loop. */
export const CSV_BYTES_AT_ONCE = 65_536;

/** A list of 100,000 data files: the JSON is read as a whole. */
export const MANIFEST_JSON_BYTES_MAX = 16 * 1024 ** 2;

/** Rows of a generated manifest that go into one data file, which is held in memory until its name, a digest, is
 * known: a few MiB with keys of usual length. */
export const GENERATED_FILE_ROWS_MAX = 250_000;
/** The same for keys that are long and do not compress. */
export const GENERATED_FILE_BYTES_MAX = 8 * 1024 ** 2;

/** Versions of one read while a manifest is generated, and their bytes, about: the row of an object of 10,000 parts has
 * some MiB. */
export const SCAN_ROWS_MAX = 512;
export const SCAN_BYTES = 1024 ** 2;
