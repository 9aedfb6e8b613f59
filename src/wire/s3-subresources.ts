import {
  conflictingParameters,
  invalidRequest,
  methodNotAllowed,
  noLoggingStatusForKey,
  notImplemented,
  partWithoutUpload,
  preconditionFailed,
  userKeyMustBeSpecified,
} from '../errors/s3.ts';
import type { WireRequest } from './request.ts';
import type { Operation } from './service-model.ts';

/** Subresources: query keys that choose an operation other than that of the bare bucket or object. A request that names
 * one never falls through to the bare operation, which could delete or overwrite what it only asked about. Which names
 * there are on which path, their types and AWS's refusals are measured on AWS (brekkylab/backlot, September 2026); their
 * methods are those of the model's operations, so that a method which is let through always finds one. */

/** As AWS names it in ResourceType. */
const ON_BUCKET: Readonly<Record<string, string>> = {
  abac: 'BUCKET_ABAC',
  accelerate: 'ACCELERATE',
  acl: 'ACL',
  analytics: 'ANALYTICS',
  cors: 'CORS',
  delete: 'MULTI_OBJECT_DELETE',
  encryption: 'ENCRYPTION',
  'intelligent-tiering': 'INTELLIGENT_TIERING',
  inventory: 'INVENTORY',
  lifecycle: 'LIFECYCLE',
  location: 'LOCATION',
  logging: 'LOGGING_STATUS',
  metadataAnnotationTable: 'BUCKET_METADATA_ANNOTATION_TABLE_CONFIGURATION',
  metadataConfiguration: 'BUCKET_METADATA_CONFIGURATION',
  metadataInventoryTable: 'BUCKET_METADATA_INVENTORY_TABLE_CONFIGURATION',
  metadataJournalTable: 'BUCKET_METADATA_JOURNAL_TABLE_CONFIGURATION',
  metadataTable: 'BUCKET_METADATA_TABLE_CONFIGURATION',
  metrics: 'METRICS',
  notification: 'NOTIFICATION',
  'object-lock': 'OBJECT_LOCK_CONFIGURATION',
  ownershipControls: 'OWNERSHIP_CONTROLS',
  policy: 'BUCKETPOLICY',
  policyStatus: 'POLICY_STATUS',
  publicAccessBlock: 'PUBLIC_ACCESS_BLOCK',
  replication: 'REPLICATION',
  requestPayment: 'REQUEST_PAYMENT',
  tagging: 'TAGGING',
  uploads: 'UPLOADS',
  versioning: 'VERSIONING',
  versions: 'BUCKETVERSIONS',
  website: 'WEBSITE',
};

const ON_KEY: Readonly<Record<string, string>> = {
  acl: 'ACL',
  annotation: 'OBJECT_ANNOTATIONS',
  attributes: 'OBJECT_ATTRIBUTES',
  encryption: 'OBJECT_ENCRYPTION',
  'legal-hold': 'OBJECT_LOCK_LEGALHOLD',
  restore: 'RESTORE',
  retention: 'OBJECT_LOCK_RETENTION',
  select: 'SELECT',
  tagging: 'OBJECT_TAGGING',
  torrent: 'TORRENT',
  uploadId: 'UPLOAD',
  uploads: 'UPLOADS',
};

/** The bucket's own, whatever the key behind it. All others of a bucket are ignored there. */
const OF_BUCKET_ON_KEY: ReadonlySet<string> = new Set([
  'accelerate',
  'cors',
  'delete',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'policy',
  'replication',
  'requestPayment',
  'versioning',
  'versions',
  'website',
]);

/** An object's that a bucket's path knows, too, and refuses for want of a key. */
const OF_KEY_ON_BUCKET: ReadonlySet<string> = new Set(['restore', 'torrent', 'uploadId']);

/** In AWS's order. */
const ALLOW_ORDER = ['DELETE', 'POST', 'GET', 'PUT'];

interface Subresource {
  readonly name: string;
  readonly type: string;
  /** Whose operations answer. */
  readonly of: Path;
  readonly methods: ReadonlySet<string>;
}

/** What a request's path names. */
type Path = 'bucket' | 'key';

/** `uploadId` beside `partNumber`: a subresource of its own, which no key of a query names. */
const PART: Subresource = {
  name: 'uploadId&partNumber',
  type: 'PART',
  of: 'key',
  methods: new Set(['PUT']),
};

type RoutedRequest = Pick<WireRequest, 'method' | 'query' | 'headers'>;

export class Subresources {
  readonly #known: Readonly<Record<Path, ReadonlyMap<string, Subresource>>>;

