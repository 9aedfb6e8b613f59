import type { AccessRequirement, Call } from './call.ts';
import type { Input, OperationName, Output } from './operations.ts';

export type ProtocolName = 'rest-xml' | 'aws-query' | 'aws-json-1.0' | 'aws-json-1.1';

export type Handler<Sdk, Name extends string, Caller> = (
  input: Input<Sdk, Name>,
  call: Call<Caller>,
) => Promise<Output<Sdk, Name>>;

/** Handlers by operation name. What is absent answers NotImplemented. */
export type Handlers<Sdk, Caller> = {
  readonly [Name in OperationName<Sdk>]?: Handler<Sdk, Name, Caller>;
};

/** What a call needs; an empty list means that everybody may (or that the handler asks `call.authorise` itself). */
export type AccessOf<Sdk, Name extends string, Caller> = (
  input: Input<Sdk, Name>,
  call: Call<Caller>,
) => readonly AccessRequirement[] | Promise<readonly AccessRequirement[]>;

export interface ServiceDefinition<Sdk, Caller> {
  /** The name in a credential scope: s3, iam, sts, kms, monitoring. S3 Control, which signs as s3, is `s3control`. */
  readonly name: string;
  readonly sdk: Sdk;
  readonly protocol: ProtocolName;
  readonly handlers: Handlers<Sdk, Caller>;
  readonly access: { readonly [Name in OperationName<Sdk>]?: AccessOf<Sdk, Name, Caller> };
}

/** A service is data plus functions; the compiler refuses a handler without an access row. Curried so that `Caller`
 * is named and the rest inferred: `defineService<Principal>()({ name, sdk, protocol, handlers, access })`. */
export function defineService<Caller>() {
  return <Sdk, Handled extends OperationName<Sdk>>(definition: {
    readonly name: string;
    readonly sdk: Sdk;
    readonly protocol: ProtocolName;
    readonly handlers: { readonly [Name in Handled]: Handler<Sdk, Name, Caller> };
    readonly access: { readonly [Name in Handled]: AccessOf<Sdk, Name, Caller> };
  }): ServiceDefinition<Sdk, Caller> => definition as ServiceDefinition<Sdk, Caller>;
}
