/** AWS's limits of IAM and STS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const NAME_LENGTH_MAX = 64;
export const GROUP_NAME_LENGTH_MAX = 128;
export const POLICY_NAME_LENGTH_MAX = 128;
export const PATH_LENGTH_MAX = 512;
export const DESCRIPTION_LENGTH_MAX = 1_000;
export const TAGS_MAX = 50;
export const TAG_KEY_LENGTH_MAX = 128;
export const TAG_VALUE_LENGTH_MAX = 256;
export const ACCESS_KEYS_PER_USER_MAX = 2;
export const GROUPS_PER_USER_MAX = 10;
/** AWS's default; it raises it to 20 on request. */
export const ATTACHED_POLICIES_MAX = 10;
export const POLICY_VERSIONS_MAX = 5;
/** Characters of all inline policies together, white space not counted. */
export const INLINE_CHARACTERS_MAX = { user: 2_048, group: 5_120, role: 10_240 } as const;
export const MANAGED_POLICY_CHARACTERS_MAX = 6_144;
/** AWS's raised limit (its default is 2,048). */
export const TRUST_POLICY_CHARACTERS_MAX = 4_096;
export const SESSION_SECONDS_MIN = 900;
export const SESSION_SECONDS_DEFAULT = 3_600;
export const ROLE_SESSION_SECONDS_MIN = 3_600;
export const ROLE_SESSION_SECONDS_MAX = 43_200;
/** A session may assume a further role for an hour at most. */
export const CHAINED_SESSION_SECONDS_MAX = 3_600;
export const SESSION_POLICY_CHARACTERS_MAX = 2_048;
export const SESSION_POLICY_ARNS_MAX = 10;
export const USER_SESSION_SECONDS_MAX = 129_600;
export const USER_SESSION_SECONDS_DEFAULT = 43_200;
export const ROOT_SESSION_SECONDS_MAX = 3_600;
