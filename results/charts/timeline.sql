-- place, policy, wall s, s at which its steady state begins, collections of generation 0, 1 and 2; s, generation,
-- pause s: of the first seed, the longest pause in each of 500 stretches of time.
-- If there are very many collections of generation 0, some in a row are looked at, 500 times (which reads few
-- pages of the file).
WITH RECURSIVE lane AS (
    SELECT run_id, place, shown.policy, wall_ns, coalesce(steady_ns, 0) AS steady_ns,
           max(max(wall_ns) OVER () / 500, 1) AS bin_ns, max(320 / count(*) OVER (), 1) AS in_a_row,
           (SELECT max(seq) FROM collection WHERE collection.run_id = run.id) AS last
    FROM shown JOIN run ON run.id = run_id WHERE first
), stretch(run_id, seq, stride, last) AS (
    SELECT run_id, 0, last / 500 + 1, last FROM lane WHERE last IS NOT NULL
    UNION ALL SELECT run_id, seq + stride, stride, last FROM stretch WHERE seq + stride <= last
), bin(i) AS (
    VALUES (0) UNION ALL SELECT i + 1 FROM bin WHERE i < 500
), longest AS MATERIALIZED (
    SELECT run_id, 0 AS generation, collection.wall_ns / bin_ns AS i, max(pause_ns) AS pause_ns
    FROM lane JOIN stretch USING (run_id) CROSS JOIN collection USING (run_id)
    WHERE generation = 0 AND collection.seq >= stretch.seq
      AND collection.seq < stretch.seq + min(stride, in_a_row)
    GROUP BY run_id, i
    UNION ALL
    SELECT run_id, 1, i,
           (SELECT max(pause_ns) FROM collection WHERE generation = 1 AND collection.run_id = lane.run_id
            AND collection.wall_ns >= i * bin_ns AND collection.wall_ns < (i + 1) * bin_ns)
    FROM lane CROSS JOIN bin
    UNION ALL
    SELECT run_id, 2, i,
           (SELECT max(pause_ns) FROM collection WHERE generation = 2 AND collection.run_id = lane.run_id
            AND collection.wall_ns >= i * bin_ns AND collection.wall_ns < (i + 1) * bin_ns)
    FROM lane CROSS JOIN bin
), counted AS (
    SELECT run_id, total(value) FILTER (WHERE metric = 'collections_gen0') AS n0,
           total(value) FILTER (WHERE metric = 'collections_gen1') AS n1,
           total(value) FILTER (WHERE metric = 'collections_gen2') AS n2
    FROM lane LEFT JOIN summary USING (run_id) GROUP BY run_id
)
SELECT place, policy, wall_ns / 1e9, steady_ns / 1e9, n0, n1, n2,
       (i + 0.5) * bin_ns / 1e9, generation, pause_ns / 1e9
FROM lane JOIN counted USING (run_id)
LEFT JOIN (SELECT * FROM longest WHERE pause_ns IS NOT NULL) USING (run_id)
ORDER BY place, generation, i
