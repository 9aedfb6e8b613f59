import type { Site } from '../../buckets/region.ts';
import { administrationDenied, administrationInvalid } from '../../errors/holdfast.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Principal } from '../../policy/types.ts';

/** What an operation of our own API works with; compose builds it. */
export interface AdministrationContext {
  readonly identity: Identity;
  readonly site: Pick<Site, 'regions' | 'clock' | 'defaultRegion'>;
  /** Whose principals administer the site. */
  readonly operatorAccount: string;
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

/** One admin call: POST /_holdfast/api/NAME, JSON in and out. */
export interface AdministrationOperation {
  /** What the caller must be allowed; absent: `holdfast:NAME` on the site, which is its operator's. */
  access?(
    input: JsonObject,
    caller: Principal,
    context: AdministrationContext,
  ): Promise<AdministrationAccess>;
  handle(input: JsonObject, context: AdministrationContext, caller: Principal): Promise<object>;
}

export interface AdministrationAccess {
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  readonly resourceAccount: string;
  /** Condition keys of this resource. */
  readonly conditions: Readonly<Record<string, string>>;
}

/** @throws AwsError AccessDenied for who has no account */
export function accountOf(caller: Principal): string {
  if ('account' in caller) return caller.account;
  throw administrationDenied();
}

/** @throws AwsError ValidationError */
export function requireText(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw administrationInvalid(`${name} must be a text.`);
  return value;
}

/** @throws AwsError ValidationError when there is a member that the operation does not know: never ignored. */
export function refuseUnknown(input: JsonObject, ...known: readonly string[]): void {
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) throw administrationInvalid(`${unknown} is not a parameter of this operation.`);
}
