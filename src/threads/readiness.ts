import type { Site } from '../buckets/region.ts';

/** Whether this site can take writes now, asked of every store in the background so that a health check costs nothing
 * and cannot be used to load the disks. */
export interface Readiness {
  unreadyBecause(): string | undefined;
  stop(): void;
}

// A load balancer asks every few seconds; half a second keeps the answer fresh enough for it.
const INTERVAL_MS = 500;

export function watchReadiness(site: Site): Readiness {
  let reason: string | undefined = 'the stores were not asked yet';
  let cancel: (() => void) | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const stores = [{ name: 'the site', store: site.global }, ...site.regions.values()];
    const answers = await Promise.all(
      stores.map(async ({ name, store }) => {
        const state = await store
          .writable()
          .catch((cause: unknown) => ({ ok: false as const, reason: String(cause) }));
        return state.ok ? undefined : `${name}: ${state.reason}`;
      }),
    );
    reason = answers.find((answer) => answer !== undefined);
    if (!stopped) cancel = site.clock.after(INTERVAL_MS, () => void look());
  };
  void look();
  return {
    unreadyBecause: () => reason,
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
