-- policy with the number of its pauses, percentile, seconds: pauses after start-up
WITH percentiles(p) AS (VALUES (50), (90), (99), (99.9), (100))
SELECT policy || ', ' || CASE count(pause_ns) WHEN 1 THEN '1 pause' ELSE count(pause_ns) || ' pauses' END,
       p, percentile(pause_ns, p) / 1e9
FROM shown CROSS JOIN percentiles
LEFT JOIN collection ON collection.run_id = shown.run_id AND wall_ns > service_ns
GROUP BY shown.run_id, p
HAVING p = 50 OR count(pause_ns) > 0
ORDER BY shown.run_id, p
