-- place, policy, window in seconds, utilisation (0 to 1): the least of all seeds
WITH windows(metric, seconds) AS (
    VALUES ('mmu_2ms', 0.002), ('mmu_5ms', 0.005), ('mmu_10ms', 0.01), ('mmu_20ms', 0.02),
           ('mmu_50ms', 0.05), ('mmu_100ms', 0.1), ('mmu_1s', 1)
)
SELECT place, policy, iif(value IS NULL, NULL, seconds), min(value)
FROM shown CROSS JOIN windows LEFT JOIN summary USING (run_id, metric)
GROUP BY place, seconds ORDER BY place, seconds
