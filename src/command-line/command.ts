export interface Command {
  /** One line of `holdfast --help`. */
  readonly summary: string;
  readonly help: string;
  /** Gives the exit code. */
  run(argv: readonly string[]): Promise<number>;
}

/** What was typed makes no sense: one sentence that says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The server refused, or could not be reached. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The error code of the answer, where there was one: `NoSuchBucket`. */
  readonly code: string | undefined;
  /** HTTP's. */
  readonly status: number | undefined;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly code?: string | undefined;
      readonly status?: number | undefined;
    } = {},
  ) {
    super(message, options);
    this.code = options.code;
    this.status = options.status;
  }
}
