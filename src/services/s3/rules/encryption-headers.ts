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
/** Names put together for each request would have to be looked up as new strings. */
const CUSTOMER = customerNames(`${METHOD}-customer-`);
const COPY_SOURCE_CUSTOMER = customerNames('x-amz-copy-source-server-side-encryption-customer-');
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
    throw notImplemented(CUSTOMER.algorithm);
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

type CustomerNames = Readonly<Record<'algorithm' | 'key' | 'keyMd5', string>>;

function customerNames(prefix: string): CustomerNames {
  return { algorithm: `${prefix}algorithm`, key: `${prefix}key`, keyMd5: `${prefix}key-md5` };
}

function refuseCustomerKey(headers: Headers, names: CustomerNames): void {
  if (!hasCustomerKey(headers, names)) return;
  checkCustomerKey(headers, names);
  throw invalidRequest('The encryption parameters are not applicable to this object.');
}

function hasCustomerKey(headers: Headers, names: CustomerNames): boolean {
  return (
    headers[names.algorithm] !== undefined ||
    headers[names.key] !== undefined ||
    headers[names.keyMd5] !== undefined
  );
}

function checkCustomerKey(headers: Headers, names: CustomerNames): void {
  const algorithm = headers[names.algorithm];
  const key = headers[names.key];
  const keyMd5 = headers[names.keyMd5];
  const need = 'Requests specifying Server Side Encryption with Customer provided keys must provide';
  if (algorithm === undefined) {
    throw invalidArgument(`${need} a valid encryption algorithm.`, names.algorithm, 'null');
  }
  if (algorithm !== 'AES256') throw invalidEncryptionAlgorithm(algorithm);
  if (key === undefined) throw invalidArgument(`${need} an appropriate secret key.`, names.key, 'null');
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== CUSTOMER_KEY_BYTES) {
    throw invalidArgument('The secret key was invalid for the specified algorithm.', names.key);
  }
  if (keyMd5 === undefined) {
    throw invalidArgument(`${need} the client calculated MD5 of the secret key.`, `${names.key}-MD5`, 'null');
  }
  if (createHash('md5').update(bytes).digest('base64') !== keyMd5) {
    throw invalidArgument(
      'The calculated MD5 hash of the key did not match the hash that was provided.',
      `${names.key}-MD5`,
      keyMd5,
    );
  }
}
