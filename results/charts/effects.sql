-- factor, number and label of a level (the numbers without gaps), mean of the metric at it, low and high end of the 95% interval of its
-- difference to the mean of all levels, runs, mean of all, are the levels ordered;
-- the factor on which the metric depends most comes first. What ran out of memory is left out. Differences are within a seed: what the runs of a seed have in common is not in them.
WITH of_seed AS (
    SELECT factor, level, label, is_ordered, seed, avg(value) AS mean, count(*) AS n
    FROM factor JOIN ran USING (run_id) JOIN objective USING (run_id)
    WHERE NOT lost
    GROUP BY factor, level, seed
), differing AS (
    SELECT *, mean - sum(mean * n) OVER seed / sum(n) OVER seed AS difference
    FROM of_seed WINDOW seed AS (PARTITION BY factor, seed)
), of_level AS (
    SELECT factor, level, label, is_ordered, sum(mean * n) / sum(n) AS mean, sum(n) AS runs,
           coalesce(bootstrap_low(difference) FILTER (WHERE skewed.text = 'yes'),
                    mean_low(difference) FILTER (WHERE skewed.text = 'no')) AS low,
           coalesce(bootstrap_high(difference) FILTER (WHERE skewed.text = 'yes'),
                    mean_high(difference) FILTER (WHERE skewed.text = 'no')) AS high
    FROM differing JOIN asked AS skewed ON skewed.what = 'skewed'
    GROUP BY factor, level
), of_factor AS (
    SELECT factor, max(mean) - min(mean) AS reach, sum(mean * runs) / sum(runs) AS mean
    FROM of_level GROUP BY factor HAVING count(*) > 1
)
SELECT factor, row_number() OVER (PARTITION BY factor ORDER BY level) AS level, label, of_level.mean, of_factor.mean + low AS low, of_factor.mean + high AS high,
       runs, of_factor.mean AS mean_of_all, is_ordered
FROM of_level JOIN of_factor USING (factor) ORDER BY reach DESC, factor, of_level.level
