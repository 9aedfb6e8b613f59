import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { TraceEvent } from './trace.ts';

/** A disk that can lose power. It knows two states: what the running process sees, and what is on stable storage.
 *
 * Rules, as strict as POSIX allows
 * - Bytes are stable after a sync of their file that began after they were written.
 * - A name (new, renamed, removed) is stable after a sync of its directory that began after the change.
 * - A power loss leaves the stable state, and of what was not synced any prefix of each file's writes (`keep`). */
export class Disk {
  readonly #root: string;
  readonly #files = new Map<string, File>();
  /** Stable names, by path: which file each leads to. */
  readonly #stable = new Map<string, File>();
  readonly #directories = new Map<string, { pending: NameChange[]; stable: boolean }>();
  readonly #open = new Map<number, { file: File; offset: number; append: boolean }>();

  constructor(root: string) {
    this.#root = root;
    this.#directories.set(root, { pending: [], stable: true });
  }

  apply(event: TraceEvent): void {
    switch (event.call) {
      case 'open':
        return this.#openFile(event);
      case 'write':
        return this.#write(event);
      case 'sync':
        return this.#sync(event.path, event.startedAt);
      case 'rename':
        return this.#rename(event.from, event.to, event.line);
      case 'link': {
        const linked = this.#files.get(event.from);
        if (linked !== undefined) this.#name(event.to, linked, event.line);
        return;
      }
      case 'unlink':
        return this.#name(event.path, undefined, event.line);
      case 'mkdir':
        if (this.#ours(event.path)) this.#directories.set(event.path, { pending: [], stable: false });
        return;
      case 'truncate':
        this.#files.get(event.path)?.pending.push({ at: event.line, truncateTo: event.size });
        return;
      case 'rmdir':
      case 'send':
        return;
      default:
        event satisfies never;
    }
  }

  /** Writes what a power loss now would leave into `target`. `keep` says how much of a file's unsynced writes had
   * reached the disk all the same: 0 nothing, 1 all of them. */
  materialise(target: string, keep: () => number): void {
    mkdirSync(target, { recursive: true });
    for (const path of this.#directories.keys())
      mkdirSync(join(target, relative(this.#root, path)), { recursive: true });
    for (const [path, file] of this.#stable) {
      const place = join(target, relative(this.#root, path));
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, file.afterPowerLoss(keep()), { mode: 0o600 });
    }
  }

  #ours(path: string): boolean {
    return path === this.#root || path.startsWith(`${this.#root}/`);
  }

  #openFile(event: TraceEvent & { call: 'open' }): void {
    this.#open.delete(event.fd);
    if (!this.#ours(event.path) || this.#directories.has(event.path)) return;
    let file = this.#files.get(event.path);
    if (file === undefined) {
      if (!event.create) return;
      file = new File();
      this.#name(event.path, file, event.line);
    } else if (event.truncate) {
      file.pending.push({ at: event.line, truncateTo: 0 });
    }
    this.#open.set(event.fd, { file, offset: 0, append: event.append });
  }

  #write({ fd, path, data, offset, line }: TraceEvent & { call: 'write' }): void {
    if (!this.#ours(path)) return;
    const handle = this.#open.get(fd);
    if (handle === undefined) throw new Error(`a write to ${path} whose open was not traced`);
    const at = offset ?? (handle.append ? handle.file.size() : handle.offset);
    handle.file.pending.push({ at: line, offset: at, data });
    if (offset === undefined) handle.offset = at + data.length;
  }

  #sync(path: string, startedAt: number): void {
    const directory = this.#directories.get(path);
    if (directory === undefined) {
      this.#files.get(path)?.sync(startedAt);
      return;
    }
    directory.stable = true;
    const kept: NameChange[] = [];
    for (const change of directory.pending) {
      if (change.at >= startedAt) kept.push(change);
      else if (change.file === undefined) this.#stable.delete(change.path);
      else this.#stable.set(change.path, change.file);
    }
    directory.pending = kept;
  }

  #name(path: string, file: File | undefined, at: number): void {
    if (!this.#ours(path)) return;
    if (file === undefined) this.#files.delete(path);
    else this.#files.set(path, file);
    const directory = this.#directories.get(dirname(path));
    if (directory === undefined) throw new Error(`a name in ${dirname(path)}, whose mkdir was not traced`);
    directory.pending.push({ path, file, at });
  }

  #rename(from: string, to: string, at: number): void {
    const file = this.#files.get(from);
    if (file === undefined) return;
    this.#name(from, undefined, at);
    this.#name(to, file, at);
  }
}

interface NameChange {
  readonly path: string;
  readonly file: File | undefined;
  readonly at: number;
}

type Change =
  | { readonly at: number; readonly offset: number; readonly data: Buffer }
  | { readonly at: number; readonly truncateTo: number };

class File {
  pending: Change[] = [];
  #stable: Buffer = Buffer.alloc(0);

  size(): number {
    return applyChanges(this.#stable, this.pending).length;
  }

  sync(startedAt: number): void {
    const covered = this.pending.filter(({ at }) => at < startedAt);
    this.#stable = applyChanges(this.#stable, covered);
    this.pending = this.pending.filter(({ at }) => at >= startedAt);
  }

  afterPowerLoss(keep: number): Buffer {
    return applyChanges(this.#stable, this.pending.slice(0, Math.floor(this.pending.length * keep)));
  }
}

function applyChanges(stable: Buffer, changes: readonly Change[]): Buffer {
  let length = stable.length;
  for (const change of changes) {
    length =
      'truncateTo' in change
        ? Math.max(length, change.truncateTo)
        : Math.max(length, change.offset + change.data.length);
  }
  const content = Buffer.alloc(length);
  stable.copy(content);
  let size = stable.length;
  for (const change of changes) {
    if ('truncateTo' in change) {
      content.fill(0, Math.min(change.truncateTo, size));
      size = change.truncateTo;
    } else {
      change.data.copy(content, change.offset);
      size = Math.max(size, change.offset + change.data.length);
    }
  }
  return content.subarray(0, size);
}
