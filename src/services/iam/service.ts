import * as iam from '@aws-sdk/client-iam';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../policy/types.ts';
import { defineService } from '../../wire/definition.ts';
import { addUserToGroup } from './add-user-to-group.ts';
import { attachGroupPolicy } from './attach-group-policy.ts';
import { attachRolePolicy } from './attach-role-policy.ts';
import { attachUserPolicy } from './attach-user-policy.ts';
import { createAccessKey } from './create-access-key.ts';
import { createGroup } from './create-group.ts';
import { createPolicy } from './create-policy.ts';
import { createPolicyVersion } from './create-policy-version.ts';
import { createRole } from './create-role.ts';
import { createUser } from './create-user.ts';
import { deleteAccessKey } from './delete-access-key.ts';
import { deleteGroup } from './delete-group.ts';
import { deleteGroupPolicy } from './delete-group-policy.ts';
import { deleteLoginProfile } from './delete-login-profile.ts';
import { deletePolicy } from './delete-policy.ts';
import { deletePolicyVersion } from './delete-policy-version.ts';
import { deleteRole } from './delete-role.ts';
import { deleteRolePermissionsBoundary } from './delete-role-permissions-boundary.ts';
import { deleteRolePolicy } from './delete-role-policy.ts';
import { deleteUser } from './delete-user.ts';
import { deleteUserPermissionsBoundary } from './delete-user-permissions-boundary.ts';
import { deleteUserPolicy } from './delete-user-policy.ts';
import { detachGroupPolicy } from './detach-group-policy.ts';
import { detachRolePolicy } from './detach-role-policy.ts';
import { detachUserPolicy } from './detach-user-policy.ts';
import { getGroup } from './get-group.ts';
import { getGroupPolicy } from './get-group-policy.ts';
import { getLoginProfile } from './get-login-profile.ts';
import { getPolicy } from './get-policy.ts';
import { getPolicyVersion } from './get-policy-version.ts';
import { getRole } from './get-role.ts';
import { getRolePolicy } from './get-role-policy.ts';
import { getUser } from './get-user.ts';
import { getUserPolicy } from './get-user-policy.ts';
import { listAccessKeys } from './list-access-keys.ts';
import { listAccountAliases } from './list-account-aliases.ts';
import { listAttachedGroupPolicies } from './list-attached-group-policies.ts';
import { listAttachedRolePolicies } from './list-attached-role-policies.ts';
import { listAttachedUserPolicies } from './list-attached-user-policies.ts';
import { listEntitiesForPolicy } from './list-entities-for-policy.ts';
import { listGroupPolicies } from './list-group-policies.ts';
import { listGroups } from './list-groups.ts';
import { listGroupsForUser } from './list-groups-for-user.ts';
import { listInstanceProfilesForRole } from './list-instance-profiles-for-role.ts';
import { listMFADevices } from './list-mfa-devices.ts';
import { listPolicies } from './list-policies.ts';
import { listPolicyTags } from './list-policy-tags.ts';
import { listPolicyVersions } from './list-policy-versions.ts';
import { listRolePolicies } from './list-role-policies.ts';
import { listRoleTags } from './list-role-tags.ts';
import { listRoles } from './list-roles.ts';
import { listServiceSpecificCredentials } from './list-service-specific-credentials.ts';
import { listSigningCertificates } from './list-signing-certificates.ts';
import { listSSHPublicKeys } from './list-ssh-public-keys.ts';
import { listUserPolicies } from './list-user-policies.ts';
import { listUserTags } from './list-user-tags.ts';
import { listUsers } from './list-users.ts';
import { listVirtualMFADevices } from './list-virtual-mfa-devices.ts';
import { putGroupPolicy } from './put-group-policy.ts';
import { putRolePermissionsBoundary } from './put-role-permissions-boundary.ts';
import { putRolePolicy } from './put-role-policy.ts';
import { putUserPermissionsBoundary } from './put-user-permissions-boundary.ts';
import { putUserPolicy } from './put-user-policy.ts';
import { removeUserFromGroup } from './remove-user-from-group.ts';
import { setDefaultPolicyVersion } from './set-default-policy-version.ts';
import { tagPolicy } from './tag-policy.ts';
import { tagRole } from './tag-role.ts';
import { tagUser } from './tag-user.ts';
import { untagPolicy } from './untag-policy.ts';
import { untagRole } from './untag-role.ts';
import { untagUser } from './untag-user.ts';
import { updateAccessKey } from './update-access-key.ts';
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts';
import { updateRole } from './update-role.ts';
import { updateRoleDescription } from './update-role-description.ts';
import { updateUser } from './update-user.ts';

