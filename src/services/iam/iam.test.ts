import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupsForUserCommand,
  ListInstanceProfilesForRoleCommand,
  ListMFADevicesCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  SetDefaultPolicyVersionCommand,
  TagPolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type IdentityServer,
  type SessionKeys,
  startIdentityServer,
} from '../../testing/start-identity-server.ts';

let server: IdentityServer;
beforeAll(async () => {
  server = await startIdentityServer();
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => expect(server.faults).toEqual([]));

const ACCOUNT = '111111111111';
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const allowing = (...actions: string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });

async function keysOf(UserName: string): Promise<SessionKeys> {
  const { AccessKey } = await server.iam().send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

function refused(call: Promise<unknown>, name: string, httpStatusCode: number): Promise<void> {
  return expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
}

describe('roles, as Terraform walks them', () => {
  it('makes, reads back, changes and removes one', async () => {
    const iam = server.iam();
    const RoleName = 'replication';
    const made = await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: '/service-role/',
        AssumeRolePolicyDocument: TRUST,
        Description: 'copies',
        MaxSessionDuration: 7_200,
        Tags: [{ Key: 'team', Value: 'storage' }],
      }),
    );
    expect(made.Role).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:role/service-role/${RoleName}`,
      Path: '/service-role/',
      MaxSessionDuration: 7_200,
    });
    expect(made.Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(TRUST);
    expect(Role).toMatchObject({ Description: 'copies', Tags: [{ Key: 'team', Value: 'storage' }] });
    expect(Role?.CreateDate).toBeInstanceOf(Date);

    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: allowing('s3:*') }),
    );
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'inline' }));
    expect(decodeURIComponent(inline.PolicyDocument ?? '')).toBe(allowing('s3:*'));
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3FullAccess';
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual(['inline']);
    expect((await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies).toEqual([
      { PolicyName: 'AmazonS3FullAccess', PolicyArn },
    ]);
    expect(await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).toMatchObject({
      InstanceProfiles: [],
      IsTruncated: false,
    });
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount).toBe(1);

    await iam.send(new UpdateRoleCommand({ RoleName, Description: 'moves', MaxSessionDuration: 3_600 }));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }));
    await iam.send(
      new TagRoleCommand({
        RoleName,
        Tags: [
          { Key: 'TEAM', Value: 'data' },
          { Key: 'b', Value: '' },
        ],
      }),
    );
    expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([
      { Key: 'TEAM', Value: 'data' },
      { Key: 'b', Value: '' },
    ]);
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['team'] }));
    expect((await iam.send(new GetRoleCommand({ RoleName: RoleName.toUpperCase() }))).Role).toMatchObject({
      RoleName,
      Description: 'moves',
      MaxSessionDuration: 3_600,
      Tags: [{ Key: 'b', Value: '' }],
    });

    await refused(iam.send(new DeleteRoleCommand({ RoleName })), 'DeleteConflictException', 409);
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await refused(iam.send(new DeleteRoleCommand({ RoleName })), 'DeleteConflictException', 409);
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'inline' }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await refused(iam.send(new GetRoleCommand({ RoleName })), 'NoSuchEntityException', 404);
  });

  it('refuses what AWS refuses', async () => {
    expect.hasAssertions();
    const iam = server.iam();
    const role = (more: object) =>
      iam.send(new CreateRoleCommand({ RoleName: 'odd', AssumeRolePolicyDocument: TRUST, ...more }));
    const trusting = (statement: object) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*', ...statement },
      });
    await refused(role({ AssumeRolePolicyDocument: 'x' }), 'MalformedPolicyDocumentException', 400);
    await refused(
      role({ AssumeRolePolicyDocument: trusting({ Action: 's3:*' }) }),
      'MalformedPolicyDocumentException',
      400,
    );
    await refused(
      role({ AssumeRolePolicyDocument: trusting({ Resource: '*' }) }),
      'MalformedPolicyDocumentException',
      400,
    );
    const nobody = trusting({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/nobody` } });
    await refused(role({ AssumeRolePolicyDocument: nobody }), 'MalformedPolicyDocumentException', 400);
    await refused(role({ RoleName: 'a b' }), 'ValidationError', 400);
    await refused(role({ RoleName: 'a'.repeat(65) }), 'ValidationError', 400);
    await refused(role({ Path: 'x' }), 'ValidationError', 400);
    await refused(role({ MaxSessionDuration: 60 }), 'ValidationError', 400);
    await refused(
      role({
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      }),
      'InvalidInputException',
      400,
    );
    await role({});
    await refused(role({ RoleName: 'ODD' }), 'EntityAlreadyExistsException', 409);
    await refused(
      iam.send(new AttachRolePolicyCommand({ RoleName: 'odd', PolicyArn: 'arn:aws:iam::aws:policy/None' })),
      'NoSuchEntityException',
      404,
    );
    await refused(
      iam.send(new GetRolePolicyCommand({ RoleName: 'odd', PolicyName: 'constructor' })),
      'NoSuchEntityException',
      404,
    );
    const large = allowing(...Array.from({ length: 900 }, (_, index) => `s3:Action${index}`));
    await refused(
      iam.send(new PutRolePolicyCommand({ RoleName: 'odd', PolicyName: 'p', PolicyDocument: large })),
      'LimitExceededException',
      409,
    );
    await iam.send(new DeleteRoleCommand({ RoleName: 'odd' }));
  });
});

