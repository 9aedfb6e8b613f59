import type { Site } from '../../../buckets/region.ts';
import { illegalLocationConstraint, invalidLocationConstraint } from '../../../errors/s3.ts';

const DEFAULT_REGION = 'us-east-1';
/** The form of AWS's region names: asked for a region that this site does not serve, AWS's own answer is the same. */
const REGION_FORM = /^[a-z]{2}(-[a-z]+)+-\d$/;

export function isAwsRegion(name: string): boolean {
  return REGION_FORM.test(name);
}

/** The region of a new bucket. us-east-1 is what has no constraint and takes requests for every other region; each other
 * region wants its own name.
 * @throws AwsError InvalidLocationConstraint, IllegalLocationConstraintException */
export function bucketRegion(site: Site, requestRegion: string, constraint: string | undefined): string {
  if (requestRegion === DEFAULT_REGION) {
    if (constraint === undefined || constraint === '') return served(site, DEFAULT_REGION);
    if (constraint === DEFAULT_REGION) throw invalidLocationConstraint(constraint);
    return served(site, constraint === 'EU' ? 'eu-west-1' : constraint);
  }
  if (constraint === undefined || constraint === '') throw illegalLocationConstraint('unspecified');
  if (constraint !== requestRegion) throw illegalLocationConstraint(constraint);
  return served(site, constraint);
}

function served(site: Site, region: string): string {
  if (!site.regions.has(region)) throw invalidLocationConstraint(region);
  return region;
}
