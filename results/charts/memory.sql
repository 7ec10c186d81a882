-- place, policy, its peak heap bytes, wall s, heap bytes, live bytes: samples of the first seed; of very many,
-- some at even distances
WITH RECURSIVE walk(run_id, gap_ns, wall_ns) AS (
    SELECT run_id, run.wall_ns / 1500, (SELECT min(wall_ns) FROM sample WHERE sample.run_id = run.id)
    FROM shown JOIN run ON run.id = run_id WHERE first
    UNION ALL
    SELECT run_id, gap_ns,
           coalesce((SELECT min(wall_ns) FROM sample WHERE sample.run_id = walk.run_id
                     AND sample.wall_ns > walk.wall_ns + gap_ns),
                    (SELECT max(wall_ns) FROM sample WHERE sample.run_id = walk.run_id
                     AND sample.wall_ns > walk.wall_ns)) -- the last
    FROM walk WHERE wall_ns IS NOT NULL
)
SELECT place, shown.policy, heap_peak_bytes, sample.wall_ns / 1e9, live_bytes + garbage_bytes, live_bytes
FROM shown JOIN run ON run.id = shown.run_id
LEFT JOIN (walk JOIN sample USING (run_id, wall_ns)) AS taken ON taken.run_id = shown.run_id
WHERE first ORDER BY place, taken.wall_ns
