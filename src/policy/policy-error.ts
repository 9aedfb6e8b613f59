/** Why a policy document was refused. The caller turns it into its service's code: MalformedPolicy (S3) or
 * MalformedPolicyDocument (IAM, STS); `unsupported` ones become NotImplemented. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly unsupported: boolean;

  constructor(message: string, options: { unsupported?: boolean } = {}) {
    super(message);
    this.unsupported = options.unsupported ?? false;
  }
}
