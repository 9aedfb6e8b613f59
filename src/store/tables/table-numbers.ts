/** The first byte of every key. Part of the disk format: a number is never given to another table.
 * Below CONFIGURATION_TABLE_END (0x20) lies what every request reads and few write. */
export const TABLES = {
  /** Global store. */
  site: 0x01,
  bucketNames: 0x02,
  accounts: 0x03,
  accessKeys: 0x04,
  users: 0x05,
  groups: 0x06,
  roles: 0x07,
  managedPolicies: 0x08,
  identityNames: 0x09,
  /** Region store. */
  buckets: 0x10,
  incarnations: 0x11,
  leases: 0x21,
  workers: 0x22,
  versions: 0x30,
  facets: 0x31,
  deliveries: 0x32,
  listing: 0x33,
  nullVersions: 0x34,
  inlineBytes: 0x35,
  tombstones: 0x36,
  uploads: 0x38,
  parts: 0x39,
  garbage: 0x3a,
  claimedBlobs: 0x3b,
  intents: 0x40,
  parkedIntents: 0x41,
  jobs: 0x50,
  jobTasks: 0x51,
  /** Rows written by `add` only. */
  counters: 0x70,
} as const;
