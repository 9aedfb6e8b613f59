import type { S3Client } from '@aws-sdk/client-s3';
import { decodeManifestKey } from '../../batch/manifest/manifest-key.ts';
import type { ReportRow } from '../../batch/report/read-rows.ts';
import type { AwsClients } from '../aws-clients.ts';
import { HeadRequests } from './head-requests.ts';
import { type DestinationBucket, destinationsOf, differenceOf, isCovered, lookUp } from './version-lookup.ts';

/** Rows looked at together. */
const ROWS_UNDER_WAY_MAX = 32;
const DIFFERENCES_MAX = 20;

/** Of the rows that succeeded. */
export interface ReplicaCount {
  /** Those that a rule brings to this bucket. */
  due: number;
  /** Those that are there as at the source. */
  equal: number;
}

export interface JudgedRows {
  /** Succeeded rows whose version is at the source. */
  readonly foundAtSource: number;
  /** By destination; undefined where these keys may not read it. */
  readonly replicas: ReadonlyMap<string, ReplicaCount | undefined>;
  /** Failed rows by their code. */
  readonly failures: ReadonlyMap<string, number>;
  /** Failed rows whose replicas have arrived since. */
  readonly arrivedSince: number;
  /** How many rows are not as the buckets say; a sentence each for the first few. */
  readonly differing: number;
  readonly differences: readonly string[];
}

/** Looks each row of a report up in the source and, where the task replicated, in every destination that a rule names
 * for it. */
export class RowJudge {
  readonly #aws: AwsClients;
  readonly #source: { readonly s3: S3Client; readonly region: string };
  readonly #heads: HeadRequests;
  readonly #replicates: boolean;
  readonly #destinations = new Map<string, Promise<DestinationBucket[]>>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #replicas = new Map<string, ReplicaCount | undefined>();
  readonly #failures = new Map<string, number>();
  readonly #differences: string[] = [];
  #differing = 0;
  #foundAtSource = 0;
  #arrivedSince = 0;

  #fault: { readonly error: unknown } | undefined;

  /** @param source of the job's region
   * @param replicates whether the job's operation is S3ReplicateObject */
  constructor(
    aws: AwsClients,
    source: { readonly s3: S3Client; readonly region: string },
    replicates: boolean,
  ) {
    this.#aws = aws;
    this.#source = source;
    this.#replicates = replicates;
    this.#heads = new HeadRequests(aws.config);
  }

  /** Returns as soon as there is room for another.
   * @throws RequestError where a bucket cannot be asked, now or at an earlier row */
  async judge(row: ReportRow): Promise<void> {
    while (this.#underWay.size >= ROWS_UNDER_WAY_MAX) await Promise.race(this.#underWay);
    this.#checkFault();
    const looking = this.#look(row)
      .catch((error: unknown) => {
        this.#fault ??= { error };
      })
      .finally(() => this.#underWay.delete(looking));
    this.#underWay.add(looking);
  }

  #checkFault(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  async finish(): Promise<JudgedRows> {
    await Promise.all(this.#underWay);
    this.#heads.close();
    this.#checkFault();
    return {
      foundAtSource: this.#foundAtSource,
      replicas: this.#replicas,
      failures: this.#failures,
      arrivedSince: this.#arrivedSince,
      differing: this.#differing,
      differences: this.#differences,
    };
  }

  async #look(row: ReportRow): Promise<void> {
    const key = decodeManifestKey(row.key);
    const place = { bucket: row.bucket, region: this.#source.region };
    const seen = await lookUp(this.#heads, place, key, row.versionId);
    if (row.outcome === 'failed') {
      this.#failures.set(row.code, (this.#failures.get(row.code) ?? 0) + 1);
      const { due, problems } = await this.#compare(row.bucket, key, seen);
      if (due.length > 0 && problems.length === 0) this.#arrivedSince += 1;
      return;
    }
    if (seen === undefined) return this.#differs(row, `is no longer in ${row.bucket}`);
    this.#foundAtSource += 1;
    const { due, problems } = await this.#compare(row.bucket, key, seen);
    for (const { bucket, isEqual } of due) {
      const count = this.#replicas.get(bucket);
      if (count === undefined) continue;
      count.due += 1;
      if (isEqual) count.equal += 1;
    }
    if (problems.length > 0) this.#differs(row, problems.join(', and '));
  }

  /** The version in every destination that is meant to have it. */
  async #compare(bucket: string, key: string, seen: Awaited<ReturnType<typeof lookUp>>) {
    const due: { readonly bucket: string; readonly isEqual: boolean }[] = [];
    const problems: string[] = [];
    const destinations = this.#replicates && seen !== undefined ? await this.#destinationsOf(bucket) : [];
    for (const destination of destinations) {
      const { bucket: name, region } = destination;
      if (seen === undefined || region === undefined) continue;
      if (!(await isCovered(this.#source.s3, { bucket, key, seen }, destination.rules))) continue;
      const replica = await lookUp(this.#heads, { bucket: name, region }, key, seen.versionId);
      const problem = differenceOf(seen, replica);
      due.push({ bucket: name, isEqual: problem === undefined });
      if (problem !== undefined) problems.push(`${problem} ${name}`);
    }
    return { due, problems };
  }

  #destinationsOf(bucket: string): Promise<DestinationBucket[]> {
    const known = this.#destinations.get(bucket);
    if (known !== undefined) return known;
    const found = destinationsOf(this.#aws, bucket).then((destinations) => {
      for (const { bucket: name, region } of destinations) {
        this.#replicas.set(name, region === undefined ? undefined : { due: 0, equal: 0 });
      }
      return destinations;
    });
    this.#destinations.set(bucket, found);
    return found;
  }

  #differs(row: ReportRow, what: string): void {
    this.#differing += 1;
    if (this.#differences.length < DIFFERENCES_MAX) {
      const version = row.versionId === '' ? '' : ` (version ${row.versionId})`;
      this.#differences.push(`${row.key}${version} ${what}`);
    }
  }
}
