-- What of the drawn runs is no number where numbers belong, in words: SQLite would take it for 0. Tables that are
-- large, collection and sample, are looked at by the queries that read them, row by row.
WITH wrong(run_id, what) AS (
    SELECT run_id, 'run' FROM ran JOIN run ON run.id = run_id
    WHERE typeof(run.seed) <> 'integer' OR typeof(wall_ns) NOT IN ('integer', 'null')
       OR typeof(steady_ns) NOT IN ('integer', 'null') OR typeof(heap_peak_bytes) NOT IN ('integer', 'null')
    UNION ALL
    SELECT run_id, 'parameter ' || name FROM ran JOIN parameter USING (run_id)
    WHERE typeof(value) NOT IN ('integer', 'real', 'null')
    UNION ALL
    SELECT run_id, 'metric ' || metric FROM compared JOIN summary USING (run_id)
    WHERE typeof(value) NOT IN ('integer', 'real')
    UNION ALL
    SELECT run_id, 'pause' FROM compared JOIN pause USING (run_id)
    WHERE typeof(generation) || typeof(bucket) || typeof(collections) || typeof(total_ns) || typeof(longest_ns)
          <> 'integerintegerintegerintegerinteger'
    UNION ALL
    SELECT run_id, 'latency' FROM compared JOIN latency USING (run_id)
    WHERE typeof(bucket) || typeof(requests) || typeof(longest_ns) <> 'integerintegerinteger'
    UNION ALL
    SELECT run_id, 'age' FROM compared JOIN age USING (run_id)
    WHERE typeof(generation) || typeof(bucket) || typeof(youngest) || typeof(by_refcount) || typeof(by_collector)
          <> 'integerintegerintegerintegerinteger'
)
SELECT 'damaged: ' || what || ' of run ' || run_id || ' is no number' FROM wrong LIMIT 1
