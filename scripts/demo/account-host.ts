import { lookup } from 'node:dns/promises';

/** `aws s3control` puts the account before the host, whatever the endpoint is. What a person can do where that name does
 * not resolve; undefined where it does. */
export async function accountHostHint(account: string, endpoint: string): Promise<string | undefined> {
  const host = `${account}.localhost`;
  try {
    await lookup(host);
    return undefined;
  } catch {
    return `aws s3control calls ${host}, which this machine does not resolve. One line mends it (or Debian's libnss-myhostname):
  echo '127.0.0.1 ${host}' | sudo tee -a /etc/hosts
without root, in the shell of the commands: export http_proxy=${endpoint}`;
  }
}
