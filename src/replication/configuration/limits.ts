/** AWS's limits on a replication configuration (reference: s3-replication 1.2). */
export const RULES_MAX = 1000;
export const RULE_ID_LENGTH_MAX = 255;
export const PREFIX_LENGTH_MAX = 1024;
/** As of the tags that objects have: a filter by longer ones could match none. UTF-16 characters. */
export const TAG_KEY_LENGTH_MAX = 128;
export const TAG_VALUE_LENGTH_MAX = 256;
export const PRIORITY_MAX = 2_147_483_647;
export const ROLE_ARN_LENGTH_MIN = 20;
export const ROLE_ARN_LENGTH_MAX = 2048;
/** The only threshold that AWS offers for replication time and events, in minutes. */
export const THRESHOLD_MINUTES = 15;
/** Bytes of randomness in a rule id that we make: 48 base-36-like characters at AWS, 32 hex digits here. */
export const GENERATED_RULE_ID_BYTES = 16;
