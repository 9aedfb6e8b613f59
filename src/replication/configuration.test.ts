import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';
import { Destination$, ReplicationRule$, SourceSelectionCriteria$ } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../errors/aws-error.ts';
import { systemRandom } from '../lib/random.ts';
import { refuseWhatIsNotBuilt } from './configuration/not-built.ts';
import { writeConfiguration } from './configuration/write.ts';
import { readConfiguration } from './configuration.ts';

const ROLE = 'arn:aws:iam::111122223333:role/replicate';
const DESTINATION = { Bucket: 'arn:aws:s3:::destination' };
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234';

const v1 = (more: Partial<ReplicationRule> = {}): ReplicationRule => ({
  Prefix: '',
  Status: 'Enabled',
  Destination: DESTINATION,
  ...more,
});
const v2 = (more: Partial<ReplicationRule> = {}): ReplicationRule => ({
  ID: 'rule',
  Priority: 1,
  Filter: {},
  Status: 'Enabled',
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: DESTINATION,
  ...more,
});
const of = (...Rules: ReplicationRule[]): ReplicationConfiguration => ({ Role: ROLE, Rules });
const read = (input: unknown) => readConfiguration(input as ReplicationConfiguration, 'source', systemRandom);

function answerTo(input: unknown): string {
  try {
    const { rules } = read(input);
    for (const rule of rules) refuseWhatIsNotBuilt(rule);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return `${error.status} ${error.code}`;
  }
}

const TIME = { Status: 'Enabled', Time: { Minutes: 15 } } as const;
const METRICS = { Status: 'Enabled', EventThreshold: { Minutes: 15 } } as const;
const toDestination = (more: object) => v2({ Destination: { ...DESTINATION, ...more } });
const tag = (Key: string, Value = 'v') => ({ Key, Value });
const andFilter = (And: object) => v2({ Filter: { And } });

