-- policy with its number of full collections and the longest (tabs between), wall s, heap bytes before,
-- pause s: full collections; of very many, a thousand spread evenly
WITH ordered AS (
    SELECT run_id, wall_ns, heap_bytes_before, pause_ns,
           row_number() OVER (PARTITION BY run_id ORDER BY seq) AS place,
           count(*) OVER (PARTITION BY run_id) AS n,
           max(pause_ns) OVER (PARTITION BY run_id) AS longest_ns
    FROM shown JOIN collection USING (run_id)
    WHERE generation = 2
)
SELECT policy || coalesce(char(9) || n || char(9) || (longest_ns / 1e9), ''),
       wall_ns / 1e9, heap_bytes_before, pause_ns / 1e9
FROM shown LEFT JOIN ordered ON ordered.run_id = shown.run_id AND place % (n / 1000 + 1) = 0
ORDER BY shown.run_id, wall_ns
