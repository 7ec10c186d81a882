-- What varies between the runs of the experiment: parameters, as threshold.t0 or web.rate, and policy,
-- workload and collector themselves. A factor's levels are numbered from 1 by value; words in the order in
-- which they were run. If there are many levels, as in a sampled design, each stands for several values.
CREATE TEMP TABLE factor AS
WITH kinds AS (
    SELECT *, substr(policy, 1, instr(policy || ':', ':') - 1) AS policy_kind,
           substr(workload, 1, instr(workload || ':', ':') - 1) AS workload_kind
    FROM ran
), every AS (
    SELECT run_id, iif(owner = 'policy', policy_kind, workload_kind) || '.' || name AS factor,
           iif(owner = 'policy', policy_kind, workload_kind) AS owner, value, text
    FROM kinds JOIN parameter USING (run_id)
    UNION ALL SELECT run_id, 'policy', NULL, NULL, policy_kind FROM kinds
    UNION ALL SELECT run_id, 'workload', NULL, NULL, workload_kind FROM kinds
    UNION ALL SELECT run_id, 'collector', NULL, NULL, collector FROM kinds
), varied AS (
    SELECT factor, count(*) OVER (PARTITION BY owner) AS with_others
    FROM every GROUP BY factor HAVING min(text) <> max(text)
), given AS (
    SELECT factor, text, value, row_number() OVER (PARTITION BY factor ORDER BY value, min(run_id)) AS place
    FROM every WHERE factor IN (SELECT factor FROM varied) GROUP BY factor, text
), settings AS (
    SELECT factor, count(DISTINCT policy || ' ' || workload || ' ' || collector) AS n
    FROM every JOIN ran USING (run_id) WHERE factor IN (SELECT factor FROM varied) GROUP BY factor
), grouped AS (
    SELECT factor, max(place) AS places,
           CASE WHEN count(value) < count(*) OR max(place) <= 8 OR
                     max(place) <= 24 AND (with_others = 1 OR max(place) < 0.8 * n) THEN max(place)
                WHEN n >= 64 THEN 8 WHEN n >= 36 THEN 6 WHEN n >= 16 THEN 4 ELSE 3 END AS levels
    FROM given JOIN varied USING (factor) JOIN settings USING (factor) GROUP BY factor
), levels AS (
    SELECT factor, text, levels, (place - 1) * levels / places + 1 AS level,
           first_value(text) OVER level AS lowest, last_value(text) OVER level AS highest
    FROM given JOIN grouped USING (factor)
    WINDOW level AS (PARTITION BY factor, (place - 1) * levels / places ORDER BY place
                     ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT run_id, factor, owner IS NOT NULL AS is_parameter, level, levels,
       iif(lowest = highest, lowest, lowest || '–' || highest) AS label
FROM every JOIN levels USING (factor, text);
CREATE INDEX temp.runs_of_factor ON factor(factor, run_id);
