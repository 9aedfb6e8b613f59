import type * as sts from '@aws-sdk/client-sts';
import type { Principal } from '../../policy/types.ts';
import type { AccessOf, Handler } from '../../wire/definition.ts';
import type { OperationName } from '../../wire/operations.ts';

/** One operation: what its caller must be allowed to do, and what it does. */
export interface StsOperation<Name extends OperationName<typeof sts>> {
  readonly access: AccessOf<typeof sts, Name, Principal>;
  readonly handle: Handler<typeof sts, Name, Principal>;
}
