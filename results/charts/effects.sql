-- factor, number and label of a level, mean of the metric at it, low and high end of the 95% interval over
-- the seeds, runs, mean at all its levels; the factor on which the metric depends most comes first
WITH of_seed AS (
    SELECT factor, level, label, avg(value) AS mean, count(*) AS n
    FROM factor JOIN ran USING (run_id) JOIN objective USING (run_id)
    GROUP BY factor, level, seed
), of_level AS (
    SELECT factor, level, label, sum(mean * n) / sum(n) AS mean, sum(n) AS runs,
           coalesce(bootstrap_low(mean) FILTER (WHERE skewed.text = 'yes'),
                    mean_low(mean) FILTER (WHERE skewed.text = 'no')) AS low,
           coalesce(bootstrap_high(mean) FILTER (WHERE skewed.text = 'yes'),
                    mean_high(mean) FILTER (WHERE skewed.text = 'no')) AS high
    FROM of_seed JOIN asked AS skewed ON skewed.what = 'skewed'
    GROUP BY factor, level
), of_factor AS (
    SELECT factor, max(mean) - min(mean) AS reach, sum(mean * runs) / sum(runs) AS mean
    FROM of_level GROUP BY factor HAVING count(*) > 1
)
SELECT factor, level, label, of_level.mean, low, high, runs, of_factor.mean AS mean_of_all
FROM of_level JOIN of_factor USING (factor) ORDER BY reach DESC, factor, level