  constructor(operations: readonly Operation[]) {
    const ofBucket = Object.entries(ON_BUCKET).map(([name, type]) =>
      compile(operations, name, type, 'bucket'),
    );
    const ofKey = Object.entries(ON_KEY).map(([name, type]) => compile(operations, name, type, 'key'));
    this.#known = {
      bucket: byName([...ofKey.filter(({ name }) => OF_KEY_ON_BUCKET.has(name)), ...ofBucket]),
      key: byName([...ofBucket.filter(({ name }) => OF_BUCKET_ON_KEY.has(name)), ...ofKey]),
    };
  }

  /** Whose operation a request means. Throws what AWS answers when the subresource has none for the method. */
  ownerOf(request: RoutedRequest, path: Path): Path {
    const { method, query } = request;
    const subresource = query.size === 0 ? undefined : this.#find(query, path);
    if (subresource === undefined) {
      // The model's bare POST is CompleteMultipartUpload, which here is told by its uploadId.
      if (path === 'key' && method === 'POST') throw refusedMethod(request, path);
      if (path === 'key' && method === 'PUT' && query.has('partNumber')) {
        throw partWithoutUpload(query.get('partNumber')?.[0] ?? '');
      }
      return path;
    }
    const { name, type, methods, of } = subresource;
    if (!methods.has(method)) throw methodNotAllowed(method, type, allowed(methods));
    refuseOnPath(path, name, method);
    return of;
  }

  #find(query: WireRequest['query'], path: Path): Subresource | undefined {
    const known = this.#known[path];
    const names: string[] = [];
    for (const name of query.keys()) if (known.has(name)) names.push(name);
    if (query.has('partNumber')) {
      if (names.join() === 'uploadId') return PART;
      if (names.length > 0) names.push('partNumber');
      else if (path === 'bucket') throw invalidRequest('Object must have a valid key name.');
    }
    if (names.length > 1) throw conflictingParameters(names.toSorted());
    return known.get(names[0] ?? '');
  }
}

/** Of a method that the bare service, bucket or object does not have. */
export function refusedMethod({ method, headers }: RoutedRequest, path: 'service' | Path): Error {
  if (method === 'POST' && headers['content-type']?.startsWith('multipart/form-data')) {
    // A browser's upload form: S3 has it, the model does not.
    return notImplemented('Content-Type', 'POST policy forms are not supported');
  }
  switch (path) {
    case 'service':
      return methodNotAllowed(method, 'SERVICE', 'GET');
    case 'bucket':
      if (method === 'POST') {
        return preconditionFailed('Bucket POST must be of the enclosure-type multipart/form-data');
      }
      return methodNotAllowed(method, 'BUCKET', 'HEAD, DELETE, POST, GET, PUT');
    case 'key':
      return methodNotAllowed(method, 'OBJECT', 'HEAD, DELETE, GET, PUT');
  }
}

function compile(operations: readonly Operation[], name: string, type: string, of: Path): Subresource {
  const methods = new Set<string>();
  for (const operation of operations) {
    const onKey = operation.pathTemplate.includes('{Key+}');
    // A list at the bucket and a creation at the key are one subresource.
    if (name !== 'uploads' && onKey !== (of === 'key')) continue;
    if (operation.fixedQuery.has(name)) methods.add(operation.method);
    const required = operation.requiredMembers.map(({ wireName }) => wireName);
    // Of uploads the model knows the id as a parameter, not as what chooses the operation.
    if (name === 'uploadId' && required.includes(name) && !required.includes('partNumber')) {
      methods.add(operation.method);
    }
  }
  return { name, type, of, methods };
}

const byName = (subresources: readonly Subresource[]) =>
  new Map(subresources.map((subresource) => [subresource.name, subresource]));

const allowed = (methods: ReadonlySet<string>) => ALLOW_ORDER.filter((name) => methods.has(name)).join(', ');

/** A method that the subresource has, but not here. */
function refuseOnPath(path: Path, name: string, method: string): void {
  switch (`${path} ${name}`) {
    case 'bucket restore':
      throw userKeyMustBeSpecified();
    case 'bucket torrent':
      throw methodNotAllowed(method, 'TORRENT', 'GET');
    case 'bucket uploadId':
    case `bucket ${PART.name}`:
      throw invalidRequest('A key must be specified');
    case 'bucket uploads':
      if (method === 'POST') throw invalidRequest('A key must be specified');
      return;
    case 'key uploads':
      if (method === 'POST') return;
      throw invalidRequest('Key is not expected for the GET method ?uploads subresource');
    case 'key logging':
      throw noLoggingStatusForKey();
    case 'key versions':
      throw invalidRequest('There is no such thing as the ?versions sub-resource for a key');
    default:
  }
}
