import { MetricsRegistry } from '../metrics/registry.ts';
import type { RequestRecord } from '../wire/listener.ts';

// From a cached answer to a large upload, in seconds.
const SECONDS_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** What one HTTP thread counts. */
export function requestMetrics(): { readonly registry: MetricsRegistry; note(record: RequestRecord): void } {
  const registry = new MetricsRegistry();
  const requests = registry.counter('holdfast_requests_total', 'Requests answered.');
  const seconds = registry.histogram(
    'holdfast_request_seconds',
    'Time from the head of a request to the end of its answer.',
    SECONDS_BOUNDS,
  );
  const received = registry.counter('holdfast_received_bytes_total', 'Bytes of request bodies.');
  const sent = registry.counter('holdfast_sent_bytes_total', 'Bytes of response bodies.');
  const seriesOf = remembered((service: string, action: string, statusClass: string) => ({
    requests: requests.of({ service, action, status: statusClass }),
    seconds: seconds.of({ service }),
    received: received.of({ service }),
    sent: sent.of({ service }),
  }));
  return {
    registry,
    note({ service, action, status, ms, bytesIn, bytesOut }) {
      const series = seriesOf(service, action ?? '', `${Math.floor(status / 100)}xx`);
      series.requests.add();
      series.seconds.observe(ms / 1000);
      series.received.add(bytesIn);
      series.sent.add(bytesOut);
    },
  };
}

/** Labels are compared once for each combination, not once for each request. */
function remembered<Value>(
  make: (service: string, action: string, statusClass: string) => Value,
): (service: string, action: string, statusClass: string) => Value {
  const known = new Map<string, Value>();
  return (service, action, statusClass) => {
    const name = `${service} ${action} ${statusClass}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = make(service, action, statusClass);
    known.set(name, made);
    return made;
  };
}
