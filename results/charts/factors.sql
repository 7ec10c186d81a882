-- What varies between the runs of the experiment: parameters, as threshold.t0 or web.rate, and policy,
-- workload and collector themselves. A factor's levels are numbered from 1 by value; words in the order in
-- which they were run. If there are many levels, as in a sampled design, each stands for several values.
CREATE TEMP TABLE factor AS
WITH named AS ( -- every policy, workload and collector, with a run that has its parameters
    SELECT 'policy' AS what, policy AS name, substr(policy, 1, instr(policy || ':', ':') - 1) AS kind,
           min(run_id) AS run_id FROM ran GROUP BY policy
    UNION ALL
    SELECT 'workload', workload, substr(workload, 1, instr(workload || ':', ':') - 1), min(run_id)
    FROM ran GROUP BY workload
    UNION ALL
    SELECT 'collector', collector, collector, min(run_id) FROM ran GROUP BY collector
), every AS (
    SELECT what, named.name, run_id, kind AS owner, kind || '.' || parameter.name AS factor, value, text
    FROM named JOIN parameter USING (run_id) WHERE owner = what
    UNION ALL
    SELECT what, name, run_id, NULL, what, NULL, kind FROM named
), varied AS (
    SELECT factor, count(*) OVER (PARTITION BY owner) AS with_others
    FROM every GROUP BY factor HAVING min(text) <> max(text)
), given AS (
    SELECT factor, text, value, row_number() OVER (PARTITION BY factor ORDER BY value, min(run_id)) AS place
    FROM every WHERE factor IN (SELECT factor FROM varied) GROUP BY factor, text
), setting AS (
    SELECT policy, workload FROM ran GROUP BY policy, workload, collector
), settings AS (
    SELECT factor, count(*) AS n
    FROM every JOIN setting ON every.name = iif(what = 'policy', setting.policy, setting.workload)
    WHERE factor IN (SELECT factor FROM varied) GROUP BY factor
), grouped AS (
    SELECT factor, max(place) AS places,
           CASE WHEN count(value) < count(*) OR max(place) <= 8 OR
                     max(place) <= 24 AND (with_others = 1 OR max(place) < 0.8 * n) THEN max(place)
                WHEN n >= 64 THEN 8 WHEN n >= 36 THEN 6 WHEN n >= 16 THEN 4 ELSE 3 END AS levels
    FROM given JOIN varied USING (factor) LEFT JOIN settings USING (factor) GROUP BY factor
), levels AS (
    SELECT factor, text, levels, (place - 1) * levels / places + 1 AS level,
           first_value(text) OVER level AS lowest, last_value(text) OVER level AS highest
    FROM given JOIN grouped USING (factor)
    WINDOW level AS (PARTITION BY factor, (place - 1) * levels / places ORDER BY place
                     ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), placed AS MATERIALIZED (
    SELECT what, name, factor, owner IS NOT NULL AS is_parameter, level, levels,
           iif(lowest = highest, lowest, lowest || '–' || highest) AS label
    FROM every JOIN levels USING (factor, text)
)
SELECT run_id, factor, is_parameter, level, levels, label
FROM ran JOIN placed ON what = 'policy' AND name = policy
UNION ALL
SELECT run_id, factor, is_parameter, level, levels, label
FROM ran JOIN placed ON what = 'workload' AND name = workload
UNION ALL
SELECT run_id, factor, is_parameter, level, levels, label
FROM ran JOIN placed ON what = 'collector' AND name = collector;
CREATE INDEX temp.runs_of_factor ON factor(factor, run_id);
