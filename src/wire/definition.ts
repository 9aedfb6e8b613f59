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

/** Handler and access row of one operation, its types erased: the reader makes inputs as the schema says. */
export interface HandledOperation<Caller> {
  /** What is needed depends on the document: else it is asked before the document is read, so that nobody without a
   * permission makes us read it. */
  readonly accessReadsDocument: boolean;
  handle(input: unknown, call: Call<Caller>): Promise<unknown>;
  access(
    input: unknown,
    call: Call<Caller>,
  ): readonly AccessRequirement[] | Promise<readonly AccessRequirement[]>;
}

export interface ServiceDefinition<Caller> {
  /** The name in a credential scope: s3, iam, sts, kms, monitoring. S3 Control, which signs as s3, is `s3control`. */
  readonly name: string;
  readonly sdk: object;
  readonly protocol: ProtocolName;
  readonly handled: ReadonlyMap<string, HandledOperation<Caller>>;
  /** Nothing of it is for anonymous callers: they are refused before anything is read. */
  readonly signedOnly?: boolean;
}

/** A service is data plus functions; the compiler refuses a handler without an access row. Curried so that `Caller`
 * is named and the rest inferred: `defineService<Principal>()({ name, sdk, protocol, handlers, access })`. */
export function defineService<Caller>() {
  return <Sdk extends object, Handled extends OperationName<Sdk>>(definition: {
    readonly name: string;
    readonly sdk: Sdk;
    readonly protocol: ProtocolName;
    readonly handlers: { readonly [Name in Handled]: Handler<Sdk, Name, Caller> };
    readonly access: { readonly [Name in Handled]: AccessOf<Sdk, Name, Caller> };
    /** Those whose access row reads members of the document; all where this is absent. The rows of others are given
     * what travels outside of it. */
    readonly accessReadsDocument?: readonly NoInfer<Handled>[];
    readonly signedOnly?: true;
  }): ServiceDefinition<Caller> => {
    const { name, sdk, protocol, accessReadsDocument: late, signedOnly = false } = definition;
    const rows = new Map<string, unknown>(Object.entries(definition.access));
    const handled = new Map<string, HandledOperation<Caller>>();
    for (const [operation, handle] of Object.entries(definition.handlers)) {
      const access = rows.get(operation);
      const accessReadsDocument = late === undefined || late.some((one) => one === operation);
      if (isHandle<Caller>(handle) && isAccess<Caller>(access))
        handled.set(operation, { handle, access, accessReadsDocument });
      else throw new TypeError(`${name}: ${operation} lacks a handler or an access row`);
    }
    return { name, sdk, protocol, handled, signedOnly };
  };
}

function isHandle<Caller>(value: unknown): value is HandledOperation<Caller>['handle'] {
  return typeof value === 'function';
}

function isAccess<Caller>(value: unknown): value is HandledOperation<Caller>['access'] {
  return typeof value === 'function';
}
