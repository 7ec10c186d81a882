-- place, policy, number of its full collections, the longest in s if they are stored, wall s, heap bytes before,
-- pause s: full collections of the first seed; of very many, some at even distances
WITH RECURSIVE walk(run_id, gap_ns, wall_ns) AS (
    SELECT run_id, run.wall_ns / 1000,
           (SELECT min(wall_ns) FROM collection INDEXED BY collection_full
            WHERE collection.run_id = run.id AND generation = 2)
    FROM shown JOIN run ON run.id = run_id WHERE first
    UNION ALL
    SELECT run_id, gap_ns,
           (SELECT min(wall_ns) FROM collection INDEXED BY collection_full
            WHERE collection.run_id = walk.run_id AND generation = 2
              AND collection.wall_ns > walk.wall_ns + gap_ns)
    FROM walk WHERE wall_ns IS NOT NULL
), taken AS MATERIALIZED (
    SELECT collection.run_id, collection.wall_ns, heap_bytes_before, pause_ns
    FROM walk CROSS JOIN collection INDEXED BY collection_full
        ON collection.run_id = walk.run_id AND collection.wall_ns = walk.wall_ns
    WHERE generation = 2
), counted AS MATERIALIZED (
    SELECT run_id, count(*) AS n, max(pause_ns) AS longest_ns
    FROM shown CROSS JOIN collection INDEXED BY collection_full USING (run_id)
    WHERE first AND generation = 2 GROUP BY run_id
)
SELECT place, policy,
       coalesce(n, (SELECT value FROM summary WHERE summary.run_id = shown.run_id AND metric = 'collections_gen2')),
       longest_ns / 1e9, taken.wall_ns / 1e9, heap_bytes_before, pause_ns / 1e9
FROM shown LEFT JOIN counted USING (run_id) LEFT JOIN taken USING (run_id)
WHERE first ORDER BY place, taken.wall_ns
