import { type AdministrationOperation, refuseUnknown } from './operation.ts';

export const exportMasterKey: AdministrationOperation = {
  handle(input, { masterKey }) {
    refuseUnknown(input);
    return Promise.resolve({ masterKey: masterKey.export() });
  },
};

export const rotateMasterKey: AdministrationOperation = {
  async handle(input, { masterKey }) {
    refuseUnknown(input);
    return { generation: await masterKey.rotate() };
  },
};
