/** Numbers about this process, kept as plain data so that threads can send them to each other. No names of buckets,
 * keys or people as labels: each combination of labels is kept for good. */
export interface MetricsSnapshot {
  readonly metrics: readonly MetricSnapshot[];
}

export interface MetricSnapshot {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Upper bounds, ascending, without +Inf. Histograms only. */
  readonly bounds?: readonly number[];
  readonly series: readonly SeriesSnapshot[];
}

export interface SeriesSnapshot {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram: the sum of all observations. */
  readonly value: number;
  /** Observations up to each bound, not cumulated; the last is for those above all. Histograms only. */
  readonly buckets?: readonly number[];
}

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  value: number;
  readonly buckets: number[] | undefined;
}

/** Beyond this many combinations a metric was given labels that it should not have. */
const SERIES_MAX = 1000;

class Metric {
  readonly #series = new Map<string, Series>();
  readonly #bounds: readonly number[] | undefined;

  constructor(bounds?: readonly number[]) {
    this.#bounds = bounds;
  }

  of(labels: Labels): Series {
    const identity = identityOf(labels);
    const known = this.#series.get(identity);
    if (known !== undefined) return known;
    if (this.#series.size >= SERIES_MAX) throw new RangeError('a metric has too many combinations of labels');
    const buckets =
      this.#bounds === undefined ? undefined : Array.from({ length: this.#bounds.length + 1 }, () => 0);
    const series: Series = { labels, value: 0, buckets };
    this.#series.set(identity, series);
    return series;
  }

  snapshot(): SeriesSnapshot[] {
    return [...this.#series.values()].map(({ labels, value, buckets }) => ({
      labels,
      value,
      ...(buckets === undefined ? {} : { buckets: [...buckets] }),
    }));
  }
}

export interface Counter {
  add(labels: Labels, delta?: number): void;
  /** One combination of labels, to be kept by whoever counts it often. */
  of(labels: Labels): { add(delta?: number): void };
}

export interface Gauge {
  set(labels: Labels, value: number): void;
}

export interface Histogram {
  observe(labels: Labels, value: number): void;
  of(labels: Labels): { observe(value: number): void };
}

export class MetricsRegistry {
  readonly #metrics = new Map<string, Omit<MetricSnapshot, 'series'> & { readonly metric: Metric }>();

  counter(name: string, help: string): Counter {
    const metric = this.#register(name, help, 'counter');
    const of = (labels: Labels) => {
      const series = metric.of(labels);
      return {
        add: (delta = 1) => {
          series.value += delta;
        },
      };
    };
    return { of, add: (labels, delta = 1) => of(labels).add(delta) };
  }

  gauge(name: string, help: string): Gauge {
    const metric = this.#register(name, help, 'gauge');
    return {
      set: (labels, value) => {
        metric.of(labels).value = value;
      },
    };
  }

  /** @param bounds ascending upper bounds; the last bucket, +Inf, is added. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const metric = this.#register(name, help, 'histogram', bounds);
    const of = (labels: Labels) => {
      const series = metric.of(labels);
      return {
        observe: (value: number) => {
          series.value += value;
          const index = bounds.findIndex((bound) => value <= bound);
          const place = index === -1 ? bounds.length : index;
          if (series.buckets !== undefined) series.buckets[place] = (series.buckets[place] ?? 0) + 1;
        },
      };
    };
    return { of, observe: (labels, value) => of(labels).observe(value) };
  }

  snapshot(): MetricsSnapshot {
    return {
      metrics: [...this.#metrics.values()].map(({ metric, ...rest }) => ({
        ...rest,
        series: metric.snapshot(),
      })),
    };
  }

  #register(name: string, help: string, kind: MetricSnapshot['kind'], bounds?: readonly number[]): Metric {
    if (this.#metrics.has(name)) throw new RangeError(`the metric ${name} exists already`);
    const metric = new Metric(bounds);
    this.#metrics.set(name, { name, help, kind, ...(bounds === undefined ? {} : { bounds }), metric });
    return metric;
  }
}

export function identityOf(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  return entries
    .map(([name, value]) => `${name}\0${value}`)
    .toSorted()
    .join('\0');
}
