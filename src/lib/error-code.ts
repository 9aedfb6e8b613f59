/** What the system calls its refusal (`ENOENT`), or Node.js its own; undefined where the error carries no such name. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
