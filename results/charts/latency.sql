-- place, policy, share of requests that took longer, seconds: requests that arrive in the steady state, of all
-- seeds. Of the longest request the share is that of one request.
WITH pooled AS (
    SELECT place, policy, bucket, sum(requests) AS n, max(longest_ns) AS longest_ns
    FROM shown LEFT JOIN latency USING (run_id) GROUP BY place, bucket
), counted AS (
    SELECT *, sum(n) OVER (PARTITION BY place ORDER BY bucket) AS upto,
           sum(n) OVER (PARTITION BY place) AS total
    FROM pooled
)
SELECT place, policy, max(total - upto, 1) * 1.0 / total, longest_ns / 1e9
FROM counted ORDER BY place, bucket
