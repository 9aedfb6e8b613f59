/** The key layout, in one place (DESIGN decision 14). Each function's file holds its row's codec.
 *
 *   site          ('site')                                            SiteRow
 *   bucketNames   (name)                                              BucketNameRow
 *   buckets       (name)                                              BucketRow
 *   incarnations  (incarnation)                                       IncarnationRow
 *   leases        (destination, shard)                                LeaseRow
 *   versions      (bucketId, key, ~stamp)                             VersionRow; ~ = inverted: newest first
 *   facets        (bucketId, key, ~stamp)                             FacetsRow
 *   deliveries    (bucketId, key, ~stamp, destination)                DeliveryRow
 *   listing       (bucketId, key)                                     ListingRow
 *   nullVersions  (bucketId, key)                                     stamp of the null version
 *   inlineBytes   (stamp, bucketId, key, part)                        sealed bytes; oldest first
 *   tombstones    (bucketId, key, ~stamp)                             {} : removed by id, must never come back
 *   uploads       (bucketId, key, uploadId)     parts (bucketId, uploadId, number)
 *   garbage       (blob id of the first)                              GarbageRow
 *   claimedBlobs  (blob id)                                           {} : some row owns, or owned, this blob
 *   intents       (destination, shard, stamp, bucketId, key, kind)    IntentRow; parkedIntents, batchIntents alike
 *   jobs          (jobId)                                             JobRow
 *   jobTasks      (jobId, chunk)                                      JobChunkRow: manifest and results
 *   jobStates     (jobId, number)                                     JobStateRow
 *   jobProgress   (jobId)                                             JobProgressRow
 *   jobAnswers    (jobId, chunk, task, destination)                   JobAnswerRow
 *   jobTokens     (account, token)      jobsOfAccount (account, createdAtMs, jobId)      batchLease ()
 *   counters      (name, ...labels)                                   8 bytes, `add` only
 */
export { TABLES } from './table-numbers.ts';
