import * as s3control from '@aws-sdk/client-s3-control';
import type { Buckets } from '../../buckets/buckets.ts';
import type { Site } from '../../buckets/region.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../policy/types.ts';
import { defineService } from '../../wire/definition.ts';
import { createJobOperation } from './create-job.ts';
import { deleteJobTaggingOperation } from './delete-job-tagging.ts';
import { describeJobOperation } from './describe-job.ts';
import { getJobTaggingOperation } from './get-job-tagging.ts';
import { listJobsOperation } from './list-jobs.ts';
import { listTagsForResourceOperation } from './list-tags-for-resource.ts';
import { putJobTaggingOperation } from './put-job-tagging.ts';
import { tagResourceOperation } from './tag-resource.ts';
import { untagResourceOperation } from './untag-resource.ts';
import { updateJobPriorityOperation } from './update-job-priority.ts';
import { updateJobStatusOperation } from './update-job-status.ts';

/** S3 Control, of which batch jobs and the tags of buckets are built; what is not listed answers NotImplemented. */
export function s3ControlService(site: Site, identity: Identity, buckets: Buckets) {
  const operations = {
    CreateJob: createJobOperation(site, identity),
    DescribeJob: describeJobOperation(site),
    ListJobs: listJobsOperation(site),
    UpdateJobPriority: updateJobPriorityOperation(site),
    UpdateJobStatus: updateJobStatusOperation(site),
    PutJobTagging: putJobTaggingOperation(site),
    GetJobTagging: getJobTaggingOperation(site),
    DeleteJobTagging: deleteJobTaggingOperation(site),
    TagResource: tagResourceOperation(buckets),
    UntagResource: untagResourceOperation(buckets),
    ListTagsForResource: listTagsForResourceOperation(buckets),
  };
  return defineService<Principal>()({
    name: 's3control',
    sdk: s3control,
    protocol: 'rest-xml',
    signedOnly: true,
    handlers: {
      CreateJob: operations.CreateJob.handle,
      DescribeJob: operations.DescribeJob.handle,
      ListJobs: operations.ListJobs.handle,
      UpdateJobPriority: operations.UpdateJobPriority.handle,
      UpdateJobStatus: operations.UpdateJobStatus.handle,
      PutJobTagging: operations.PutJobTagging.handle,
      GetJobTagging: operations.GetJobTagging.handle,
      DeleteJobTagging: operations.DeleteJobTagging.handle,
      TagResource: operations.TagResource.handle,
      UntagResource: operations.UntagResource.handle,
      ListTagsForResource: operations.ListTagsForResource.handle,
    },
    access: {
      CreateJob: operations.CreateJob.access,
      DescribeJob: operations.DescribeJob.access,
      ListJobs: operations.ListJobs.access,
      UpdateJobPriority: operations.UpdateJobPriority.access,
      UpdateJobStatus: operations.UpdateJobStatus.access,
      PutJobTagging: operations.PutJobTagging.access,
      GetJobTagging: operations.GetJobTagging.access,
      DeleteJobTagging: operations.DeleteJobTagging.access,
      TagResource: operations.TagResource.access,
      UntagResource: operations.UntagResource.access,
      ListTagsForResource: operations.ListTagsForResource.access,
    },
  });
}
