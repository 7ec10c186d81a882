-- The runs that charts show: the newest that has ended, and those that can be compared with it (same
-- workload, collector, seed and costs); of each policy the newest.
CREATE TEMP VIEW shown AS
SELECT max(run.id) AS run_id, coalesce(run.service_ns, -1) AS service_ns,
       run.policy || iif(run.status = 'out_of_memory', ' (out of memory)', '') AS policy
FROM run
JOIN (SELECT workload, collector, seed, costs FROM run
      WHERE status IN ('finished', 'out_of_memory') ORDER BY id DESC LIMIT 1)
  USING (workload, collector, seed, costs)
WHERE run.status IN ('finished', 'out_of_memory')
GROUP BY run.policy;
