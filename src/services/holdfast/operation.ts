import { AwsError } from '../../errors/aws-error.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../policy/types.ts';

/** What an operation of our own API works with; compose builds it. */
export interface AdministrationContext {
  readonly identity: Identity;
  readonly masterKey: MasterKeyAdministration;
  status(bucket: string | undefined, verify: boolean): Promise<unknown>;
}

export interface MasterKeyAdministration {
  /** All generations, newest first, in base64, one a line. */
  export(): string;
  /** Gives the new generation's fingerprint. */
  rotate(): Promise<string>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** One admin call: POST /_holdfast/api/NAME, JSON in and out, allowed by the action `holdfast:NAME`. */
export interface AdministrationOperation {
  handle(input: JsonObject, context: AdministrationContext, caller: Principal): Promise<object>;
}

/** @throws AwsError ValidationError */
export function requireText(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw validationError(`${name} must be a text.`);
  return value;
}

/** @throws AwsError ValidationError when there is a member that the operation does not know: never ignored. */
export function refuseUnknown(input: JsonObject, ...known: readonly string[]): void {
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) throw validationError(`${unknown} is not a parameter of this operation.`);
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', 400, message);
}
