-- Two factors that vary independently of each other: those asked for (temp.asked: parameter), else
-- parameters before anything else, and those on which temp.objective depends most (the sum of squares
-- between levels over that of all runs). x: the one with more levels.
CREATE TEMP TABLE axes AS
WITH spread AS (
    SELECT factor, level, value, avg(value) OVER (PARTITION BY factor, level) AS level_mean,
           avg(value) OVER (PARTITION BY factor) AS mean
    FROM factor JOIN objective USING (run_id) JOIN ran USING (run_id) WHERE NOT lost
), effect AS (
    SELECT factor, total((level_mean - mean) * (level_mean - mean))
                   / nullif(total((value - mean) * (value - mean)), 0) AS share
    FROM spread GROUP BY factor
), pair AS (
    SELECT a.factor AS x, b.factor AS y, a.is_parameter + b.is_parameter AS parameters,
           count(DISTINCT a.level) AS x_levels, count(DISTINCT b.level) AS y_levels,
           count(DISTINCT a.level * 100000 + b.level) AS cells
    FROM (SELECT min(run_id) AS run_id FROM ran JOIN objective USING (run_id) WHERE NOT lost
          GROUP BY policy, workload, collector)
    JOIN factor AS a USING (run_id) JOIN factor AS b USING (run_id) WHERE a.factor < b.factor
    GROUP BY a.factor, b.factor
    HAVING x_levels > 1 AND y_levels > 1 AND cells > max(x_levels, y_levels)
)
SELECT iif(x_levels >= y_levels, x, y) AS x, iif(x_levels >= y_levels, y, x) AS y
FROM pair LEFT JOIN effect AS ex ON ex.factor = x LEFT JOIN effect AS ey ON ey.factor = y
ORDER BY (SELECT count(*) FROM asked WHERE what = 'parameter'
          AND (pair.x = text OR pair.x LIKE '%.' || text OR pair.x LIKE '%: ' || text
               OR pair.y = text OR pair.y LIKE '%.' || text OR pair.y LIKE '%: ' || text)) DESC,
         parameters DESC, coalesce(ex.share, 0) + coalesce(ey.share, 0) DESC, pair.x, pair.y
LIMIT 1;
