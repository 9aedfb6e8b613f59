import type * as iam from '@aws-sdk/client-iam';
import type { Principal } from '../../policy/types.ts';
import type { Call } from '../../wire/call.ts';
import type { AccessOf, Handler } from '../../wire/definition.ts';
import type { OperationName } from '../../wire/operations.ts';

export type IamCall = Call<Principal>;
export type IamOperationName = OperationName<typeof iam>;

/** One operation: what its caller must be allowed to do, and what it does. */
export interface IamOperation<Name extends IamOperationName> {
  readonly access: AccessOf<typeof iam, Name, Principal>;
  readonly handle: Handler<typeof iam, Name, Principal>;
}
