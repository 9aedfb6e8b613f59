/** Below the data directory: where the first start leaves the root key when nobody watches. */
export const ROOT_KEY_FILE = 'root-access-key';

/** Credentials as the lines a shell takes; printed once, never logged. */
export function printCredentials(
  title: string,
  { accessKeyId, secretAccessKey }: { readonly accessKeyId: string; readonly secretAccessKey: string },
): void {
  console.log(`# ${title}
export AWS_ACCESS_KEY_ID=${accessKeyId}
export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`);
}
