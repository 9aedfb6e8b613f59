import type { Identity } from '../identity/identity.ts';
import type { Logger } from '../lib/logger.ts';
import type { ObjectsContext } from '../objects/context.ts';
import type { RoleAccess } from '../replication/role/role-access.ts';

/** What every part of a batch job leans on. */
export interface BatchContext {
  readonly objects: ObjectsContext;
  readonly identity: Identity;
  /** The job's role, assumed as batchoperations.s3.amazonaws.com. */
  readonly roles: RoleAccess;
  readonly logger: Logger;
}
