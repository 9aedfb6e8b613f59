import { prefixOf } from '../../replication/configuration/filter.ts';
import type { ReplicationConfiguration } from '../../store/tables/bucket-row.ts';
import type { ManifestFilter } from '../../store/tables/job-rows.ts';

/** The prefixes that hold every key which the filter can match, in the order of their bytes and none inside another: a
 * job that is about a corner of its bucket reads no more than that. */
export function scannedPrefixes(
  filter: ManifestFilter,
  configuration: ReplicationConfiguration | undefined,
): readonly string[] {
  const asked = filter.keyPrefixes ?? [''];
  if (filter.eligibleForReplication !== true) return outermost(asked);
  const enabled = (configuration?.rules ?? []).filter(({ status }) => status === 'Enabled');
  const ofRules = enabled.map((rule) => prefixOf(rule.filter));
  return outermost(
    asked.flatMap((one) =>
      ofRules.flatMap((other) => {
        if (one.startsWith(other)) return [one];
        return other.startsWith(one) ? [other] : [];
      }),
    ),
  );
}

function outermost(prefixes: readonly string[]): readonly string[] {
  const sorted = [...new Set(prefixes)].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return sorted.filter((prefix) => !sorted.some((other) => other !== prefix && prefix.startsWith(other)));
}
