-- policy with its number of full collections and the longest (tabs between), wall s, heap bytes before,
-- pause s: full collections of the first seed; of very many, some at even distances
WITH RECURSIVE walk(run_id, gap_ns, wall_ns) AS (
    SELECT run_id, run.wall_ns / 1000, (SELECT min(wall_ns) FROM collection
                                        WHERE collection.run_id = run.id AND generation = 2)
    FROM shown JOIN run ON run.id = run_id WHERE first
    UNION ALL
    SELECT run_id, gap_ns, (SELECT min(wall_ns) FROM collection
                            WHERE collection.run_id = walk.run_id AND generation = 2
                            AND collection.wall_ns > walk.wall_ns + gap_ns)
    FROM walk WHERE wall_ns IS NOT NULL
), counted AS (
    SELECT run_id, count(*) AS n, max(pause_ns) AS longest_ns
    FROM shown JOIN collection USING (run_id) WHERE first AND generation = 2 GROUP BY run_id
)
SELECT policy || coalesce(char(9) || n || char(9) || (longest_ns / 1e9), ''),
       taken.wall_ns / 1e9, heap_bytes_before, pause_ns / 1e9
FROM shown LEFT JOIN counted USING (run_id)
LEFT JOIN (SELECT collection.* FROM walk JOIN collection USING (run_id, wall_ns) WHERE generation = 2)
    AS taken USING (run_id)
WHERE first ORDER BY place, taken.wall_ns
