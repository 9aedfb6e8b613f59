import { Buffer } from 'node:buffer';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { messageOf } from '../../lib/error-message.ts';
import { EngineWriteError, type EngineWriter } from './engine.ts';
import { keyOf, named, nameOf, partOf } from './key-space.ts';
import { ABSENT, CONFIGURATION_TABLE_END, type RowVersion } from './key-value-store.ts';
import type { CommitAnswer, PreparedCheck, PreparedCommit } from './prepared-commit.ts';
import { stampVersion, storedRow } from './stored-row.ts';

/** The only writer of a store: takes all commits that wait as one batch, decides each on its own in order, and
 * makes them durable in one synced write.
 *
 * Invariants
 * - `#versions` and `#totals` say what is in the engine, or nothing: every write passes here.
 * - A commit is decided as if those before it in the batch were already in the engine.
 * - When the write fails, no commit of the batch is answered `committed` or `conflict`. */
export class Committer {
  readonly #engine: EngineWriter;
  readonly #versions = new BoundedMap<RowVersion>(RECENT_KEYS_MAX);
  readonly #totals = new BoundedMap<number>(RECENT_KEYS_MAX);
  #sequence: number;
  /** Of the batch being decided. */
  #loaded = new Map<string, RowVersion>();
  #loadedTotals = new Map<string, number>();
  #staged = new Map<string, RowVersion>();
  #stagedTotals = new Map<string, number>();
  #touchesConfiguration = false;

  constructor(engine: EngineWriter) {
    this.#engine = engine;
    this.#sequence = this.#storedSequence();
  }

  /** Answers in order, and whether configuration was written. */
  commit(batch: readonly PreparedCommit[]): { answers: CommitAnswer[]; configurationChanged: boolean } {
    this.#touchesConfiguration = false;
    this.#staged = new Map();
    this.#stagedTotals = new Map();
    const sequenceBefore = this.#sequence;
    try {
      this.#load(batch);
      const answers = batch.map((commit) => this.#decide(commit));
      if (this.#staged.size > 0 || this.#stagedTotals.size > 0) this.#write();
      return { answers, configurationChanged: this.#touchesConfiguration };
    } catch (error) {
      this.#engine.discard();
      const answer = this.#failure(error);
      if (answer.outcome === 'unavailable') this.#sequence = sequenceBefore;
      return { answers: batch.map(() => answer), configurationChanged: answer.outcome === 'unknown' };
    }
  }

  /** Forgets what it knew of the engine, after the engine was opened anew. */
  reload(): void {
    this.#versions.clear();
    this.#totals.clear();
    this.#sequence = Math.max(this.#sequence, this.#storedSequence());
  }

  #storedSequence(): number {
    return this.#engine.get([SEQUENCE.key])[0]?.version ?? ABSENT;
  }

  /** Reads, in one go, what the checks and counters of the batch need and is not known. */
  #load(batch: readonly PreparedCommit[]): void {
    const rows = new Set<string>();
    const counters = new Set<string>();
    for (const { checks, writes } of batch) {
      for (const check of checks) {
        if (check.kind === 'version' && this.#versions.get(check.name) === undefined) rows.add(check.name);
      }
      for (const write of writes) {
        if (write.kind === 'add' && this.#totals.get(write.name) === undefined) counters.add(write.name);
      }
    }
    // Into the batch's own maps: a batch may need more keys than are remembered.
    const rowNames = [...rows];
    const found = rowNames.length === 0 ? [] : this.#engine.get(rowNames.map(keyOf));
    this.#loaded = new Map(rowNames.map((name, index) => [name, found[index]?.version ?? ABSENT]));
    const counterNames = [...counters];
    const totals = counterNames.length === 0 ? [] : this.#engine.counters(counterNames.map(keyOf));
    this.#loadedTotals = new Map(counterNames.map((name, index) => [name, totals[index] ?? 0]));
  }

  #decide(commit: PreparedCommit): CommitAnswer {
    if (!commit.checks.every((check) => this.#holds(check))) return { outcome: 'conflict' };
    const version = this.#sequence + 1;
    for (const write of commit.writes) {
      const { name } = write;
      if (name.charCodeAt(0) < CONFIGURATION_TABLE_END) this.#touchesConfiguration = true;
      if (write.kind === 'put') {
        stampVersion(write.stored, version);
        this.#engine.put(write, write.stored);
        this.#staged.set(name, version);
        this.#sequence = version;
      } else if (write.kind === 'add') {
        this.#stagedTotals.set(name, this.#totalOf(name) + write.delta);
      } else if (partOf(write.key) === 'counters') {
        this.#stagedTotals.set(name, 0);
      } else {
        this.#engine.delete(write);
        this.#staged.set(name, ABSENT);
      }
    }
    return { outcome: 'committed', version };
  }

  #holds(check: PreparedCheck): boolean {
    if (check.kind === 'version') return this.#versionOf(check.name) === check.version;
    const start = nameOf(check.start);
    const end = nameOf(check.end);
    let removed = false;
    for (const [name, version] of this.#staged) {
      if (name < start || name >= end) continue;
      if (version !== ABSENT) return false;
      removed = true;
    }
    if (!removed) return this.#engine.isEmpty(check);
    return this.#engine.range(check).every((row) => this.#staged.get(nameOf(row.key)) === ABSENT);
  }

  #versionOf(name: string): RowVersion {
    return this.#staged.get(name) ?? this.#loaded.get(name) ?? this.#versions.get(name) ?? ABSENT;
  }

  #totalOf(name: string): number {
    return this.#stagedTotals.get(name) ?? this.#loadedTotals.get(name) ?? this.#totals.get(name) ?? 0;
  }

  #write(): void {
    // `forEach`, here and below: walking a map by its entries made a sixth of this thread's garbage.
    this.#stagedTotals.forEach((total, name) => {
      const at = { key: keyOf(name), name };
      if (total === 0) this.#engine.delete(at);
      else this.#engine.setCounter(at, total);
    });
    const sequenceRow = storedRow(Buffer.alloc(0));
    stampVersion(sequenceRow, this.#sequence);
    this.#engine.put(SEQUENCE, sequenceRow);
    this.#engine.write();
    // What nobody checks needs no remembering: most rows are written once and never looked at by a commit.
    this.#loaded.forEach((version, name) => this.#versions.set(name, version));
    this.#staged.forEach((version, name) => this.#versions.replace(name, version));
    for (const known of [this.#loadedTotals, this.#stagedTotals]) {
      known.forEach((total, name) => this.#totals.set(name, total));
    }
  }

  #failure(error: unknown): CommitAnswer {
    if (error instanceof EngineWriteError && error.written === 'unknown') {
      this.#versions.clear();
      this.#totals.clear();
      return { outcome: 'unknown', cause: error };
    }
    return { outcome: 'unavailable', reason: messageOf(error) };
  }
}

/** Holds the newest version ever given, so that none is given twice. Table 0 is the committer's and its engine's own. */
const SEQUENCE = named(Buffer.of(0));

/** Enough for the rows that many commits check (bucket records, incarnations, leases, counters) and for keys
 * written again soon; about 3 MiB. */
const RECENT_KEYS_MAX = 16_384;
