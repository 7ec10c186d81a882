-- policy, seconds of pauses after start-up in generations 0, 1, 2
SELECT policy,
       total(pause_ns) FILTER (WHERE generation = 0) / 1e9 AS gen0,
       total(pause_ns) FILTER (WHERE generation = 1) / 1e9 AS gen1,
       total(pause_ns) FILTER (WHERE generation = 2) / 1e9 AS gen2
FROM shown LEFT JOIN collection ON collection.run_id = shown.run_id AND wall_ns > service_ns
GROUP BY shown.run_id ORDER BY shown.run_id
