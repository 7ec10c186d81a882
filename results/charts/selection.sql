-- What of a results file is drawn. Options are in temp.asked (what, text): experiment, workload,
-- collector, seed, policy, alone, seen. The tables made here are read by the charts' queries.
CREATE TEMP VIEW ended AS
SELECT run.*, experiment.command FROM run JOIN experiment ON experiment.id = experiment_id
WHERE in_plan AND status IN ('finished', 'out_of_memory')
  AND (NOT EXISTS (SELECT 1 FROM asked WHERE what = 'workload')
       OR workload IN (SELECT text FROM asked WHERE what = 'workload'))
  AND (NOT EXISTS (SELECT 1 FROM asked WHERE what = 'collector')
       OR collector IN (SELECT text FROM asked WHERE what = 'collector'))
  AND (NOT EXISTS (SELECT 1 FROM asked WHERE what = 'seed')
       OR seed IN (SELECT CAST(text AS INTEGER) FROM asked WHERE what = 'seed'))
  AND (NOT EXISTS (SELECT 1 FROM asked WHERE what = 'policy')
       OR policy IN (SELECT text FROM asked WHERE what = 'policy'));

-- The newest experiment with such a run; of a compare, also older runs that can be compared with it
-- (same program, costs, warm-up and horizon). Of runs that are alike the newest. `lost`: the policy ran out of
-- memory in this program, with this seed or another.
CREATE TEMP TABLE ran AS
WITH newest AS (
    SELECT experiment_id, command, warmup, horizon FROM ended
    WHERE NOT EXISTS (SELECT 1 FROM asked WHERE what = 'experiment')
       OR experiment_id IN (SELECT id FROM asked JOIN experiment ON text IN (name, CAST(id AS TEXT))
                            WHERE what = 'experiment')
    ORDER BY experiment_id DESC, id DESC LIMIT 1
), alike AS (
    SELECT max(ended.id) AS run_id, ended.experiment_id, policy, workload, collector, seed, status
    FROM ended JOIN newest USING (warmup, horizon)
    WHERE ended.experiment_id = newest.experiment_id
       OR newest.command <> 'sweep' AND NOT EXISTS (SELECT 1 FROM asked WHERE what = 'alone')
          AND (workload, collector, seed, costs) IN
          (SELECT workload, collector, seed, costs FROM ended WHERE experiment_id = newest.experiment_id)
    GROUP BY policy, workload, collector, seed
)
SELECT *, max(status = 'out_of_memory') OVER (PARTITION BY policy, workload, collector) AS lost
FROM alike;

-- What policies are called without their parameters: threshold, or if they are joined off + freeze.
CREATE TEMP TABLE kinds (policy TEXT PRIMARY KEY, kind TEXT) WITHOUT ROWID;
INSERT INTO kinds
WITH RECURSIVE cut AS ( -- the names so far, and the parts behind them, each with a + behind it
    SELECT DISTINCT policy, '' AS kind, policy || ' + ' AS rest FROM ran
    UNION ALL
    SELECT policy, kind || iif(kind = '', '', ' + ')
                   || substr(rest, 1, min(instr(rest, ' + '), instr(rest || ':', ':')) - 1),
           substr(rest, instr(rest, ' + ') + 3)
    FROM cut WHERE rest <> ''
)
SELECT policy, kind FROM cut WHERE rest = '';

-- Runs that were too short to see what comes after them. Where no collection comes there is nothing to see.
CREATE TEMP TABLE unseen (run_id INTEGER PRIMARY KEY);
INSERT INTO unseen
SELECT run_id FROM ran JOIN summary USING (run_id) WHERE metric = 'covered' AND value = 0
  AND EXISTS (SELECT 1 FROM summary AS next WHERE next.run_id = ran.run_id
              AND next.metric IN ('next_gen0_low', 'next_gen1_low', 'next_gen2_low'));

-- Of one program, the first: all policies and seeds. `policy` is how charts call it, without the middle of a very
-- long name; `place` is where it comes; `first` marks the runs of the first seed.
CREATE TEMP TABLE compared AS
WITH program AS (
    SELECT workload, collector FROM ran ORDER BY experiment_id DESC, run_id LIMIT 1
), of_program AS (
    SELECT run_id, policy, seed, lost, asked.rowid AS wanted, min(run_id) OVER policy AS earliest,
           count(*) OVER policy AS runs, sum(status = 'out_of_memory') OVER policy AS out_of_memory,
           seed = min(seed) OVER () AS first
    FROM ran JOIN program USING (workload, collector)
    LEFT JOIN asked ON what = 'policy' AND text = policy
    WINDOW policy AS (PARTITION BY policy)
)
SELECT run_id, dense_rank() OVER (ORDER BY wanted, earliest) AS place, seed, first, lost,
       (SELECT substr(kind, 1, 80) FROM kinds WHERE kinds.policy = of_program.policy) AS kind,
       iif(length(policy) <= 200, policy, substr(policy, 1, 120) || '…' || substr(policy, -79)) || CASE WHEN out_of_memory = 0 THEN '' WHEN runs = out_of_memory THEN ' (out of memory)'
                      ELSE ' (out of memory: ' || out_of_memory || ' of ' || runs || ')' END AS policy,
       policy AS specification
FROM of_program;
