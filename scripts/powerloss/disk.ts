import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { DiskFile } from './disk-file.ts';
import type { TraceEvent } from './trace.ts';

/** A disk that can lose power. It knows two states: what the running process sees, and what is on stable storage.
 *
 * Rules, as strict as POSIX allows
 * - Bytes are stable after a sync of their file that began after they were written.
 * - A name (new, renamed, removed, of a file or a directory) is stable after a sync of its directory that began after
 *   the change. What lies in a directory whose own name was lost is lost with it.
 * - A power loss leaves the stable state and, where `Loss` says so, some of what was not synced. */
export class Disk {
  readonly #root: string;
  readonly #top = new Directory();
  readonly #open = new Map<number, Handle>();

  constructor(root: string) {
    this.#root = root;
  }

  apply(event: TraceEvent): void {
    switch (event.call) {
      case 'open':
        return this.#openFile(event);
      case 'write':
        return this.#write(event);
      case 'sync':
        return this.#open.get(event.fd)?.node.sync(event.startedAt);
      case 'truncate': {
        const node = this.#open.get(event.fd)?.node;
        if (node instanceof DiskFile) node.truncate(event.size, event.line);
        return;
      }
      case 'rename':
        return this.#rename(event.from, event.to, event.line);
      case 'link': {
        const linked = this.#find(event.from);
        if (linked !== undefined) this.#name(event.to, linked, event.line);
        return;
      }
      case 'unlink':
      case 'rmdir':
        return this.#name(event.path, undefined, event.line);
      case 'mkdir':
        return this.#name(event.path, new Directory(), event.line);
      case 'send':
        return;
      default:
        event satisfies never;
    }
  }

  /** Writes what a power loss now would leave into `target`. */
  materialise(target: string, loss: Loss): void {
    writeDirectory(this.#top, target, loss);
  }

  #find(path: string): Node | undefined {
    if (path === this.#root) return this.#top;
    if (!path.startsWith(`${this.#root}/`)) return undefined;
    let node: Node | undefined = this.#top;
    for (const name of relative(this.#root, path).split('/')) {
      node = node instanceof Directory ? node.live.get(name) : undefined;
    }
    return node;
  }

  #openFile(event: TraceEvent & { call: 'open' }): void {
    this.#open.delete(event.fd);
    let node = this.#find(event.path);
    if (node === undefined) {
      if (!event.create || !event.path.startsWith(`${this.#root}/`)) return;
      node = new DiskFile();
      this.#name(event.path, node, event.line);
    } else if (event.truncate && node instanceof DiskFile) {
      node.truncate(0, event.line);
    }
    this.#open.set(event.fd, { node, offset: 0, append: event.append });
  }

  #write({ fd, path, data, offset, line }: TraceEvent & { call: 'write' }): void {
    if (!path.startsWith(`${this.#root}/`)) return;
    const handle = this.#open.get(fd);
    if (!(handle?.node instanceof DiskFile)) throw new Error(`a write to ${path} whose open was not traced`);
    const at = offset ?? (handle.append ? handle.node.size : handle.offset);
    handle.node.write(at, data, line);
    if (offset === undefined) handle.offset = at + data.length;
  }

  #rename(from: string, to: string, at: number): void {
    const node = this.#find(from);
    if (node === undefined) return;
    if (dirname(from) !== dirname(to)) {
      this.#name(from, undefined, at);
      this.#name(to, node, at);
      return;
    }
    // Within one directory a rename happens as a whole or not at all.
    this.#directory(from)?.change(
      [
        [basename(from), undefined],
        [basename(to), node],
      ],
      at,
    );
  }

  #name(path: string, node: Node | undefined, at: number): void {
    if (path.startsWith(`${this.#root}/`)) this.#directory(path)?.change([[basename(path), node]], at);
  }

  #directory(path: string): Directory | undefined {
    const directory = this.#find(dirname(path));
    if (directory !== undefined && !(directory instanceof Directory))
      throw new Error(`${dirname(path)} is no directory`);
    return directory;
  }
}

/** How much of what was not synced reached the disk all the same, of each file's writes and each directory's changes:
 * 0 nothing, 1 all of it; asked anew each time. */
export type Loss = () => number;

type Node = DiskFile | Directory;

interface Handle {
  readonly node: Node;
  offset: number;
  readonly append: boolean;
}

type Names = readonly (readonly [name: string, node: Node | undefined])[];

class Directory {
  readonly live = new Map<string, Node>();
  #stable = new Map<string, Node>();
  #pending: { readonly names: Names; readonly at: number }[] = [];

  change(names: Names, at: number): void {
    setNames(this.live, names);
    this.#pending.push({ names, at });
  }

  sync(startedAt: number): void {
    for (const { names, at } of this.#pending) if (at < startedAt) setNames(this.#stable, names);
    this.#pending = this.#pending.filter(({ at }) => at >= startedAt);
  }

  afterPowerLoss(kept: number): ReadonlyMap<string, Node> {
    const names = new Map(this.#stable);
    for (const change of this.#pending.slice(0, Math.floor(this.#pending.length * kept)))
      setNames(names, change.names);
    return names;
  }
}

function setNames(map: Map<string, Node>, names: Names): void {
  for (const [name, node] of names) {
    if (node === undefined) map.delete(name);
    else map.set(name, node);
  }
}

const SPARSE_BYTES_MIN = 1024 * 1024;

function writeDirectory(directory: Directory, target: string, loss: Loss): void {
  mkdirSync(target, { recursive: true, mode: 0o700 });
  for (const [name, node] of directory.afterPowerLoss(loss())) {
    const place = join(target, name);
    if (node instanceof Directory) {
      writeDirectory(node, place, loss);
      continue;
    }
    const content = node.afterPowerLoss(loss());
    // The ballast: nothing but zeros, which take no space this way.
    const empty = content.length >= SPARSE_BYTES_MIN && content.equals(Buffer.alloc(content.length));
    writeFileSync(place, empty ? '' : content, { mode: 0o600 });
    if (empty) truncateSync(place, content.length);
  }
}
