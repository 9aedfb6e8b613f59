import { createAccount } from './create-account.ts';
import { getJobStates } from './get-job-states.ts';
import { getStatus } from './get-status.ts';
import { listAccounts } from './list-accounts.ts';
import { exportMasterKey, rotateMasterKey } from './master-key.ts';
import type { AdministrationOperation } from './operation.ts';
import { createRootAccessKey, disableRootAccessKey, rotateRootAccessKey } from './root-access-keys.ts';

/** By the name in the path, which is also the name of the action. */
export const OPERATIONS: ReadonlyMap<string, AdministrationOperation> = new Map(
  Object.entries({
    CreateAccount: createAccount,
    ListAccounts: listAccounts,
    CreateRootAccessKey: createRootAccessKey,
    RotateRootAccessKey: rotateRootAccessKey,
    DisableRootAccessKey: disableRootAccessKey,
    ExportMasterKey: exportMasterKey,
    RotateMasterKey: rotateMasterKey,
    GetStatus: getStatus,
    GetJobStates: getJobStates,
  }),
);