/** Reference: s3-replication 1.4. Rows that say AWS accepts but our effect is missing answer 501. */
const TABLE: readonly [name: string, input: unknown, answer: string][] = [
  ['a V1 rule', of(v1()), 'accepted'],
  ['a V2 rule', of(v2()), 'accepted'],
  ['no Role', { Rules: [v1()] }, '400 MalformedXML'],
  ['an empty Role', { Role: '', Rules: [v1()] }, '400 InvalidArgument'],
  ['a Role that is no ARN', { Role: 'replicate', Rules: [v1()] }, '400 InvalidArgument'],
  ['a user as Role', { Role: 'arn:aws:iam::111122223333:user/x', Rules: [v1()] }, '400 InvalidArgument'],
  [
    'a Role with a path',
    { Role: 'arn:aws:iam::111122223333:role/service-role/x', Rules: [v1()] },
    'accepted',
  ],
  ['no Rule', { Role: ROLE }, '400 MalformedXML'],
  ['an empty list of rules', of(), '400 MalformedXML'],
  [
    '1001 rules',
    of(...Array.from({ length: 1001 }, (_, n) => v2({ ID: `${n}`, Priority: n }))),
    '400 InvalidRequest',
  ],
  ['1000 rules', of(...Array.from({ length: 1000 }, (_, n) => v2({ ID: `${n}`, Priority: n }))), 'accepted'],
  ['source as destination', of(v2({ Destination: { Bucket: 'arn:aws:s3:::source' } })), '400 InvalidRequest'],
  ['a bare name as destination', of(v2({ Destination: { Bucket: 'destination' } })), '400 InvalidArgument'],
  [
    'an object as destination',
    of(v2({ Destination: { Bucket: 'arn:aws:s3:::a-bucket/key' } })),
    '400 InvalidArgument',
  ],
  ['no Destination', of(v2({ Destination: undefined })), '400 MalformedXML'],
  ['no Bucket', of(v2({ Destination: { Bucket: undefined } })), '400 MalformedXML'],
  [
    'V1 with two destinations',
    of(v1({ Prefix: 'a' }), v1({ Prefix: 'b', Destination: { Bucket: 'arn:aws:s3:::other' } })),
    '400 InvalidRequest',
  ],
  ['V1 with two rules to one destination', of(v1({ Prefix: 'a' }), v1({ Prefix: 'b' })), 'accepted'],
  ['V1 with overlapping prefixes', of(v1({ Prefix: 'a' }), v1({ Prefix: 'a/b' })), '400 InvalidRequest'],
  ['neither Prefix nor Filter', of(v1({ Prefix: undefined })), '400 MalformedXML'],
  ['Prefix and Filter', of(v2({ Prefix: '' })), '400 MalformedXML'],
  ['two children in Filter', of(v2({ Filter: { Prefix: 'a', Tag: tag('k') } })), '400 MalformedXML'],
  ['an empty And', of(andFilter({})), '400 MalformedXML'],
  ['And with a prefix only', of(andFilter({ Prefix: 'a' })), '400 MalformedXML'],
  ['And with one tag only', of(andFilter({ Tags: [tag('k')] })), '400 MalformedXML'],
  ['And with prefix and tag', of(andFilter({ Prefix: 'a', Tags: [tag('k')] })), 'accepted'],
  ['And with two tags', of(andFilter({ Tags: [tag('k'), tag('l')] })), 'accepted'],
  ['And with a tag key twice', of(andFilter({ Tags: [tag('k'), tag('k', 'w')] })), '400 InvalidRequest'],
  ['V2 without Priority', of(v2({ Priority: undefined })), '400 InvalidRequest'],
  [
    'V2 without DeleteMarkerReplication',
    of(v2({ DeleteMarkerReplication: undefined })),
    '400 InvalidRequest',
  ],
  ['V1 with Priority', of(v1({ Priority: 1 })), '400 InvalidRequest'],
  [
    'V1 with DeleteMarkerReplication',
    of(v1({ DeleteMarkerReplication: { Status: 'Enabled' } })),
    '400 InvalidRequest',
  ],
  ['V1 and V2 mixed', of(v1({ ID: 'one' }), v2()), '400 InvalidRequest'],
  ['an empty DeleteMarkerReplication', of(v2({ DeleteMarkerReplication: {} })), '400 MalformedXML'],
  [
    'a tag filter with delete markers',
    of(v2({ Filter: { Tag: tag('k') }, DeleteMarkerReplication: { Status: 'Enabled' } })),
    '400 InvalidRequest',
  ],
  ['Priority -1', of(v2({ Priority: -1 })), '400 InvalidRequest'],
  ['Priority 2147483648', of(v2({ Priority: 2147483648 })), '400 MalformedXML'],
  [
    'Priority 0 and 2147483647',
    of(v2({ ID: 'a', Priority: 0 }), v2({ ID: 'b', Priority: 2147483647 })),
    'accepted',
  ],
  ['one priority twice to one destination', of(v2({ ID: 'a' }), v2({ ID: 'b' })), '400 InvalidRequest'],
  ['one ID twice', of(v2(), v2({ Priority: 2 })), '400 InvalidArgument'],
  ['an ID of 256 characters', of(v2({ ID: 'x'.repeat(256) })), '400 InvalidArgument'],
  ['an ID of 255 characters', of(v2({ ID: 'x'.repeat(255) })), 'accepted'],
  ['an ID that is not ASCII', of(v2({ ID: 'é' })), '400 InvalidArgument'],
  ['Status in lower case', of(v2({ Status: 'enabled' as 'Enabled' })), '400 MalformedXML'],
  ['no Status', of(v2({ Status: undefined })), '400 MalformedXML'],
  ['an unknown StorageClass', of(toDestination({ StorageClass: 'FAST' })), '400 MalformedXML'],
  ['EXPRESS_ONEZONE', of(toDestination({ StorageClass: 'EXPRESS_ONEZONE' })), '400 MalformedXML'],
  ['STANDARD_IA', of(toDestination({ StorageClass: 'STANDARD_IA' })), 'accepted'],
  ['an empty SourceSelectionCriteria', of(v2({ SourceSelectionCriteria: {} })), '400 InvalidRequest'],
  [
    'SSE-KMS without a key',
    of(v2({ SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Disabled' } } })),
    '400 InvalidRequest',
  ],
  [
    'a key without SSE-KMS',
    of(toDestination({ EncryptionConfiguration: { ReplicaKmsKeyID: KEY } })),
    '400 InvalidRequest',
  ],
  [
    'a key that is no ARN',
    of(toDestination({ EncryptionConfiguration: { ReplicaKmsKeyID: '1234' } })),
    '400 InvalidArgument',
  ],
  [
    'ExistingObjectReplication',
    of(v2({ ExistingObjectReplication: { Status: 'Disabled' } })),
    '400 MalformedXML',
  ],
  [
    'owner override without Account',
    of(toDestination({ AccessControlTranslation: { Owner: 'Destination' } })),
    '400 InvalidRequest',
  ],
  [
    'another Owner',
    of(toDestination({ Account: '444455556666', AccessControlTranslation: { Owner: 'Source' } })),
    '400 MalformedXML',
  ],
  [
    'an owner override',
    of(toDestination({ Account: '444455556666', AccessControlTranslation: { Owner: 'Destination' } })),
    'accepted',
  ],
  ['an Account that is none', of(toDestination({ Account: 'abc' })), 'accepted'],
  ['an empty Account', of(toDestination({ Account: '' })), '400 InvalidArgument'],
  ['RTC without Metrics', of(toDestination({ ReplicationTime: TIME })), '400 InvalidRequest'],
  [
    'RTC disabled, without Metrics',
    of(toDestination({ ReplicationTime: { ...TIME, Status: 'Disabled' } })),
    '400 InvalidRequest',
  ],
  [
    'RTC enabled, Metrics disabled without threshold',
    of(toDestination({ ReplicationTime: TIME, Metrics: { Status: 'Disabled' } })),
    '400 InvalidArgument',
  ],
  [
    'RTC and Metrics of different status',
    of(toDestination({ ReplicationTime: TIME, Metrics: { ...METRICS, Status: 'Disabled' } })),
    '400 InvalidRequest',
  ],
  [
    'RTC without Time',
    of(toDestination({ ReplicationTime: { Status: 'Enabled' }, Metrics: METRICS })),
    '400 InvalidArgument',
  ],
  [
    'RTC without Status',
    of(toDestination({ ReplicationTime: { Time: { Minutes: 15 } }, Metrics: METRICS })),
    '400 InvalidArgument',
  ],
  [
    'RTC of 10 minutes',
    of(toDestination({ ReplicationTime: { Status: 'Enabled', Time: { Minutes: 10 } }, Metrics: METRICS })),
    '400 InvalidArgument',
  ],
  ['a threshold without RTC', of(toDestination({ Metrics: METRICS })), '400 InvalidArgument'],
  ['Metrics without Status', of(toDestination({ Metrics: {} })), '400 InvalidArgument'],
  ['a tag key of 128 characters', of(andFilter({ Prefix: '', Tags: [tag('x'.repeat(128))] })), 'accepted'],
  ['a tag key of 129 characters', of(v2({ Filter: { Tag: tag('x'.repeat(129)) } })), '400 InvalidTag'],
  ['a tag value of 256 characters', of(v2({ Filter: { Tag: tag('k', 'x'.repeat(256)) } })), 'accepted'],
  [
    'a tag value of 257 characters',
    of(andFilter({ Prefix: '', Tags: [tag('k', 'x'.repeat(257))] })),
    '400 InvalidTag',
  ],
  [
    'a destination of another partition',
    of(toDestination({ Bucket: 'arn:aws-cn:s3:::destination' })),
    '400 InvalidArgument',
  ],
  [
    'a role of another partition',
    { Role: ROLE.replace('arn:aws:', 'arn:aws-cn:'), Rules: [v1()] },
    '400 InvalidArgument',
  ],
  ['a prefix of 1025 characters', of(v1({ Prefix: 'x'.repeat(1025) })), '400 InvalidArgument'],
];

describe('what AWS says to a configuration', () => {
  it.each(TABLE)('%s', (_name, input, answer) => {
    expect(answerTo(input)).toBe(answer);
  });
});

/** Every leaf of the model's ReplicationRule: obeyed, refused for good, or not built yet and said so. */
const ELEMENTS: readonly [path: string, rule: ReplicationRule, answer: string][] = [
  ['ID', v2({ ID: 'x' }), 'accepted'],
  ['Priority', v2({ Priority: 7 }), 'accepted'],
  ['Prefix', v1({ Prefix: 'p' }), 'accepted'],
  ['Filter', v2({ Filter: {} }), 'accepted'],
  ['Filter.Prefix', v2({ Filter: { Prefix: 'p' } }), 'accepted'],
  ['Filter.Tag', v2({ Filter: { Tag: tag('k') } }), 'accepted'],
  ['Filter.And', andFilter({ Prefix: 'p', Tags: [tag('k')] }), 'accepted'],
  ['Status', v2({ Status: 'Disabled' }), 'accepted'],
  ['DeleteMarkerReplication', v2({ DeleteMarkerReplication: { Status: 'Enabled' } }), 'accepted'],
  ['ExistingObjectReplication', v2({ ExistingObjectReplication: { Status: 'Enabled' } }), '400 MalformedXML'],
  [
    'SourceSelectionCriteria.SseKmsEncryptedObjects',
    v2({
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      Destination: { ...DESTINATION, EncryptionConfiguration: { ReplicaKmsKeyID: KEY } },
    }),
    '501 NotImplemented',
  ],
  [
    'SourceSelectionCriteria.ReplicaModifications',
    v2({ SourceSelectionCriteria: { ReplicaModifications: { Status: 'Enabled' } } }),
    '501 NotImplemented',
  ],
  ['Destination.Account', toDestination({ Account: '444455556666' }), 'accepted'],
  ['Destination.StorageClass', toDestination({ StorageClass: 'GLACIER_IR' }), 'accepted'],
  [
    'Destination.AccessControlTranslation',
    toDestination({ Account: '444455556666', AccessControlTranslation: { Owner: 'Destination' } }),
    'accepted',
  ],
  [
    'Destination.ReplicationTime',
    toDestination({ ReplicationTime: TIME, Metrics: METRICS }),
    '501 NotImplemented',
  ],
  ['Destination.Metrics', toDestination({ Metrics: { Status: 'Enabled' } }), '501 NotImplemented'],
];

describe('every element is obeyed or refused', () => {
  it.each(ELEMENTS)('%s', (_path, rule, answer) => {
    expect(answerTo(of(rule))).toBe(answer);
  });

  it('leaves out no element of the model', () => {
    const members = [
      ...ReplicationRule$[4].filter((name) => name !== 'Destination' && name !== 'SourceSelectionCriteria'),
      ...SourceSelectionCriteria$[4].map((name) => `SourceSelectionCriteria.${name}`),
      // Belongs to SseKmsEncryptedObjects: neither comes without the other.
      ...Destination$[4]
        .filter((name) => name !== 'Bucket' && name !== 'EncryptionConfiguration')
        .map((name) => `Destination.${name}`),
    ];
    const walked = new Set(ELEMENTS.map(([path]) => path));
    expect(members.filter((member) => !walked.has(member))).toEqual([]);
  });

  it('keeps what has no effect because it is Disabled, and all of a Disabled rule', () => {
    const withoutEffect = v2({
      SourceSelectionCriteria: {
        SseKmsEncryptedObjects: { Status: 'Disabled' },
        ReplicaModifications: { Status: 'Disabled' },
      },
      Destination: {
        ...DESTINATION,
        EncryptionConfiguration: { ReplicaKmsKeyID: KEY },
        Metrics: { Status: 'Disabled' },
      },
    });
    expect(answerTo(of(withoutEffect))).toBe('accepted');
    const disabled = v2({
      Status: 'Disabled',
      Priority: 0,
      Destination: { ...DESTINATION, StorageClass: 'STANDARD', ReplicationTime: TIME, Metrics: METRICS },
    });
    expect(answerTo(of(disabled))).toBe('accepted');
    expect(writeConfiguration(read(of(withoutEffect))).Rules).toEqual([withoutEffect]);
    expect(writeConfiguration(read(of(disabled))).Rules).toEqual([disabled]);
  });
});

describe('a read gives back what was put', () => {
  const ROUND_TRIPS = [...TABLE, ...ELEMENTS.map(([name, rule, answer]) => [name, of(rule), answer] as const)]
    .filter(([, , answer]) => answer === 'accepted')
    .map(([name, input]) => [name, input] as const);

  it.each(ROUND_TRIPS)('%s', (_name, input) => {
    const configuration = input as ReplicationConfiguration;
    const written = writeConfiguration(read(configuration));
    const withIds = configuration.Rules?.map((rule, index) => ({
      ...rule,
      ID: rule.ID ?? written.Rules?.[index]?.ID,
    }));
    expect(written).toEqual({ Role: configuration.Role, Rules: withIds });
  });

  it('fills in ids that differ', () => {
    const { rules } = read(of(v1({ Prefix: 'a' }), v1({ Prefix: 'b', ID: '' })));
    expect(new Set(rules.map((rule) => rule.id)).size).toBe(2);
  });
});
