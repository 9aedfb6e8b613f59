/** Who asks. Account ids have 12 digits. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'root';
      readonly account: string;
      /** Signed with the keys of GetSessionToken. */
      readonly temporary?: true;
      /** Of temporary keys: milliseconds since the epoch. */
      readonly tokenIssuedAtMs?: number;
    }
  | {
      readonly kind: 'user';
      readonly account: string;
      readonly arn: string;
      readonly userId: string;
      readonly userName: string;
      /** Signed with the keys of GetSessionToken. */
      readonly temporary?: true;
      /** Of temporary keys: milliseconds since the epoch. */
      readonly tokenIssuedAtMs?: number;
    }
  | {
      readonly kind: 'role-session';
      readonly account: string;
      readonly roleArn: string;
      readonly roleId: string;
      readonly sessionName: string;
      /** arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION */
      readonly arn: string;
      /** The document that AssumeRole was given to narrow this session. */
      readonly sessionPolicy?: string;
      /** Managed policies that narrow it as well, by ARN; read when used. */
      readonly sessionPolicyArns?: readonly string[];
      /** Milliseconds since the epoch. Absent of sessions that never had a token, as the replication worker's. */
      readonly tokenIssuedAtMs?: number;
    }
  | { readonly kind: 'service'; readonly service: string };

/** Condition keys (any letter case) to their values. A key that is absent has no entry. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export interface AccessRequest {
  readonly principal: Principal;
  /** As `s3:GetObject`. */
  readonly action: string;
  /** ARN of what is acted on. */
  readonly resource: string;
  readonly context: RequestContext;
}

/** Every policy that has a say in one request. */
export interface ApplicablePolicies {
  /** Attached to the user, its groups, or the role. */
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  readonly session?: readonly PolicyDocument[];
  /** Attached to the resource (bucket policy, trust policy). */
  readonly resource?: PolicyDocument;
  readonly resourceAccount: string;
  /** The unique ids behind the ARNs of `resource`, as they were when it was put. */
  readonly resourcePrincipalIds?: Readonly<Record<string, string>>;
  /** For resources that nobody reaches by identity policies alone: a role's trust policy. */
  readonly resourceMustAllow?: true;
}

export type Decision =
  | { readonly decision: 'allow' }
  | {
      readonly decision: 'explicit-deny';
      readonly statement: string;
      readonly policy: 'identity' | 'resource' | 'boundary' | 'session';
    }
  | {
      readonly decision: 'implicit-deny';
      readonly missing: 'identity' | 'resource' | 'boundary' | 'session';
    };

export interface PolicyDocument {
  readonly version: '2012-10-17' | '2008-10-17';
  readonly id?: string;
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly principal?: PrincipalMatch;
  readonly actions: StringMatch;
  readonly resources?: StringMatch;
  readonly conditions: readonly Condition[];
}

/** `negated` stands for NotAction, NotResource, NotPrincipal. */
export interface StringMatch {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

export interface PrincipalMatch {
  readonly negated: boolean;
  /** True for `"*"` and `{"AWS": "*"}`. */
  readonly everyone: boolean;
  readonly aws: readonly string[];
  readonly service: readonly string[];
  readonly federated: readonly string[];
}

export interface Condition {
  /** As written: StringEquals, ForAnyValue:StringLike, NumericLessThanIfExists, ... */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}
