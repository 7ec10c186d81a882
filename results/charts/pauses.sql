-- policy, percentile, seconds: pauses after start-up (nearest rank)
WITH percentile(q, thousandths) AS (VALUES (50, 500), (90, 900), (99, 990), (99.9, 999), (100, 1000)),
ranked AS (
    SELECT run_id, pause_ns, count(*) OVER (PARTITION BY run_id) AS n,
           row_number() OVER (PARTITION BY run_id ORDER BY pause_ns) AS place
    FROM shown JOIN collection USING (run_id)
    WHERE wall_ns > service_ns
)
SELECT shown.policy, q, pause_ns / 1e9
FROM shown
LEFT JOIN (ranked JOIN percentile ON place = max(1, (n * thousandths + 999) / 1000)) USING (run_id)
ORDER BY shown.run_id, q
