-- gnuplot variables: how many policies there are in $data, how many have curves of their own on other charts,
-- how many seeds, runs and settings, the line below the title. Before this stands the table drawn (run_id,
-- place): the runs that the chart is about, which ?1 tells, as enum chart_scope numbers it. From SCOPE_FACTORS
-- (3) on policies that ran out of memory are left out.
, kept AS (
    SELECT drawn.place, ran.* FROM drawn JOIN ran USING (run_id) WHERE ?1 < 3 OR NOT lost
), lost AS (
    SELECT count(*) AS runs, count(DISTINCT policy) AS policies FROM drawn JOIN ran USING (run_id)
    WHERE ?1 >= 3 AND lost
), lost_names AS (
    SELECT group_concat(policy, '; ') AS names FROM (
        SELECT policy FROM drawn JOIN ran USING (run_id) WHERE lost GROUP BY policy ORDER BY min(run_id) LIMIT 3)
), facts AS (
    SELECT count(DISTINCT place) AS policies, count(DISTINCT seed) AS seeds, min(seed) AS lowest,
           max(seed) AS highest, count(DISTINCT workload) AS workloads, max(workload) AS workload,
           count(DISTINCT collector) AS collectors, max(collector) AS collector,
           count(*) AS runs,
           (SELECT count(*) FROM (SELECT DISTINCT policy, workload, collector FROM kept)) AS settings,
           (SELECT count(DISTINCT place) FROM compared) AS of_policies,
           (SELECT count(DISTINCT seed) FROM compared) AS of_seeds
    FROM kept
)
SELECT facts.policies, (SELECT count(DISTINCT place) FROM shown) AS curves, seeds, facts.runs, settings,
       iif(workloads = 1, workload, workloads || ' workloads') || ' on '
       || iif(collectors = 1, collector, collectors || ' collectors') || ', '
       || CASE WHEN seeds = 1 THEN 'seed ' || lowest || iif(?1 = 1 AND of_seeds > 1, ' of ' || of_seeds, '')
               WHEN highest - lowest + 1 = seeds THEN 'seeds ' || lowest || ' to ' || highest
               ELSE seeds || ' seeds' END
       || CASE WHEN ?1 >= 3 THEN ', ' || facts.runs || iif(facts.runs = 1, ' run', ' runs')
               WHEN ?1 = 2 THEN '; ' || facts.policies || iif(facts.policies = 1, ' policy', ' policies')
               WHEN facts.policies < of_policies
               THEN '; ' || facts.policies || ' of ' || of_policies || ' policies'
               ELSE '' END
       || iif(?1 >= 2, '; horizon ' || (SELECT max(horizon) FROM run JOIN kept ON id = run_id), '')
       || iif(lost.runs > 0, '; left out where out of memory: ' || names
              || iif(lost.policies > 3, '; and ' || (lost.policies - 3) || ' more', ''), '') AS subtitle
FROM facts JOIN lost JOIN lost_names
