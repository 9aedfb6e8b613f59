import type { AttachedPermissionsBoundary, Group, Policy, Role, Tag, User } from '@aws-sdk/client-iam';
import { iamArn } from '../../identity/arn.ts';
import type { AwsManagedPolicy } from '../../identity/aws-managed-policies.ts';
import { policyArn } from '../../identity/managed-policies.ts';
import type { GroupRow } from '../../store/tables/groups.ts';
import type { ManagedPolicyRow } from '../../store/tables/managed-policies.ts';
import type { TagRows } from '../../store/tables/policy-holder.ts';
import type { RoleRow } from '../../store/tables/roles.ts';
import type { UserRow } from '../../store/tables/users.ts';

/** Rows as IAM's answers show them. Lists show less than a single get: AWS leaves out tags and boundary there. */

export function userShape(account: string, row: UserRow): User {
  return {
    ...listedUser(account, row),
    ...boundaryShape(row.permissionsBoundary),
    ...tagsMember(row.tags),
  };
}

export function listedUser(account: string, row: UserRow): User {
  return {
    Path: row.path,
    UserName: row.userName,
    UserId: row.userId,
    Arn: iamArn(account, 'user', row.path, row.userName),
    CreateDate: secondsDate(row.createdAtMs),
  };
}

export function groupShape(account: string, row: GroupRow): Group {
  return {
    Path: row.path,
    GroupName: row.groupName,
    GroupId: row.groupId,
    Arn: iamArn(account, 'group', row.path, row.groupName),
    CreateDate: secondsDate(row.createdAtMs),
  };
}

export function roleShape(account: string, row: RoleRow): Role {
  return {
    ...listedRole(account, row),
    ...boundaryShape(row.permissionsBoundary),
    ...tagsMember(row.tags),
  };
}

export function listedRole(account: string, row: RoleRow): Role {
  return {
    Path: row.path,
    RoleName: row.roleName,
    RoleId: row.roleId,
    Arn: iamArn(account, 'role', row.path, row.roleName),
    CreateDate: secondsDate(row.createdAtMs),
    AssumeRolePolicyDocument: encodedDocument(row.trustPolicy),
    ...(row.description === undefined ? {} : { Description: row.description }),
    MaxSessionDuration: row.maxSessionSeconds,
  };
}

export function policyShape(account: string, row: ManagedPolicyRow): Policy {
  return { ...listedPolicy(account, row), ...tagsMember(row.tags) };
}

export function listedPolicy(account: string, row: ManagedPolicyRow): Policy {
  return {
    PolicyName: row.policyName,
    PolicyId: row.policyId,
    Arn: policyArn(account, row),
    Path: row.path,
    DefaultVersionId: row.defaultVersionId,
    AttachmentCount: row.attachmentCount,
    PermissionsBoundaryUsageCount: row.boundaryCount,
    IsAttachable: true,
    ...(row.description === undefined ? {} : { Description: row.description }),
    CreateDate: secondsDate(row.createdAtMs),
    UpdateDate: secondsDate(row.updatedAtMs),
  };
}

export function awsPolicyShape(policy: AwsManagedPolicy, attachments: number, boundaries: number): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: '/',
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attachments,
    PermissionsBoundaryUsageCount: boundaries,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: secondsDate(policy.createdAtMs),
    UpdateDate: secondsDate(policy.updatedAtMs),
  };
}

export function tagShapes(tags: TagRows): Tag[] {
  return tags.map(([Key, Value]) => ({ Key, Value }));
}

/** IAM sends documents percent-encoded by RFC 3986. */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function tagsMember(tags: TagRows): { Tags?: Tag[] } {
  return tags.length === 0 ? {} : { Tags: tagShapes(tags) };
}

function boundaryShape(arn: string | undefined): { PermissionsBoundary?: AttachedPermissionsBoundary } {
  if (arn === undefined) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: arn,
    },
  };
}

/** IAM's dates have no fractions of a second. */
export function secondsDate(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1_000) * 1_000);
}
