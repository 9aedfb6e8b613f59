import type { GetOutputType } from '@smithy/types';

/** Types only: what a handler takes and gives, derived from an SDK module by operation name. */

/** Every operation of an SDK module: it has both a command and a schema. */
export type OperationName<Sdk> = {
  [Export in keyof Sdk]: Export extends `${infer Name}Command`
    ? `${Name}$` extends keyof Sdk
      ? Name
      : never
    : never;
}[keyof Sdk];

type CommandOf<Sdk, Name extends string> = `${Name}Command` extends keyof Sdk
  ? Sdk[`${Name}Command`] extends abstract new (
      ...args: never
    ) => unknown
    ? Sdk[`${Name}Command`]
    : never
  : never;

// Commands whose input is optional have a constructor typed `...[input]: [] | [Input]`.
type FirstArgument<Arguments> = Arguments extends [infer First] ? First : never;

type Scalar = string | number | bigint | boolean | Date | Uint8Array | null;

/** Without `undefined`, at every depth: the reader enforces required members and leaves absent ones out. */
export type Defined<T> = T extends Scalar
  ? T
  : T extends readonly (infer Item)[]
    ? number extends T['length']
      ? Defined<Item>[]
      : { [Index in keyof T]: Defined<T[Index]> }
    : T extends object
      ? { [Member in keyof T]: Defined<Exclude<T[Member], undefined>> }
      : T;

/** A body that a handler streams out. */
export type BodyOut = AsyncIterable<Uint8Array> | Uint8Array;

/** What a handler takes. A streaming body is not in it: it is `call.body`. */
export type Input<Sdk, Name extends string> = Defined<
  Omit<FirstArgument<ConstructorParameters<CommandOf<Sdk, Name>>>, 'Body'>
>;

type RawOutput<Sdk, Name extends string> = Omit<
  GetOutputType<InstanceType<CommandOf<Sdk, Name>>>,
  '$metadata'
>;

type WithBody<Raw> = 'Body' extends keyof Raw ? Omit<Raw, 'Body'> & { Body?: BodyOut } : Raw;

/** What a handler gives. Members that are undefined are left out of the answer. */
export type Output<Sdk, Name extends string> = WithBody<RawOutput<Sdk, Name>>;
