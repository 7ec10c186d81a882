-- numbers and labels of the levels of the two factors, mean of the metric over runs, number of runs, and of those too short to see what comes. A policy
-- that ran out of memory is left out; a cell with nothing else has no mean
SELECT x.level AS x, x.label AS x_label, y.level AS y, y.label AS y_label,
       avg(value) FILTER (WHERE NOT lost) AS mean, count(value) FILTER (WHERE NOT lost) AS runs,
       count(unseen.run_id) FILTER (WHERE NOT lost) AS unseen
FROM axes JOIN factor AS x ON x.factor = axes.x
JOIN factor AS y ON y.factor = axes.y AND y.run_id = x.run_id
JOIN ran ON ran.run_id = x.run_id
LEFT JOIN objective ON objective.run_id = x.run_id
LEFT JOIN unseen ON unseen.run_id = x.run_id
GROUP BY x.level, y.level HAVING runs > 0 OR max(lost) ORDER BY y.level, x.level
