import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError, type ServeConfig } from '../config.ts';

/** Proves certificate and key before anything starts: the threads that use them could only fail.
 * @throws ConfigError */
export function requireCertificate({ tls }: Pick<ServeConfig, 'tls'>): void {
  if (tls === undefined) return;
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new ConfigError(`${path} cannot be read: ${(error as Error).message}.`, { cause: error });
    }
  };
  const [cert, key] = [read(tls.certificatePath), read(tls.keyPath)];
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const files = `${tls.certificatePath} and ${tls.keyPath}`;
    throw new ConfigError(`${files} are no certificate with its key: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
