-- place, policy, generation, smallest and largest age in the bucket, objects freed by reference count, by
-- collections: of all seeds
SELECT place, policy, generation, youngest,
       iif(bucket < 8, youngest, youngest + (1 << bucket / 4 - 1) - 1),
       sum(by_refcount), sum(by_collector)
FROM shown LEFT JOIN age USING (run_id)
GROUP BY place, generation, bucket ORDER BY place, generation, bucket
