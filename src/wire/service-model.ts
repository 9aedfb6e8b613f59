import { type Member, resolveReference, ShapeCompiler, type StructureShape } from './shapes.ts';

/** One operation of a service, as compiled from the SDK's schema. */
export interface Operation {
  readonly name: string;
  /** From the http trait; query and JSON services have none of their own and get POST and `/`. */
  readonly method: string;
  readonly pathTemplate: string;
  /** Fixed keys that tell the operation, without x-id: `replication`, `list-type=2`. */
  readonly fixedQuery: ReadonlyMap<string, string>;
  readonly successStatus: number;
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** The member whose shape is the whole body, if any. */
  readonly inputPayload: Member | undefined;
  readonly outputPayload: Member | undefined;
  /** Object bytes come in: the handler reads `call.body`. */
  readonly streamsIn: boolean;
  /** Has a Bucket label, which the schema's path leaves out (S3). */
  readonly onBucket: boolean;
  readonly requiresChecksum: boolean;
  readonly headerMembers: ReadonlyMap<string, Member>;
  /** Input members by where they travel, and those that must: every request would look through all of them otherwise. */
  readonly labelMembers: readonly Member[];
  readonly queryMembers: readonly Member[];
  readonly prefixHeaderMembers: readonly Member[];
  readonly requiredMembers: readonly Member[];
}

const OPERATION = 9;

// The SDK keeps this fact in its commands' middleware, not in its schemas (httpChecksum.requestChecksumRequired). Left out
// are six that AWS takes without: clients that know no checksum (s3cmd, old boto) have always sent bare ACLs, policies,
// versioning, logging and payers, and Content-MD5 wherever AWS insists.
const CHECKSUM_REQUIRED = new Set([
  'CreateBucketMetadataConfiguration',
  'CreateBucketMetadataTableConfiguration',
  'DeleteObjects',
  'PutBucketCors',
  'PutBucketEncryption',
  'PutBucketLifecycleConfiguration',
  'PutBucketOwnershipControls',
  'PutBucketReplication',
  'PutBucketTagging',
  'PutBucketWebsite',
  'PutObjectLegalHold',
  'PutObjectLockConfiguration',
  'PutObjectRetention',
  'PutObjectTagging',
  'PutPublicAccessBlock',
  'UpdateBucketMetadataAnnotationTableConfiguration',
  'UpdateBucketMetadataInventoryTableConfiguration',
  'UpdateBucketMetadataJournalTableConfiguration',
  'UpdateObjectEncryption',
]);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function fixedQueryOf(uri: string): ReadonlyMap<string, string> {
  const query = uri.split('?')[1] ?? '';
  const fixed = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [key = '', value = ''] = pair.split('=');
    // x-id only names the operation for the SDK's own logs.
    if (key !== '' && key !== 'x-id') fixed.set(key, value);
  }
  return fixed;
}

function compileOperation(schema: readonly unknown[], compiler: ShapeCompiler): Operation {
  const name = String(schema[2]);
  const traits = isRecord(schema[3]) ? schema[3] : {};
  const http = Array.isArray(traits['http']) ? traits['http'] : ['POST', '/', 200];
  const uri = String(http[1]);
  const input = compiler.structure(schema[4]);
  const output = compiler.structure(schema[5]);
  const inputPayload = input.members.find((member) => member.location === 'payload');
  return {
    name,
    method: String(http[0]),
    pathTemplate: uri.split('?')[0] ?? '/',
    fixedQuery: fixedQueryOf(uri),
    successStatus: Number(http[2]),
    input,
    output,
    inputPayload,
    outputPayload: output.members.find((member) => member.location === 'payload'),
    streamsIn: inputPayload?.shape.kind === 'stream',
    onBucket: input.byName.get('Bucket')?.location === 'label',
    requiresChecksum:
      Boolean(traits['httpChecksumRequired']) || ('httpChecksum' in traits && CHECKSUM_REQUIRED.has(name)),
    headerMembers: new Map(
      input.members
        .filter((member) => member.location === 'header')
        .map((member) => [member.wireName, member]),
    ),
    labelMembers: input.members.filter((member) => member.location === 'label'),
    queryMembers: input.members.filter((member) => member.location === 'query'),
    prefixHeaderMembers: input.members.filter((member) => member.location === 'prefix-headers'),
    requiredMembers: input.members.filter((member) => member.required),
  };
}

/** All operations of an SDK module, handled or not, in the order of its exports. */
export function compileOperations(sdk: object): Operation[] {
  const compiler = new ShapeCompiler();
  const operations: Operation[] = [];
  for (const [exportName, value] of Object.entries(sdk)) {
    if (!exportName.endsWith('$')) continue;
    const schema = resolveReference(value);
    if (Array.isArray(schema) && schema[0] === OPERATION) operations.push(compileOperation(schema, compiler));
  }
  return operations;
}
