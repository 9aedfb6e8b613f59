/** A refusal of the operating system in a sentence for a person, as `/srv/data: permission denied (EACCES).`; undefined
 * where it was not the system that refused. */
export function systemSentence(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, dest, hostname, address }: SystemError = error;
  if (code === undefined || syscall === undefined) return undefined;
  const subject = path ?? dest ?? hostname ?? address ?? syscall;
  return `${subject}: ${reasonOf(error.message, code)} (${code}).`;
}

interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly dest?: string;
  readonly hostname?: string;
  readonly address?: string;
}

/** Node says `EACCES: permission denied, open '/srv/data'`, and of names and addresses `getaddrinfo ENOTFOUND host`. */
function reasonOf(message: string, code: string): string {
  const reason = /^[A-Z0-9]+: (.+?), \w+/.exec(message)?.[1];
  return reason ?? REASONS[code] ?? message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be looked up now',
  EADDRNOTAVAIL: 'no address of this machine',
};
