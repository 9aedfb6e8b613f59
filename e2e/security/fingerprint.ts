import { type Ask, action, signedBy } from './case.ts';
import { control } from './control-cases.ts';
import { ACCOUNT_B, type Person } from './people.ts';
import type { World } from './world.ts';

// Everything that a successful intruder could have changed, as the owners see it.

const BUCKETS: [owner: Person, bucket: string][] = [
  ['rootA', 'alpha-private'],
  ['rootA', 'alpha-shared'],
  ['rootB', 'beta-private'],
];
const SUBRESOURCES = [
  'versions',
  'uploads',
  'versioning',
  'policy',
  'replication',
  'tagging',
  'publicAccessBlock',
  'ownershipControls',
];
const OBJECT_ASKS: Ask[] = [
  { url: '/alpha-private/secret.txt' },
  { url: '/alpha-private/secret.txt?tagging' },
];
const IAM_ASKS: Ask[] = [
  action('ListUsers'),
  action('ListRoles'),
  action('ListGroups'),
  action('ListPolicies', { Scope: 'Local' }),
  ...['alice', 'nobody', 'bounded'].flatMap((UserName) => [
    action('ListAccessKeys', { UserName }),
    action('ListUserPolicies', { UserName }),
    action('ListAttachedUserPolicies', { UserName }),
    action('GetUser', { UserName }),
  ]),
  action('ListRolePolicies', { RoleName: 'operator' }),
  action('ListAttachedRolePolicies', { RoleName: 'operator' }),
];

/** One text; equal texts mean that nothing was changed. */
export async function fingerprint(world: World): Promise<string> {
  const asks: [Person, Ask, string][] = [
    ['rootA', { url: '/' }, 's3'],
    ['rootB', { url: '/' }, 's3'],
    ...BUCKETS.flatMap(([owner, bucket]) =>
      SUBRESOURCES.map((name): [Person, Ask, string] => [owner, { url: `/${bucket}?${name}` }, 's3']),
    ),
    ...OBJECT_ASKS.map((request): [Person, Ask, string] => ['rootA', request, 's3']),
    ...IAM_ASKS.map((request): [Person, Ask, string] => ['rootA', request, 'iam']),
    ['rootB', action('ListUsers'), 'iam'],
    ...['', `/${world.jobId}`, `/${world.jobId}/tagging`].map((path): [Person, Ask, string] => [
      'rootA',
      control('GET', path),
      's3',
    ]),
    ['rootB', control('GET', '', ACCOUNT_B), 's3'],
  ];
  const answers = await Promise.all(
    asks.map(async ([person, request, service]) => {
      const { status, body } = await world.send(signedBy(person, request, { service })(world));
      if (status >= 500 || status === 403)
        throw new Error(`${request.url} ${String(request.body)}: ${status} ${body}`);
      return `${status} ${body.replace(/<(RequestId|HostId|PasswordLastUsed|LastUsedDate)>[^<]*<\/\1>/g, '')}`;
    }),
  );
  return answers.join('\n');
}
