/** AWS's own managed policies, as AWS publishes them (name, id, default version, document).
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
export interface AwsManagedPolicy {
  readonly name: string;
  readonly arn: string;
  readonly policyId: string;
  readonly description: string;
  readonly defaultVersionId: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly document: string;
}

function policy(
  name: string,
  policyId: string,
  description: string,
  version: { readonly id: string; readonly created: string; readonly updated: string },
  actions: string | readonly string[],
): AwsManagedPolicy {
  const statement = { Effect: 'Allow', Action: actions, Resource: '*' };
  return {
    name,
    arn: `arn:aws:iam::aws:policy/${name}`,
    policyId,
    description,
    defaultVersionId: version.id,
    createdAtMs: Date.parse(version.created),
    updatedAtMs: Date.parse(version.updated),
    document: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2),
  };
}

export const AWS_MANAGED_POLICIES: readonly AwsManagedPolicy[] = [
  policy(
    'AdministratorAccess',
    'ANPAIWMBCKSKIEE64ZLYK',
    'Provides full access to AWS services and resources.',
    { id: 'v1', created: '2015-02-06T18:39:46Z', updated: '2015-02-06T18:39:46Z' },
    '*',
  ),
  policy(
    'AmazonS3FullAccess',
    'ANPAIFIR6V6BVTRAHWINE',
    'Provides full access to all buckets via the AWS Management Console.',
    { id: 'v2', created: '2015-02-06T18:40:58Z', updated: '2021-09-27T20:16:37Z' },
    ['s3:*', 's3-object-lambda:*'],
  ),
  policy(
    'AmazonS3ReadOnlyAccess',
    'ANPAIZTJ4DXE7G6AGAE6M',
    'Provides read only access to all buckets via the AWS Management Console.',
    { id: 'v3', created: '2015-02-06T18:40:59Z', updated: '2023-08-10T21:31:39Z' },
    ['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'],
  ),
  policy(
    'IAMFullAccess',
    'ANPAI7XKCFMBPM3QQRRVQ',
    'Provides full access to IAM via the AWS Management Console.',
    { id: 'v2', created: '2015-02-06T18:40:38Z', updated: '2019-06-21T19:40:00Z' },
    [
      'iam:*',
      'organizations:DescribeAccount',
      'organizations:DescribeOrganization',
      'organizations:DescribeOrganizationalUnit',
      'organizations:DescribePolicy',
      'organizations:ListChildren',
      'organizations:ListParents',
      'organizations:ListPoliciesForTarget',
      'organizations:ListRoots',
      'organizations:ListPolicies',
      'organizations:ListTargetsForPolicy',
    ],
  ),
];

const byArn = new Map(AWS_MANAGED_POLICIES.map((known) => [known.arn, known]));

export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  return byArn.get(arn);
}
