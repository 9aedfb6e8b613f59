import { administrationInvalid } from '../../errors/holdfast.ts';
import { type AdministrationOperation, refuseUnknown, requireText } from './operation.ts';

/** What `holdfast status` shows. With `verify`, every counter is recounted from the rows it counts, too. */
export const getStatus: AdministrationOperation = {
  async handle(input, context) {
    refuseUnknown(input, 'bucket', 'verify');
    const bucket = input['bucket'] === undefined ? undefined : requireText(input, 'bucket');
    const verify = input['verify'] ?? false;
    if (typeof verify !== 'boolean') throw administrationInvalid('verify must be true or false.');
    return { status: await context.status(bucket, verify) };
  },
};
