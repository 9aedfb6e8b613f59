/** Wildcard matching as IAM does it: `*` is any run of characters, also across `/`; `?` is exactly one (UTF-16
 * unit). Time is bounded by pattern length times value length, whatever the number of stars. */
export interface Pattern {
  readonly text: string;
  /** Positions in `text` that stand for themselves: what a policy variable put there. */
  readonly literal?: ReadonlySet<number>;
}

const STAR = 0x2a;
const QUESTION = 0x3f;
const COLON = 0x3a;

/** `arn:partition:service:region:account:resource` */
const ARN_SEGMENTS = 6;

export function matchesPattern(pattern: Pattern, value: string): boolean {
  return matchesBetween(pattern, 0, pattern.text.length, value, 0, value.length);
}

/** For a pattern in which every `*` and `?` is a wildcard. */
export function matchesText(pattern: string, value: string): boolean {
  return pattern === '*' || matchesPattern({ text: pattern }, value);
}

function matchesBetween(
  pattern: Pattern,
  patternStart: number,
  patternEnd: number,
  value: string,
  valueStart: number,
  valueEnd: number,
): boolean {
  const { text, literal } = pattern;
  let at = patternStart;
  let index = valueStart;
  let starAt = -1;
  let starIndex = valueStart;
  while (index < valueEnd) {
    const code = at < patternEnd ? text.charCodeAt(at) : -1;
    const wild = (code === STAR || code === QUESTION) && !literal?.has(at);
    if (wild && code === STAR) {
      starAt = at++;
      starIndex = index;
    } else if (code !== -1 && (wild || code === value.charCodeAt(index))) {
      at++;
      index++;
    } else if (starAt !== -1) {
      // Only the last star needs another try: an earlier one could take nothing that this one cannot.
      at = starAt + 1;
      index = ++starIndex;
    } else {
      return false;
    }
  }
  while (at < patternEnd && text.charCodeAt(at) === STAR && !literal?.has(at)) at++;
  return at === patternEnd;
}

/** A resource ARN against a Resource pattern: wildcards stay within their colon-separated segment, except that
 * a `*` that ends its segment may run over the colons that follow.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html */
export function matchesResource(pattern: Pattern, resource: string): boolean {
  if (pattern.text === '*' && pattern.literal === undefined) return true;
  let at = 0;
  let index = 0;
  for (let segment = 1; segment < ARN_SEGMENTS; segment++) {
    const patternColon = nextColon(pattern, at);
    if (patternColon === -1 || endsWithStar(pattern, patternColon)) break;
    const valueColon = resource.indexOf(':', index);
    if (valueColon === -1) return false;
    if (!matchesBetween(pattern, at, patternColon, resource, index, valueColon)) return false;
    at = patternColon + 1;
    index = valueColon + 1;
  }
  return matchesBetween(pattern, at, pattern.text.length, resource, index, resource.length);
}

/** ArnLike and ArnEquals: all six components one by one, no wildcard crosses a colon between them. */
export function matchesArn(pattern: Pattern, value: string): boolean {
  if (pattern.text === '*' && pattern.literal === undefined) return true;
  let at = 0;
  let index = 0;
  for (let segment = 1; segment < ARN_SEGMENTS; segment++) {
    const patternColon = nextColon(pattern, at);
    const valueColon = value.indexOf(':', index);
    if (patternColon === -1 || valueColon === -1) return false;
    if (!matchesBetween(pattern, at, patternColon, value, index, valueColon)) return false;
    at = patternColon + 1;
    index = valueColon + 1;
  }
  return matchesBetween(pattern, at, pattern.text.length, value, index, value.length);
}

function nextColon(pattern: Pattern, from: number): number {
  for (let at = from; at < pattern.text.length; at++) {
    if (pattern.text.charCodeAt(at) === COLON && !pattern.literal?.has(at)) return at;
  }
  return -1;
}

function endsWithStar(pattern: Pattern, end: number): boolean {
  return pattern.text.charCodeAt(end - 1) === STAR && !pattern.literal?.has(end - 1);
}
