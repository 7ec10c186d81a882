-- policy, seconds of pauses in the steady state in generations 0, 1, 2: means over the seeds
SELECT policy,
       avg(value) FILTER (WHERE metric = 'service_gc_time_gen0') AS gen0,
       avg(value) FILTER (WHERE metric = 'service_gc_time_gen1') AS gen1,
       avg(value) FILTER (WHERE metric = 'service_gc_time_gen2') AS gen2
FROM shown LEFT JOIN summary USING (run_id)
GROUP BY place ORDER BY place
