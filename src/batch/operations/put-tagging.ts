import { putObjectTags } from '../../objects/object-tags.ts';
import { requestObjectTags } from '../../policy/request-object-tags.ts';
import type { JobTags } from '../../store/tables/job-rows.ts';
import type { BatchContext } from '../context.ts';
import { hidingWhatIsMissing, requireOnTarget, type TaskTarget } from './target.ts';

/** S3PutObjectTagging and S3DeleteObjectTagging: the whole set is replaced.
 * @param tags absent: all are deleted.
 * @throws AwsError */
export async function putTagging(
  context: BatchContext,
  target: TaskTarget,
  tags: JobTags | undefined,
): Promise<void> {
  if (tags === undefined) await requireOnTarget(context, target, 'Delete', 'Tagging');
  else await requireOnTarget(context, target, 'Put', 'Tagging', requestObjectTags(tags));
  const { bucket, key, versionId } = target;
  const writing = putObjectTags(context.objects, bucket, {
    key,
    tags: tags ?? [],
    method: tags === undefined ? 'DELETE' : 'PUT',
    ...(versionId === undefined ? {} : { versionId }),
  });
  await hidingWhatIsMissing(target, writing);
}
