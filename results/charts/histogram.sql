-- place, policy, generation, seconds of the mean and of the longest pause in the bucket, collections: buckets of
-- pauses of the steady state, of all seeds, at most 3.2% wide
SELECT place, policy, generation, sum(total_ns) / 1e9 / sum(collections), max(longest_ns) / 1e9, sum(collections)
FROM shown LEFT JOIN pause USING (run_id)
GROUP BY place, generation, bucket ORDER BY place, generation, bucket
