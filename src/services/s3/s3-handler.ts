import type * as sdk from '@aws-sdk/client-s3';
import type { Principal } from '../../policy/types.ts';
import type { Call } from '../../wire/call.ts';
import type { AccessOf, Handler } from '../../wire/definition.ts';
import type { Input, OperationName, Output } from '../../wire/operations.ts';

/** The SDK module whose schemas are the wire. */
export type S3 = typeof sdk;
export type S3Operation = OperationName<S3>;
export type S3Input<Name extends S3Operation> = Input<S3, Name>;
export type S3Output<Name extends S3Operation> = Output<S3, Name>;
export type S3Handler<Name extends S3Operation> = Handler<S3, Name, Principal>;
export type S3Access<Name extends S3Operation> = AccessOf<S3, Name, Principal>;
export type S3Call = Call<Principal>;
