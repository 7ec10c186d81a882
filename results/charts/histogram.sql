-- policy, generation, seconds, collections: buckets of pauses of the steady state, of all seeds; at most
-- 3.2% wide, and as long as their mean
SELECT policy, generation, sum(total_ns) / 1e9 / sum(collections), sum(collections)
FROM shown LEFT JOIN pause USING (run_id)
GROUP BY place, generation, bucket ORDER BY place, generation, bucket
