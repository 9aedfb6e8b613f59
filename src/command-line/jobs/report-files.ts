import { mkdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ReportFiles } from '../../batch/report/check-report.ts';
import { reportFolder } from '../../batch/report/layout.ts';
import type { AwsClients } from '../aws-clients.ts';
import { requireBucketRegion } from '../buckets.ts';
import { RequestError } from '../command.ts';
import type { ReportPlace } from './job-view.ts';

/** A report as it comes from its bucket.
 * @param folder where everything that is read is written, too; made when it is not there
 * @throws RequestError where there is no report */
export async function openReport(
  aws: AwsClients,
  place: ReportPlace,
  jobId: string,
  folder: string | undefined,
): Promise<ReportFiles> {
  const s3 = await aws.s3(await requireBucketRegion(aws, place.bucket));
  const root = reportFolder(place, jobId);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const small = async (name: string): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of await read(s3, place.bucket, `${root}${name}`)) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    if (folder !== undefined) writeFileSync(join(folder, name), content);
    return content;
  };
  return {
    manifest: await small('manifest.json'),
    manifestMd5: await small('manifest.json.md5'),
    async *open(key) {
      const content = await read(s3, place.bucket, key);
      yield* folder === undefined ? content : saved(content, join(folder, basename(key)));
    },
  };
}

async function read(s3: S3Client, bucket: string, key: string): Promise<AsyncIterable<Buffer>> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    // In node it is a stream.
    return Body as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'NoSuchKey') {
      throw new RequestError(`There is no s3://${bucket}/${key}: the report is not whole.`, { cause: error });
    }
    throw error;
  }
}

async function* saved(content: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  const file = await open(path, 'w');
  try {
    for await (const chunk of content) {
      await file.writeFile(chunk);
      yield chunk;
    }
  } finally {
    await file.close();
  }
}
