import { bucketOfArn } from '../../replication/configuration/arns.ts';
import { JobFailure } from '../job-failure.ts';
import { type TaskColumns, taskColumns } from './task-columns.ts';

/** The manifest.json of an inventory report, as far as a job needs it (reference: s3-batch-replication 4.3). */
export interface InventoryManifest {
  /** Bucket name, where the data files are. */
  readonly bucket: string;
  readonly columns: TaskColumns;
  readonly files: readonly InventoryFile[];
}

export interface InventoryFile {
  readonly key: string;
  /** Bytes, as it is stored. */
  readonly size: number;
  /** 32 hex digits, of the file as it is stored. */
  readonly md5: string;
}

/** Of the lists of an inventory configuration, and of those that we generate. */
const VERSIONS = new Set(['2016-11-30', '2021-11-30']);

/** @throws JobFailure InvalidManifestContent */
export function parseInventoryManifest(text: string, name: string): InventoryManifest {
  const document = jsonObject(text, name);
  const { version, fileFormat, fileSchema, destinationBucket, files } = document;
  if (typeof version !== 'string' || !VERSIONS.has(version)) throw invalid(name, 'version');
  if (fileFormat !== 'CSV') throw invalid(name, 'fileFormat, which has to be CSV');
  const bucket = typeof destinationBucket === 'string' ? bucketOfArn(destinationBucket) : undefined;
  if (bucket === undefined) throw invalid(name, 'destinationBucket');
  if (typeof fileSchema !== 'string') throw invalid(name, 'fileSchema');
  if (!Array.isArray(files)) throw invalid(name, 'files');
  return {
    bucket,
    columns: taskColumns(fileSchema.split(',').map((column) => column.trim())),
    files: files.map((file: unknown, index) => inventoryFile(file, index, name)),
  };
}

function inventoryFile(file: unknown, index: number, name: string): InventoryFile {
  if (!isObject(file)) throw invalid(name, `files[${index}]`);
  const { key, size, MD5checksum: md5 } = file;
  if (typeof key !== 'string' || key === '') throw invalid(name, `files[${index}].key`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size)) throw invalid(name, `files[${index}].size`);
  if (typeof md5 !== 'string' || !/^[0-9a-f]{32}$/i.test(md5)) {
    throw invalid(name, `files[${index}].MD5checksum`);
  }
  return { key, size, md5: md5.toLowerCase() };
}

function jsonObject(text: string, name: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new JobFailure('InvalidManifestContent', `${name} is not JSON.`, { cause: error });
  }
  if (!isObject(document)) throw new JobFailure('InvalidManifestContent', `${name} is not a JSON object.`);
  return document;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(name: string, member: string): JobFailure {
  return new JobFailure('InvalidManifestContent', `${name} is not an inventory manifest: ${member}.`);
}
