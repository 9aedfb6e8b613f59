import { badJobRequest, tooManyJobTags } from '../../errors/s3control.ts';
import type { JobTags } from '../../store/tables/job-rows.ts';
import { JOB_TAGS_MAX } from '../limits.ts';

const TAG_KEY_LENGTH_MAX = 128;
const TAG_VALUE_LENGTH_MAX = 256;
const TAG_CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const RESERVED_PREFIX = 'aws:';
/** AWS: "You can add up to 10 tags to an object". */
const OBJECT_TAGS_MAX = 10;

type TagInput = { readonly Key: string | undefined; readonly Value: string | undefined };

/** The tags of a job, in the order sent.
 * @throws AwsError TooManyTagsException, BadRequestException */
export function readJobTags(tags: readonly TagInput[] | undefined): JobTags {
  const pairs = readTags('Tags', tags ?? []);
  if (pairs.length > JOB_TAGS_MAX) throw tooManyJobTags(JOB_TAGS_MAX);
  return pairs;
}

/** The tags that a job gives to objects.
 * @throws AwsError BadRequestException */
export function readObjectTags(element: string, tags: readonly TagInput[]): JobTags {
  const pairs = readTags(element, tags);
  if (pairs.length > OBJECT_TAGS_MAX) {
    throw badJobRequest(`${element} has more than the ${OBJECT_TAGS_MAX} tags that an object takes.`);
  }
  return pairs;
}

function readTags(element: string, tags: readonly TagInput[]): JobTags {
  const seen = new Set<string>();
  return tags.map(({ Key: key = '', Value: value = '' }) => {
    if (key === '' || key.length > TAG_KEY_LENGTH_MAX || !TAG_CHARACTERS.test(key)) {
      throw badJobRequest(`${element} has a Key that is no tag key.`);
    }
    if (value.length > TAG_VALUE_LENGTH_MAX || !TAG_CHARACTERS.test(value)) {
      throw badJobRequest(`${element} has a Value that is no tag value.`);
    }
    if (key.toLowerCase().startsWith(RESERVED_PREFIX)) {
      throw badJobRequest(`${element}: keys that begin with ${RESERVED_PREFIX} are reserved.`);
    }
    if (seen.has(key)) throw badJobRequest(`${element} has the Key ${key} twice.`);
    seen.add(key);
    return [key, value] as const;
  });
}
