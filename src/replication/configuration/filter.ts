import type { ReplicationRuleFilter, Tag } from '@aws-sdk/client-s3';
import {
  replicationArgumentInvalid,
  replicationDocumentMalformed,
  replicationInvalid,
} from '../../errors/replication.ts';
import { invalidTag } from '../../errors/s3.ts';
import type { ReplicationFilter } from '../../store/tables/bucket-row.ts';
import { PREFIX_LENGTH_MAX, TAG_KEY_LENGTH_MAX, TAG_VALUE_LENGTH_MAX } from './limits.ts';

/** A rule says what it selects in one of two ways, and which one decides the schema version. */
export function readFilter(
  prefix: string | undefined,
  filter: ReplicationRuleFilter | undefined,
): ReplicationFilter {
  if (filter === undefined) {
    if (prefix === undefined) throw replicationDocumentMalformed('a rule has neither Prefix nor Filter');
    return { kind: 'v1-prefix', prefix: checkedPrefix(prefix) };
  }
  if (prefix !== undefined) throw replicationDocumentMalformed('a rule has both Prefix and Filter');
  const children = [filter.Prefix, filter.Tag, filter.And].filter((child) => child !== undefined);
  if (children.length > 1) throw replicationDocumentMalformed('Filter has more than one child');
  if (filter.Prefix !== undefined) return { kind: 'prefix', prefix: checkedPrefix(filter.Prefix) };
  if (filter.Tag !== undefined) return { kind: 'tag', tag: readTag(filter.Tag) };
  if (filter.And !== undefined) return readAnd(filter.And);
  return { kind: 'empty' };
}

function readAnd(and: NonNullable<ReplicationRuleFilter['And']>): ReplicationFilter {
  const tags = (and.Tags ?? []).map(readTag);
  const predicates = tags.length + (and.Prefix === undefined ? 0 : 1);
  if (predicates < 2) throw replicationDocumentMalformed('And holds fewer than two predicates');
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    throw replicationInvalid('Duplicate Tag Keys are not allowed.');
  }
  return {
    kind: 'and',
    ...(and.Prefix === undefined ? {} : { prefix: checkedPrefix(and.Prefix) }),
    tags,
  };
}

function readTag(tag: Tag): readonly [string, string] {
  if (tag.Key === undefined || tag.Key === '' || tag.Value === undefined) {
    throw replicationDocumentMalformed('a Tag lacks Key or Value');
  }
  if (tag.Key.length > TAG_KEY_LENGTH_MAX) {
    throw invalidTag('The TagKey you have provided is invalid', { TagKey: tag.Key });
  }
  if (tag.Value.length > TAG_VALUE_LENGTH_MAX) {
    throw invalidTag('The TagValue you have provided is invalid', { TagKey: tag.Key, TagValue: tag.Value });
  }
  return [tag.Key, tag.Value];
}

function checkedPrefix(prefix: string): string {
  if (Buffer.byteLength(prefix) > PREFIX_LENGTH_MAX) {
    throw replicationArgumentInvalid(`The maximum size of a prefix is ${PREFIX_LENGTH_MAX}.`);
  }
  return prefix;
}

/** What a rule asks of key and tags, however it was written. */
export function prefixOf(filter: ReplicationFilter): string {
  switch (filter.kind) {
    case 'v1-prefix':
    case 'prefix':
      return filter.prefix;
    case 'and':
      return filter.prefix ?? '';
    case 'empty':
    case 'tag':
      return '';
  }
}

export function tagsOf(filter: ReplicationFilter): readonly (readonly [string, string])[] {
  if (filter.kind === 'tag') return [filter.tag];
  return filter.kind === 'and' ? filter.tags : [];
}
