-- policy with its peak heap bytes (a tab between), wall s, heap bytes, live bytes: samples; of very many,
-- a thousand spread evenly
WITH ordered AS (
    SELECT run_id, wall_ns, live_bytes, garbage_bytes,
           row_number() OVER (PARTITION BY run_id ORDER BY wall_ns) AS place,
           count(*) OVER (PARTITION BY run_id) AS n
    FROM shown JOIN sample USING (run_id)
)
SELECT policy || coalesce(char(9) || (SELECT value FROM summary
                                      WHERE run_id = shown.run_id AND metric = 'heap_peak'), ''),
       wall_ns / 1e9, live_bytes + garbage_bytes, live_bytes
FROM shown LEFT JOIN ordered ON ordered.run_id = shown.run_id AND place % (n / 1000 + 1) = 0
ORDER BY shown.run_id, wall_ns
