/** The key layout, in one place (DESIGN decision 14). Each function's file holds its row's codec.
 *
 *   buckets       (name)                                              BucketRow
 *   versions      (bucketId, key, ~stamp)                             VersionRow; ~ = inverted: newest first
 *   facets        (bucketId, key, ~stamp)                             FacetsRow
 *   deliveries    (bucketId, key, ~stamp, destination)                DeliveryRow
 *   listing       (bucketId, key)                                     ListingRow
 *   nullVersions  (bucketId, key)                                     stamp of the null version
 *   inlineBytes   (bucketId, key, ~stamp, part)                       sealed bytes
 *   tombstones    (bucketId, key, ~stamp)                             {} : removed by id, must never come back
 *   uploads       (bucketId, key, uploadId)     parts (bucketId, uploadId, number)
 *   garbage       (blob id of the first)                              GarbageRow
 *   intents       (destination, shard, stamp, bucketId, key, kind)    IntentRow; parkedIntents alike
 *   counters      (name, ...labels)                                   8 bytes, `add` only
 */
export {};
