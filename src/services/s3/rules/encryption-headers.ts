import { createHash } from 'node:crypto';
import {
  invalidArgument,
  invalidEncryptionAlgorithm,
  invalidRequest,
  notImplemented,
} from '../../../errors/s3.ts';

type Headers = Readonly<Record<string, string>>;

const METHOD = 'x-amz-server-side-encryption';
const KMS_KEY_ID = `${METHOD}-aws-kms-key-id`;
const KMS_CONTEXT = `${METHOD}-context`;
const BUCKET_KEY = `${METHOD}-bucket-key-enabled`;
const CUSTOMER = `${METHOD}-customer-`;
const COPY_SOURCE_CUSTOMER = 'x-amz-copy-source-server-side-encryption-customer-';
const CUSTOMER_KEY_BYTES = 32;
const KMS_METHODS = new Set(['aws:kms', 'aws:kms:dsse', 'aws:fsx']);

/** What a write may ask: nothing or AES256. SSE-C and SSE-KMS are validated and then refused by name.
 * @throws AwsError */
export function checkWriteEncryption(headers: Headers): void {
  const method = headers[METHOD];
  const customer = hasCustomerKey(headers, CUSTOMER);
  if (customer && method !== undefined) {
    throw invalidArgument(
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
      METHOD,
      method,
    );
  }
  if (customer) {
    checkCustomerKey(headers, CUSTOMER);
    throw notImplemented(`${CUSTOMER}algorithm`);
  }
  if (method !== undefined && method !== 'AES256') {
    if (KMS_METHODS.has(method)) throw notImplemented(METHOD);
    throw invalidArgument('The encryption method specified is not supported', METHOD, method);
  }
  if (headers[KMS_KEY_ID] !== undefined || headers[KMS_CONTEXT] !== undefined) {
    throw invalidArgument(
      `Server Side Encryption with AWS KMS managed key requires HTTP header ${METHOD} : aws:kms`,
      METHOD,
    );
  }
  if (headers[BUCKET_KEY]?.toLowerCase() === 'true') throw notImplemented(BUCKET_KEY);
}

/** Reads: no stored object has a customer's key, so a well-formed one does not apply to it.
 * @throws AwsError */
export function checkReadEncryption(headers: Headers): void {
  const method = headers[METHOD];
  if (method !== undefined) {
    throw invalidArgument(`${METHOD} header is not supported for this operation.`, METHOD, method);
  }
  refuseCustomerKey(headers, CUSTOMER);
}

/** @throws AwsError */
export function checkCopySourceEncryption(headers: Headers): void {
  refuseCustomerKey(headers, COPY_SOURCE_CUSTOMER);
}

/** Parts: the upload decides about encryption; only a customer's key comes with each part.
 * @throws AwsError */
export function checkPartEncryption(headers: Headers): void {
  refuseCustomerKey(headers, CUSTOMER);
}

function refuseCustomerKey(headers: Headers, prefix: string): void {
  if (!hasCustomerKey(headers, prefix)) return;
  checkCustomerKey(headers, prefix);
  throw invalidRequest('The encryption parameters are not applicable to this object.');
}

function hasCustomerKey(headers: Headers, prefix: string): boolean {
  return (
    headers[`${prefix}algorithm`] !== undefined ||
    headers[`${prefix}key`] !== undefined ||
    headers[`${prefix}key-md5`] !== undefined
  );
}

function checkCustomerKey(headers: Headers, prefix: string): void {
  const algorithm = headers[`${prefix}algorithm`];
  const key = headers[`${prefix}key`];
  const keyMd5 = headers[`${prefix}key-md5`];
  const need = 'Requests specifying Server Side Encryption with Customer provided keys must provide';
  if (algorithm === undefined) {
    throw invalidArgument(`${need} a valid encryption algorithm.`, `${prefix}algorithm`, 'null');
  }
  if (algorithm !== 'AES256') throw invalidEncryptionAlgorithm(algorithm);
  if (key === undefined) throw invalidArgument(`${need} an appropriate secret key.`, `${prefix}key`, 'null');
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== CUSTOMER_KEY_BYTES) {
    throw invalidArgument('The secret key was invalid for the specified algorithm.', `${prefix}key`);
  }
  if (keyMd5 === undefined) {
    throw invalidArgument(`${need} the client calculated MD5 of the secret key.`, `${prefix}key-MD5`, 'null');
  }
  if (createHash('md5').update(bytes).digest('base64') !== keyMd5) {
    throw invalidArgument(
      'The calculated MD5 hash of the key did not match the hash that was provided.',
      `${prefix}key-MD5`,
      keyMd5,
    );
  }
}
