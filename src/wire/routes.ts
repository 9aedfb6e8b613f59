import type { Operation } from './service-model.ts';

/** Route tables, compiled at start-up from every operation of a service, handled or not: what is not handled must
 * answer NotImplemented and never fall through to a neighbour. No regular expression and no scan at request time. */

/** Told apart from ListBuckets by x-id alone, which clients other than SDKs do not send; directory buckets do not
 * exist here. The one exclusion. */
export const EXCLUDED_OPERATIONS: ReadonlySet<string> = new Set(['ListDirectoryBuckets']);

export interface RouteRequest {
  readonly method: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly headers: Readonly<Record<string, string>>;
}

export type Match =
  | {
      readonly kind: 'found';
      readonly operation: Operation;
      readonly labels: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'no-such-method' }
  | { readonly kind: 'no-such-path' };

interface Candidate {
  readonly operation: Operation;
  /** Required query keys and headers: they break ties and nothing else, or a request that forgets one would be
   * routed to a neighbour instead of refused. */
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

/** One method on one path shape. */
interface Table {
  readonly plain: Candidate[];
  /** By one of the fixed keys. */
  readonly byKey: Map<string, Candidate[]>;
}

interface Node {
  readonly literals: Map<string, Node>;
  label?: { readonly name: string; readonly node: Node };
  readonly greedy: { readonly name: string; readonly suffix: readonly string[]; readonly node: Node }[];
  readonly methods: Map<string, Table>;
}

const newNode = (): Node => ({ literals: new Map(), greedy: [], methods: new Map() });
const newTable = (): Table => ({ plain: [], byKey: new Map() });

function templateOf(operation: Operation): string[] {
  const segments = operation.pathTemplate.split('/').filter((segment) => segment !== '');
  const inPath = segments.some((segment) => segment.startsWith('{Bucket'));
  return operation.onBucket && !inPath ? ['{Bucket}', ...segments] : segments;
}

export class Routes {
  readonly #root = newNode();

  /** Throws when two operations cannot be told apart. */
  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      if (!EXCLUDED_OPERATIONS.has(operation.name)) this.#add(operation);
    }
    for (const tie of findTies(operations)) {
      const told = new Set(tie.map((operation) => discriminators(operation).join()));
      if (told.size < tie.length) {
        throw new Error(`operations share a route: ${tie.map((operation) => operation.name).join(', ')}`);
      }
    }
  }

  /** S3's paths have three shapes: nothing, a bucket, a key in a bucket. Labels as given. */
  matchObjectPath(request: RouteRequest, bucket: string | undefined, key: string | undefined): Match {
    if (bucket === undefined) return this.#finish(this.#root, request, {});
    const literal = key === undefined ? this.#root.literals.get(bucket) : undefined;
    if (literal !== undefined) return this.#finish(literal, request, {});
    const bucketNode = this.#root.label?.node;
    if (key === undefined) return this.#finish(bucketNode, request, { Bucket: bucket });
    return this.#finish(bucketNode?.greedy[0]?.node, request, { Bucket: bucket, Key: key });
  }

  /** `segments` are still percent-encoded, and so are the labels. */
  matchSegments(request: RouteRequest, segments: readonly string[]): Match {
    const labels: Record<string, string> = {};
    let node = this.#root;
    for (const [index, segment] of segments.entries()) {
      const literal = node.literals.get(segment);
      if (literal !== undefined) {
        node = literal;
      } else if (node.label !== undefined) {
        labels[node.label.name] = segment;
        node = node.label.node;
      } else {
        return this.#matchGreedy(node, request, segments.slice(index), labels);
      }
    }
    return this.#finish(node, request, labels);
  }

  #matchGreedy(
    node: Node,
    request: RouteRequest,
    rest: readonly string[],
    labels: Record<string, string>,
  ): Match {
    // Longest suffix first (sorted when added): /{Name+}/policy before /{Name+}.
    for (const { name, suffix, node: target } of node.greedy) {
      const length = rest.length - suffix.length;
      if (length < 1 || !suffix.every((segment, index) => rest[length + index] === segment)) continue;
      return this.#finish(target, request, { ...labels, [name]: rest.slice(0, length).join('/') });
    }
    return { kind: 'no-such-path' };
  }

  #finish(node: Node | undefined, request: RouteRequest, labels: Readonly<Record<string, string>>): Match {
    if (node === undefined || node.methods.size === 0) return { kind: 'no-such-path' };
    const table = node.methods.get(request.method);
    const operation = table === undefined ? undefined : choose(table, request);
    return operation === undefined ? { kind: 'no-such-method' } : { kind: 'found', operation, labels };
  }

  #add(operation: Operation): void {
    let node = this.#root;
    const segments = templateOf(operation);
    for (const [index, segment] of segments.entries()) {
      if (segment.endsWith('+}')) {
        node = greedyChild(node, segment.slice(1, -2), segments.slice(index + 1));
        break;
      }
      node = segment.startsWith('{') ? labelChild(node, segment.slice(1, -1)) : literalChild(node, segment);
    }
    const table = node.methods.get(operation.method) ?? newTable();
    node.methods.set(operation.method, table);
    const candidate = candidateOf(operation);
    if (operation.fixedQuery.size === 0) table.plain.push(candidate);
    for (const key of operation.fixedQuery.keys()) {
      table.byKey.set(key, [...(table.byKey.get(key) ?? []), candidate]);
    }
  }
}