/** IAM as far as replication needs it: every operation by its name. */
function operations(identity: Identity) {
  return {
    AddUserToGroup: addUserToGroup(identity),
    AttachGroupPolicy: attachGroupPolicy(identity),
    AttachRolePolicy: attachRolePolicy(identity),
    AttachUserPolicy: attachUserPolicy(identity),
    CreateAccessKey: createAccessKey(identity),
    CreateGroup: createGroup(identity),
    CreatePolicy: createPolicy(identity),
    CreatePolicyVersion: createPolicyVersion(identity),
    CreateRole: createRole(identity),
    CreateUser: createUser(identity),
    DeleteAccessKey: deleteAccessKey(identity),
    DeleteGroup: deleteGroup(identity),
    DeleteGroupPolicy: deleteGroupPolicy(identity),
    DeleteLoginProfile: deleteLoginProfile(identity),
    DeletePolicy: deletePolicy(identity),
    DeletePolicyVersion: deletePolicyVersion(identity),
    DeleteRole: deleteRole(identity),
    DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary(identity),
    DeleteRolePolicy: deleteRolePolicy(identity),
    DeleteUser: deleteUser(identity),
    DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary(identity),
    DeleteUserPolicy: deleteUserPolicy(identity),
    DetachGroupPolicy: detachGroupPolicy(identity),
    DetachRolePolicy: detachRolePolicy(identity),
    DetachUserPolicy: detachUserPolicy(identity),
    GetGroup: getGroup(identity),
    GetGroupPolicy: getGroupPolicy(identity),
    GetLoginProfile: getLoginProfile(identity),
    GetPolicy: getPolicy(identity),
    GetPolicyVersion: getPolicyVersion(identity),
    GetRole: getRole(identity),
    GetRolePolicy: getRolePolicy(identity),
    GetUser: getUser(identity),
    GetUserPolicy: getUserPolicy(identity),
    ListAccessKeys: listAccessKeys(identity),
    ListAccountAliases: listAccountAliases(),
    ListAttachedGroupPolicies: listAttachedGroupPolicies(identity),
    ListAttachedRolePolicies: listAttachedRolePolicies(identity),
    ListAttachedUserPolicies: listAttachedUserPolicies(identity),
    ListEntitiesForPolicy: listEntitiesForPolicy(identity),
    ListGroupPolicies: listGroupPolicies(identity),
    ListGroups: listGroups(identity),
    ListGroupsForUser: listGroupsForUser(identity),
    ListInstanceProfilesForRole: listInstanceProfilesForRole(identity),
    ListMFADevices: listMFADevices(identity),
    ListPolicies: listPolicies(identity),
    ListPolicyTags: listPolicyTags(identity),
    ListPolicyVersions: listPolicyVersions(identity),
    ListRolePolicies: listRolePolicies(identity),
    ListRoleTags: listRoleTags(identity),
    ListRoles: listRoles(identity),
    ListSSHPublicKeys: listSSHPublicKeys(identity),
    ListServiceSpecificCredentials: listServiceSpecificCredentials(identity),
    ListSigningCertificates: listSigningCertificates(identity),
    ListUserPolicies: listUserPolicies(identity),
    ListUserTags: listUserTags(identity),
    ListUsers: listUsers(identity),
    ListVirtualMFADevices: listVirtualMFADevices(),
    PutGroupPolicy: putGroupPolicy(identity),
    PutRolePermissionsBoundary: putRolePermissionsBoundary(identity),
    PutRolePolicy: putRolePolicy(identity),
    PutUserPermissionsBoundary: putUserPermissionsBoundary(identity),
    PutUserPolicy: putUserPolicy(identity),
    RemoveUserFromGroup: removeUserFromGroup(identity),
    SetDefaultPolicyVersion: setDefaultPolicyVersion(identity),
    TagPolicy: tagPolicy(identity),
    TagRole: tagRole(identity),
    TagUser: tagUser(identity),
    UntagPolicy: untagPolicy(identity),
    UntagRole: untagRole(identity),
    UntagUser: untagUser(identity),
    UpdateAccessKey: updateAccessKey(identity),
    UpdateAssumeRolePolicy: updateAssumeRolePolicy(identity),
    UpdateRole: updateRole(identity),
    UpdateRoleDescription: updateRoleDescription(identity),
    UpdateUser: updateUser(identity),
  };
}

type Operations = ReturnType<typeof operations>;

/** The IAM service. Its calls concern the caller's own account. */
export function iamService(identity: Identity) {
  const all = operations(identity);
  return defineService<Principal>()({
    name: 'iam',
    sdk: iam,
    protocol: 'aws-query',
    handlers: column(all, 'handle'),
    access: column(all, 'access'),
  });
}

function column<Member extends 'handle' | 'access'>(all: Operations, member: Member) {
  const entries = Object.entries(all).map(([name, operation]) => [name, operation[member]]);
  // `Object.fromEntries` forgets which name has which function.
  return Object.fromEntries(entries) as { [Name in keyof Operations]: Operations[Name][Member] };
}
