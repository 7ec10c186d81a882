-- numbers and labels of the levels of the two factors, mean of the metric over runs, number of runs
SELECT x.level AS x, x.label AS x_label, y.level AS y, y.label AS y_label,
       avg(value) AS mean, count(*) AS runs
FROM axes JOIN factor AS x ON x.factor = axes.x
JOIN factor AS y ON y.factor = axes.y AND y.run_id = x.run_id
JOIN objective ON objective.run_id = x.run_id
GROUP BY x.level, y.level ORDER BY y.level, x.level
