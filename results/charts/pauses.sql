-- place, policy with the number of its pauses, percentile, seconds: pauses of the steady state, of all seeds
WITH percentiles(p, thousandths) AS (VALUES (50, 500), (90, 900), (99, 990), (99.9, 999), (100, 1000)),
pooled AS (
    SELECT place, policy, bucket, sum(collections) AS n, max(longest_ns) AS longest_ns
    FROM shown LEFT JOIN pause USING (run_id) GROUP BY place, bucket
), counted AS (
    SELECT *, sum(n) OVER (PARTITION BY place ORDER BY bucket) AS upto,
           coalesce(sum(n) OVER (PARTITION BY place), 0) AS total
    FROM pooled
)
SELECT place, policy || ', ' || iif(total = 1, '1 pause', total || ' pauses'),
       iif(total > 0, p, NULL),
       min(longest_ns) FILTER (WHERE upto * 1000 >= total * thousandths) / 1e9
FROM counted CROSS JOIN percentiles
GROUP BY place, p
ORDER BY place, p
