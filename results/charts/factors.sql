-- What varies between the runs of the experiment: parameters, as threshold.t0, web.rate or off + freeze: freeze.t0, and policy,
-- workload and collector themselves. A factor's levels are numbered from 1 by value; words in the order in
-- which they were run, and is_ordered is 0. If there are many levels, as in a sampled design, each stands for several values, and has a
-- label rounded to three digits.
CREATE TEMP TABLE factor AS
WITH setting AS ( -- what runs differ in but for the seed; with a run of it
    SELECT policy, workload, collector, min(run_id) AS run_id FROM ran GROUP BY policy, workload, collector
), named AS ( -- every policy, workload and collector, and how many settings it is in
    SELECT 'policy' AS what, policy AS name, kind, min(run_id) AS run_id, count(*) AS settings
    FROM setting JOIN kinds USING (policy) GROUP BY policy
    UNION ALL
    SELECT 'workload', workload, substr(workload, 1, instr(workload || ':', ':') - 1), min(run_id), count(*)
    FROM setting GROUP BY workload
    UNION ALL
    SELECT 'collector', collector, collector, min(run_id), count(*) FROM setting GROUP BY collector
), every AS (
    SELECT what, named.name, run_id, settings, kind AS owner,
           kind || iif(instr(kind, ' + '), ': ', '.') || parameter.name AS factor,
           value, text
    FROM named JOIN parameter USING (run_id) WHERE owner = what
    UNION ALL
    SELECT what, name, run_id, settings, NULL, what, NULL, kind FROM named
), varied AS (
    SELECT factor, count(*) OVER (PARTITION BY owner) AS with_others, sum(settings) AS n
    FROM every GROUP BY factor HAVING min(text) <> max(text)
), given AS (
    SELECT factor, text, value, row_number() OVER (PARTITION BY factor ORDER BY value, min(run_id)) AS place
    FROM every WHERE factor IN (SELECT factor FROM varied) GROUP BY factor, text
), grouped AS (
    SELECT factor, max(place) AS places, min(text GLOB '[-.0-9]*') AS is_ordered,
           CASE WHEN count(value) < count(*) OR max(place) <= 8 OR
                     max(place) <= 24 AND (with_others = 1 OR max(place) < 0.8 * n) THEN max(place)
                WHEN n >= 64 THEN 8 WHEN n >= 36 THEN 6 WHEN n >= 16 THEN 4 ELSE 3 END AS levels
    FROM given JOIN varied USING (factor) GROUP BY factor
), levels AS (
    SELECT factor, text, levels, is_ordered, (place - 1) * levels / places + 1 AS level,
           first_value(text) OVER level AS lowest, last_value(text) OVER level AS highest,
           first_value(value) OVER level AS least, last_value(value) OVER level AS most
    FROM given JOIN grouped USING (factor)
    WINDOW level AS (PARTITION BY factor, (place - 1) * levels / places ORDER BY place
                     ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), unit AS ( -- that of the highest value: times are ns, sizes bytes
    SELECT 's' AS kind, 0 AS from_value, 1 AS divisor, ' ns' AS unit UNION ALL VALUES
        ('s', 1e3, 1e3, ' µs'), ('s', 1e6, 1e6, ' ms'), ('s', 1e9, 1e9, ' s'),
        ('s', 6e11, 6e10, ' min'), ('s', 3.6e13, 3.6e12, ' h'),
        ('B', 0, 1, ' B'), ('B', 1024, 1024, ' KiB'), ('B', 1048576, 1048576, ' MiB'),
        ('B', 1073741824, 1073741824, ' GiB'),
        ('', -1e300, 1, ''), ('', 1e4, 1e3, ' k'), ('', 1e6, 1e6, ' M'), ('', 1e9, 1e9, ' G')
), scaled AS (
    SELECT levels.*, least / divisor AS a, most / divisor AS b, unit, max(from_value)
    FROM levels LEFT JOIN unit
        ON most >= from_value AND kind = CASE WHEN highest GLOB '*[a-zA-Z]B' OR highest GLOB '*[0-9]B' THEN 'B'
                                              WHEN highest GLOB '*s' OR highest GLOB '*h' OR highest GLOB '*min'
                                              THEN 's' ELSE '' END
    GROUP BY factor, text
), placed AS MATERIALIZED (
    SELECT what, name, factor, owner IS NOT NULL AS is_parameter, is_ordered, level, levels,
           CASE WHEN lowest = highest AND (length(lowest) <= 7 OR NOT is_ordered) THEN lowest
                ELSE iif(lowest = highest, '', iif(a >= 1000, printf('%.0f', round(a / 10) * 10), printf('%.3g', a)) || '–')
                     || iif(b >= 1000, printf('%.0f', round(b / 10) * 10), printf('%.3g', b)) || unit END AS label
    FROM every JOIN scaled USING (factor, text)
)
SELECT run_id, factor, is_parameter, is_ordered, level, levels, label
FROM ran JOIN placed ON what = 'policy' AND name = policy
UNION ALL
SELECT run_id, factor, is_parameter, is_ordered, level, levels, label
FROM ran JOIN placed ON what = 'workload' AND name = workload
UNION ALL
SELECT run_id, factor, is_parameter, is_ordered, level, levels, label
FROM ran JOIN placed ON what = 'collector' AND name = collector;
CREATE INDEX temp.runs_of_factor ON factor(factor, run_id);
