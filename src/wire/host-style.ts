// How a request names its bucket: in the path (`/bucket/key`) or in front of the host (`bucket.s3.example.com/key`).

/** What the Host header says. `account` is what S3 Control's clients put in front of every host. */
export interface HostStyle {
  readonly bucket: string | undefined;
  readonly account: string | undefined;
  /** Without port, lower-case. */
  readonly hostname: string;
}

const IP_V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const ACCOUNT = /^\d{12}$/;
/** `s3`, `s3.REGION` or `s3-REGION`, with or without `dualstack`, between a bucket and a domain, as at AWS. A region
 * must look like one: `my.s3.files.localhost` is the bucket `my.s3.files`. */
const SERVICE_LABELS = /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d+|\.dualstack)?$/;
const CONTROL_LABELS = /^(?:(\d{12})\.)?s3-control(?:\.(?:dualstack\.)?[a-z]{2}(?:-[a-z]+)+-\d+)?$/;

/** The last host of each list of domains: clients send the same one again and again. */
const lastSplit = new WeakMap<readonly string[], { readonly host: string; readonly style: HostStyle }>();
const NO_DOMAINS: readonly string[] = [];

/** Reads a Host header. `domains`: names under which this server is reached, lower-case; `localhost` and
 * `amazonaws.com` (clients that are pointed here by their resolver) always belong to them. */
export function splitHost(host = '', domains: readonly string[] = NO_DOMAINS): HostStyle {
  const last = lastSplit.get(domains);
  if (last?.host === host) return last.style;
  const style = splitNewHost(host, domains);
  lastSplit.set(domains, { host, style });
  return style;
}

function splitNewHost(host: string, domains: readonly string[]): HostStyle {
  const hostname = hostnameOf(host);
  const pathStyle: HostStyle = { bucket: undefined, account: undefined, hostname };
  if (hostname.startsWith('[') || IP_V4.test(hostname)) return pathStyle;
  const labels = labelsBefore(hostname, domains);
  if (labels === undefined || labels === '') return pathStyle;
  const control = CONTROL_LABELS.exec(labels);
  if (control !== null) return { ...pathStyle, account: control[1] };
  const service = SERVICE_LABELS.exec(labels);
  if (service !== null) return inFront(service[1], hostname);
  return inFront(labels, hostname);
}

function inFront(labels: string | undefined, hostname: string): HostStyle {
  // Twelve digits in front are an account of S3 Control; a bucket of that name is reached by its path.
  return labels !== undefined && ACCOUNT.test(labels)
    ? { bucket: undefined, account: labels, hostname }
    : { bucket: labels, account: undefined, hostname };
}

function hostnameOf(host: string): string {
  const lower = host.toLowerCase();
  if (lower.startsWith('[')) return lower.slice(0, lower.indexOf(']') + 1 || undefined);
  const colon = lower.indexOf(':');
  const name = colon === -1 ? lower : lower.slice(0, colon);
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** What stands in front of the longest of our domains; undefined when the host is none of ours. */
function labelsBefore(hostname: string, domains: readonly string[]): string | undefined {
  let longest: string | undefined;
  for (const domain of ['localhost', 'amazonaws.com', ...domains]) {
    if (longest !== undefined && domain.length <= longest.length) continue;
    if (hostname === domain || hostname.endsWith(`.${domain}`)) longest = domain;
  }
  return longest === undefined ? undefined : hostname.slice(0, -longest.length).replace(/\.$/, '');
}
