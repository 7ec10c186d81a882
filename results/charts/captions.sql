-- gnuplot variables: how many policies there are in $data, how many have curves of their own on other charts,
-- how many seeds, the line below the title. ?1 is what the chart is about, as enum chart_scope numbers it.
WITH drawn AS (
    SELECT run_id, place FROM shown WHERE ?1 = 0 OR ?1 = 1 AND first
    UNION ALL SELECT run_id, place FROM compared WHERE ?1 = 2
    UNION ALL SELECT run_id, NULL FROM ran WHERE ?1 = 3
), facts AS (
    SELECT count(DISTINCT place) AS policies, count(DISTINCT seed) AS seeds, min(seed) AS lowest,
           max(seed) AS highest, count(DISTINCT workload) AS workloads, max(workload) AS workload,
           count(DISTINCT collector) AS collectors, max(collector) AS collector,
           count(*) AS runs,
           (SELECT count(DISTINCT place) FROM compared) AS of_policies,
           (SELECT count(DISTINCT seed) FROM compared) AS of_seeds
    FROM drawn JOIN ran USING (run_id)
)
SELECT policies, (SELECT count(DISTINCT place) FROM shown) AS curves, seeds,
       iif(workloads = 1, workload, workloads || ' workloads') || ' on '
       || iif(collectors = 1, collector, collectors || ' collectors') || ', '
       || CASE WHEN seeds = 1 THEN 'seed ' || lowest || iif(?1 = 1 AND of_seeds > 1, ' of ' || of_seeds, '')
               WHEN highest - lowest + 1 = seeds THEN 'seeds ' || lowest || ' to ' || highest
               ELSE seeds || ' seeds' END
       || CASE WHEN ?1 = 3 THEN ', ' || runs || ' runs'
               WHEN ?1 = 2 THEN '; ' || policies || iif(policies = 1, ' policy', ' policies')
               WHEN policies < of_policies THEN '; ' || policies || ' of ' || of_policies || ' policies'
               ELSE '' END AS subtitle
FROM facts