describe('managed policies', () => {
  it('live through versions, uses and tags', async () => {
    const iam = server.iam();
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'copy',
        PolicyDocument: allowing('s3:Get*'),
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
    );
    const PolicyArn = Policy?.Arn ?? '';
    expect(Policy).toMatchObject({ DefaultVersionId: 'v1', AttachmentCount: 0, IsAttachable: true });
    await refused(
      iam.send(new CreatePolicyCommand({ PolicyName: 'Copy', PolicyDocument: allowing('s3:*') })),
      'EntityAlreadyExistsException',
      409,
    );
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allowing('s3:Put*'), SetAsDefault: true }),
    );
    const versions = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(versions.Versions?.map((version) => [version.VersionId, version.IsDefaultVersion])).toEqual([
      ['v2', true],
      ['v1', false],
    ]);
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(allowing('s3:Get*'));
    for (let version = 3; version <= 5; version++) {
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allowing('s3:Put*') }));
    }
    await refused(
      iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allowing('s3:*') })),
      'LimitExceededException',
      409,
    );
    await refused(
      iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' })),
      'DeleteConflictException',
      409,
    );
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    await iam.send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key: 'c', Value: 'd' }] }));
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy).toMatchObject({
      DefaultVersionId: 'v1',
      Tags: [
        { Key: 'a', Value: 'b' },
        { Key: 'c', Value: 'd' },
      ],
    });

    await iam.send(new CreateUserCommand({ UserName: 'holder' }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'holder', PolicyArn }));
    const entities = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(entities.PolicyUsers?.map(({ UserName }) => UserName)).toEqual(['holder']);
    await refused(iam.send(new DeletePolicyCommand({ PolicyArn })), 'DeleteConflictException', 409);
    await iam.send(new DetachUserPolicyCommand({ UserName: 'holder', PolicyArn }));
    await iam.send(new DeleteUserCommand({ UserName: 'holder' }));
    await refused(iam.send(new DeletePolicyCommand({ PolicyArn })), 'DeleteConflictException', 409);
    for (const VersionId of ['v2', 'v3', 'v4', 'v5'])
      await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    await refused(iam.send(new GetPolicyCommand({ PolicyArn })), 'NoSuchEntityException', 404);
  });

  it('include those of AWS', async () => {
    const { Policies } = await server.iam().send(new ListPoliciesCommand({ Scope: 'AWS' }));
    expect(Policies?.map(({ PolicyName }) => PolicyName)).toEqual([
      'AdministratorAccess',
      'AmazonS3FullAccess',
      'AmazonS3ReadOnlyAccess',
      'IAMFullAccess',
    ]);
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    const { PolicyVersion } = await server
      .iam()
      .send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    await refused(server.iam().send(new DeletePolicyCommand({ PolicyArn })), 'NoSuchEntityException', 404);
  });

  it('bound a role while they are its boundary', async () => {
    const iam = server.iam();
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'bound', PolicyDocument: allowing('s3:*') }),
    );
    const PermissionsBoundary = Policy?.Arn ?? '';
    await iam.send(new CreateRoleCommand({ RoleName: 'bounded', AssumeRolePolicyDocument: TRUST }));
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'bounded', PermissionsBoundary }));
    expect(
      (await iam.send(new GetRoleCommand({ RoleName: 'bounded' }))).Role?.PermissionsBoundary
        ?.PermissionsBoundaryArn,
    ).toBe(PermissionsBoundary);
    await refused(
      iam.send(new DeletePolicyCommand({ PolicyArn: PermissionsBoundary })),
      'DeleteConflictException',
      409,
    );
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'bounded' }));
    await iam.send(new DeletePolicyCommand({ PolicyArn: PermissionsBoundary }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'bounded' }));
  });
});

