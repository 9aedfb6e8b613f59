import type { Arguments } from '../arguments.ts';
import { UsageError } from '../command.ts';
import { checkRole, optional, readPriority } from '../option-values.ts';

/** What was typed after `holdfast rule create`. */
export interface RuleRequest {
  readonly source: string;
  readonly destination: string;
  readonly prefix?: string;
  readonly tags: readonly (readonly [string, string])[];
  /** Owner of the destination, where it is another account. */
  readonly account?: string;
  /** `new`, or an ARN; absent: the one that the bucket's rules use, else a new one. */
  readonly role?: string;
  readonly storageClass?: string;
  readonly id?: string;
  readonly priority?: number;
  readonly deleteMarkers: boolean;
  readonly changeOwner: boolean;
}

export const RULE_VALUES = ['prefix', 'account', 'role', 'storage-class', 'id', 'priority'] as const;
export const RULE_LISTS = ['tag'] as const;
export const RULE_FLAGS = ['delete-markers', 'change-owner'] as const;

/** @throws UsageError */
export function readRuleRequest(
  source: string,
  destination: string,
  { values, lists, flags }: Arguments,
): RuleRequest {
  const tags = (lists.get('tag') ?? []).map(readTag);
  const account = values.get('account');
  const role = values.get('role');
  const request = {
    source,
    destination,
    tags,
    deleteMarkers: flags.has('delete-markers'),
    changeOwner: flags.has('change-owner'),
    ...optional('prefix', values.get('prefix')),
    ...optional('account', account),
    ...optional('role', role),
    ...optional('storageClass', values.get('storage-class')),
    ...optional('id', values.get('id')),
    ...optional('priority', readPriority(values.get('priority'))),
  };
  if (source === destination) throw new UsageError('A bucket cannot be replicated into itself.');
  if (request.deleteMarkers && tags.length > 0) {
    throw new UsageError('Delete markers have no tags: a rule with --tag cannot have --delete-markers.');
  }
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new UsageError(`--account is an account's 12 digits, not "${account}".`);
  }
  if (request.changeOwner && account === undefined) {
    throw new UsageError('--change-owner is for a bucket of another account: name it with --account.');
  }
  checkRole(role);
  return request;
}

function readTag(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UsageError(`A tag is KEY=VALUE, not "${text}".`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
