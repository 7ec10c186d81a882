-- policy, seconds of pauses in generations 0, 1, 2
SELECT policy,
       (SELECT value FROM summary WHERE run_id = shown.run_id AND metric = 'gc_time_gen0') AS gen0,
       (SELECT value FROM summary WHERE run_id = shown.run_id AND metric = 'gc_time_gen1') AS gen1,
       (SELECT value FROM summary WHERE run_id = shown.run_id AND metric = 'gc_time_gen2') AS gen2
FROM shown ORDER BY run_id