describe('regions', () => {
  it('may be any that the site has, and are us-east-1 to policies', async () => {
    const iam = server.iam();
    await iam.send(new CreateUserCommand({ UserName: 'regional' }));
    const keys = await keysOf('regional');
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'iam:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } },
      },
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'regional', PolicyName: 'p', PolicyDocument }));
    for (const region of ['us-east-1', 'ap-south-1']) {
      expect((await server.iam(keys, region).send(new ListUsersCommand({}))).Users).toBeDefined();
    }
    await expect(server.iam(keys, 'mars-north-9').send(new ListUsersCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      message: "Credential should be scoped to a valid region, not 'mars-north-9'.",
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('users and groups', () => {
  it('act by what their group allows, at once', async () => {
    const iam = server.iam();
    await iam.send(new CreateUserCommand({ UserName: 'dora', Path: '/team/' }));
    const dora = server.iam(await keysOf('dora'));
    const own = dora.send(new GetUserCommand({}));
    await refused(own, 'AccessDenied', 403);
    await expect(own).rejects.toThrow(
      `User: arn:aws:iam::${ACCOUNT}:user/team/dora is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${ACCOUNT}:user/team/dora because no identity-based policy allows the iam:GetUser action`,
    );
    await iam.send(new CreateGroupCommand({ GroupName: 'readers' }));
    await iam.send(
      new PutGroupPolicyCommand({
        GroupName: 'readers',
        PolicyName: 'p',
        PolicyDocument: allowing('iam:Get*'),
      }),
    );
    await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'dora' }));
    expect((await dora.send(new GetUserCommand({}))).User?.UserName).toBe('dora');
    expect(
      (await iam.send(new GetGroupCommand({ GroupName: 'readers' }))).Users?.map(({ UserName }) => UserName),
    ).toEqual(['dora']);
    expect((await iam.send(new ListGroupsForUserCommand({ UserName: 'dora' }))).Groups).toHaveLength(1);
    await refused(dora.send(new ListUsersCommand({})), 'AccessDenied', 403);
    await refused(iam.send(new DeleteGroupCommand({ GroupName: 'readers' })), 'DeleteConflictException', 409);
    await refused(iam.send(new DeleteUserCommand({ UserName: 'dora' })), 'DeleteConflictException', 409);
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'readers', UserName: 'dora' }));
    await refused(dora.send(new GetUserCommand({})), 'AccessDenied', 403);
  });

  it('may manage their own keys by variable, and lose them', async () => {
    const iam = server.iam();
    await iam.send(new CreateUserCommand({ UserName: 'eve' }));
    const keys = await keysOf('eve');
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'iam:*AccessKey*',
        Resource: 'arn:aws:iam::*:user/${aws:username}',
      },
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'eve', PolicyName: 'self', PolicyDocument }));
    const eve = server.iam(keys);
    expect((await eve.send(new ListAccessKeysCommand({}))).AccessKeyMetadata).toHaveLength(1);
    await refused(eve.send(new ListAccessKeysCommand({ UserName: 'dora' })), 'AccessDenied', 403);
    const second = await eve.send(new CreateAccessKeyCommand({}));
    await refused(eve.send(new CreateAccessKeyCommand({})), 'LimitExceededException', 409);
    await eve.send(
      new UpdateAccessKeyCommand({ AccessKeyId: second.AccessKey?.AccessKeyId ?? '', Status: 'Inactive' }),
    );
    const disabled = server.iam({
      accessKeyId: second.AccessKey?.AccessKeyId ?? '',
      secretAccessKey: second.AccessKey?.SecretAccessKey ?? '',
    });
    await refused(disabled.send(new ListAccessKeysCommand({})), 'InvalidClientTokenId', 403);
    await iam.send(new UpdateUserCommand({ UserName: 'eve', NewUserName: 'eva' }));
    expect(
      (await eve.send(new ListAccessKeysCommand({}))).AccessKeyMetadata?.map(({ UserName }) => UserName),
    ).toEqual(['eva', 'eva']);
    await refused(iam.send(new GetUserCommand({ UserName: 'eve' })), 'NoSuchEntityException', 404);
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'eva', AccessKeyId: keys.accessKeyId }));
    await refused(eve.send(new ListAccessKeysCommand({})), 'InvalidClientTokenId', 403);
  });

  it('are made with tags by who may tag them, as roles and policies are', async () => {
    expect.hasAssertions();
    const iam = server.iam();
    await iam.send(new CreateUserCommand({ UserName: 'tagger' }));
    const tagger = server.iam(await keysOf('tagger'));
    const may = (...actions: string[]) =>
      iam.send(
        new PutUserPolicyCommand({
          UserName: 'tagger',
          PolicyName: 'p',
          PolicyDocument: allowing(...actions),
        }),
      );
    const Tags = [{ Key: 'team', Value: 'red' }];
    const role = (RoleName: string) => ({ RoleName, AssumeRolePolicyDocument: TRUST });
    const managed = (PolicyName: string) => ({ PolicyName, PolicyDocument: allowing('s3:*') });
    const making = (suffix: string, tags: object) => [
      () => tagger.send(new CreateUserCommand({ UserName: `user-${suffix}`, ...tags })),
      () => tagger.send(new CreateRoleCommand({ ...role(`role-${suffix}`), ...tags })),
      () => tagger.send(new CreatePolicyCommand({ ...managed(`policy-${suffix}`), ...tags })),
    ];
    await may('iam:Create*');
    for (const make of making('bare', {})) await make();
    for (const make of making('tagged', { Tags })) await refused(make(), 'AccessDenied', 403);
    await may('iam:Create*', 'iam:TagUser', 'iam:TagRole', 'iam:TagPolicy');
    for (const make of making('tagged', { Tags })) {
      expect(await make()).toMatchObject({ $metadata: { httpStatusCode: 200 } });
    }
  });

  it('live in their own account', async () => {
    const other = server.iam(server.otherRoot);
    expect((await other.send(new GetUserCommand({}))).User).toMatchObject({
      Arn: 'arn:aws:iam::222222222222:root',
      UserId: '222222222222',
    });
    expect((await other.send(new ListUsersCommand({}))).Users).toEqual([]);
    await other.send(new CreateUserCommand({ UserName: 'eva' }));
    await refused(other.send(new GetUserCommand({ UserName: 'dora' })), 'NoSuchEntityException', 404);
    await refused(
      other.send(new GetPolicyCommand({ PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/copy` })),
      'NoSuchEntityException',
      404,
    );
  });

  it('have none of what cannot be made here: tools ask before they remove a user', async () => {
    const iam = server.iam();
    await iam.send(new CreateUserCommand({ UserName: 'plain' }));
    const own = await iam.send(new ListMFADevicesCommand({ UserName: 'plain' }));
    expect(own).toMatchObject({ MFADevices: [], IsTruncated: false });
    const virtual = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: 'Assigned' }));
    expect(virtual).toMatchObject({ VirtualMFADevices: [], IsTruncated: false });
  });

  it('are listed in pages', async () => {
    const iam = server.iam();
    const names = Array.from({ length: 7 }, (_, index) => `paged-${index}`);
    for (const RoleName of names)
      await iam.send(new CreateRoleCommand({ RoleName, Path: '/paged/', AssumeRolePolicyDocument: TRUST }));
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(
        new ListRolesCommand({
          PathPrefix: '/paged/',
          MaxItems: 3,
          ...(Marker === undefined ? {} : { Marker }),
        }),
      );
      seen.push(...(page.Roles ?? []).map(({ RoleName }) => RoleName));
      Marker = page.Marker;
    } while (Marker !== undefined);
    expect(seen).toEqual(names);
    await refused(iam.send(new ListRolesCommand({ MaxItems: 0 })), 'ValidationError', 400);
    await refused(iam.send(new ListRolesCommand({ Marker: '!' })), 'ValidationError', 400);
  });
});
