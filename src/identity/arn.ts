/** IAM's ARNs carry the path: arn:aws:iam::ACCOUNT:role/service-role/NAME. */
export type ArnKind = 'user' | 'group' | 'role' | 'policy';

export function iamArn(account: string, kind: ArnKind, path: string, name: string): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`;
}

export function rootArn(account: string): string {
  return `arn:aws:iam::${account}:root`;
}

export function assumedRoleArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

export interface ParsedIamArn {
  /** 12 digits, or `aws` for AWS's own managed policies. */
  readonly account: string;
  readonly kind: ArnKind;
  /** With both slashes. */
  readonly path: string;
  readonly name: string;
}

const IAM_ARN = /^arn:aws:iam::(\d{12}|aws):(user|group|role|policy)(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]+)$/;

export function parseIamArn(arn: string): ParsedIamArn | undefined {
  const match = IAM_ARN.exec(arn);
  if (match === null) return undefined;
  const [, account = '', kind = '', path = '', name = ''] = match;
  if (kind !== 'user' && kind !== 'group' && kind !== 'role' && kind !== 'policy') return undefined;
  return { account, kind, path, name };
}
