import type { BucketRow } from '../store/tables/bucket-row.ts';
import type { DeliveryRow, IntentKind, IntentRule } from '../store/tables/rows.ts';

/** What happened to a version, as far as a replication rule can tell. */
export type Change =
  | {
      readonly kind: 'object';
      readonly key: string;
      readonly tags: readonly (readonly [string, string])[];
      readonly storageClass: string;
      readonly replica: boolean;
    }
  | { readonly kind: 'delete-marker'; readonly key: string; readonly replica: boolean }
  | {
      readonly kind: 'facets';
      readonly key: string;
      readonly tags: readonly (readonly [string, string])[];
      readonly replica: boolean;
      /** Destination bucket name to where this version stands there. */
      readonly deliveries: ReadonlyMap<string, DeliveryRow>;
    };

export interface PlannedDelivery {
  readonly kind: IntentKind;
  readonly rule: IntentRule;
}

/** The one inversion of the arrows: `objects` must write intents in its own commits, yet replication sits above it.
 * So it calls this, and compose hands it `replication/plan`. Pure: no clock, no store. */
export interface Planner {
  plan(bucket: BucketRow, change: Change): readonly PlannedDelivery[];
  /** Whether some rule, Enabled or not, has this destination. */
  names(bucket: BucketRow, destination: string): boolean;
}