function literalChild(node: Node, segment: string): Node {
  const child = node.literals.get(segment) ?? newNode();
  node.literals.set(segment, child);
  return child;
}

function labelChild(node: Node, name: string): Node {
  node.label ??= { name, node: newNode() };
  return node.label.node;
}

function greedyChild(node: Node, name: string, suffix: readonly string[]): Node {
  const known = node.greedy.find((entry) => entry.suffix.join('/') === suffix.join('/'));
  if (known !== undefined) return known.node;
  const child = newNode();
  node.greedy.push({ name, suffix, node: child });
  node.greedy.sort((a, b) => b.suffix.length - a.suffix.length);
  return child;
}

function candidateOf(operation: Operation): Candidate {
  const required = operation.input.members.filter((member) => member.required);
  return {
    operation,
    requiredQuery: required.filter((member) => member.location === 'query').map((member) => member.wireName),
    requiredHeaders: required
      .filter((member) => member.location === 'header')
      .map((member) => member.wireName),
  };
}

/** Most fixed keys first; required members only between equals. */
function choose(table: Table, request: RouteRequest): Operation | undefined {
  let best: Candidate[] = [];
  let bestSize = 0;
  if (table.byKey.size > 0) {
    for (const key of request.query.keys()) {
      for (const candidate of table.byKey.get(key) ?? []) {
        const size = candidate.operation.fixedQuery.size;
        if (size < bestSize || best.includes(candidate) || !hasFixedQuery(candidate, request)) continue;
        if (size > bestSize) best = [];
        bestSize = size;
        best.push(candidate);
      }
    }
  }
  // It tells the two bare lists apart, and says nothing where a subresource is named.
  if (best.length > 1) best = best.filter(({ operation }) => !operation.fixedQuery.has('list-type'));
  return breakTie(best.length > 0 ? best : table.plain, request);
}

function hasFixedQuery(candidate: Candidate, request: RouteRequest): boolean {
  for (const [key, value] of candidate.operation.fixedQuery) {
    const given = request.query.get(key)?.[0];
    if (given === undefined || (value !== '' && given !== value)) return false;
  }
  return true;
}

function breakTie(candidates: readonly Candidate[], request: RouteRequest): Operation | undefined {
  if (candidates.length < 2) return candidates[0]?.operation;
  let best: Operation | undefined;
  let bestPresent = -1;
  let bestMissing = 0;
  for (const { operation, requiredQuery, requiredHeaders } of candidates) {
    let present = 0;
    for (const key of requiredQuery) if (request.query.has(key)) present++;
    for (const name of requiredHeaders) if (request.headers[name] !== undefined) present++;
    const missing = requiredQuery.length + requiredHeaders.length - present;
    if (present > bestPresent || (present === bestPresent && missing < bestMissing)) {
      best = operation;
      bestPresent = present;
      bestMissing = missing;
    }
  }
  return best;
}

function discriminators(operation: Operation): string[] {
  const { requiredQuery, requiredHeaders } = candidateOf(operation);
  return [...requiredQuery, ...requiredHeaders].toSorted();
}

/** Operations that share method, path shape and fixed keys. A test lists them, so that an upgrade of the SDK shows
 * its effect as a difference. */
export function findTies(operations: readonly Operation[]): Operation[][] {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (EXCLUDED_OPERATIONS.has(operation.name)) continue;
    const path = templateOf(operation)
      .join('/')
      .replaceAll(/\{[^}+]*(\+?)\}/g, '{$1}');
    const keys = [...operation.fixedQuery].map(([key, value]) => `${key}=${value}`).toSorted();
    const route = `${operation.method} /${path}?${keys.join('&')}`;
    groups.set(route, [...(groups.get(route) ?? []), operation]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
