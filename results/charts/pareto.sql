-- policy, kind, is it the baseline, its place on the front from the left (0: not on it), has it a curve on other charts; then mean, low and
-- high end of the 95% interval over the seeds: of peak heap bytes, of the metric; how many runs were too short to see
-- what comes; is the peak that up to the horizon. On the front is what no
-- policy beats in both means; nothing that ran out of memory is.
WITH first_of AS ( -- the baseline
    SELECT place FROM compared JOIN experiment ON experiment.id = (SELECT max(experiment_id) FROM ran)
    WHERE specification = baseline
), heaps AS ( -- of each run, up to the horizon if that is known and decides
    SELECT compared.run_id, coalesce(ahead.value, heap_peak_bytes) AS bytes, ahead.value IS NOT NULL AS is_ahead
    FROM compared JOIN run ON run.id = compared.run_id
    LEFT JOIN summary AS ahead ON ahead.run_id = compared.run_id AND ahead.metric = 'horizon_heap_peak'
        AND NOT EXISTS (SELECT 1 FROM asked WHERE what = 'seen')
), of_policy AS (
    SELECT place, compared.policy, kind, lost, place IN (SELECT place FROM first_of) AS is_baseline,
           avg(bytes) AS heap, bootstrap_low(bytes) AS heap_low, bootstrap_high(bytes) AS heap_high,
           max(is_ahead) AS heap_ahead,
           avg(objective.value) AS metric,
           coalesce(bootstrap_low(objective.value) FILTER (WHERE skewed.text = 'yes'),
                    mean_low(objective.value) FILTER (WHERE skewed.text = 'no')) AS metric_low,
           coalesce(bootstrap_high(objective.value) FILTER (WHERE skewed.text = 'yes'),
                    mean_high(objective.value) FILTER (WHERE skewed.text = 'no')) AS metric_high,
           count(unseen.run_id) AS unseen, iif(better.text = 'high', -1, 1) AS sign
    FROM compared JOIN heaps USING (run_id)
    JOIN asked AS skewed ON skewed.what = 'skewed' JOIN asked AS better ON better.what = 'better'
    LEFT JOIN objective USING (run_id) LEFT JOIN unseen USING (run_id)
    GROUP BY place
), steps AS (
    SELECT place, heap, coalesce(sign * metric < min(sign * metric) OVER (
               ORDER BY heap, sign * metric ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS on_front
    FROM of_policy WHERE metric IS NOT NULL AND NOT lost
), front AS (
    SELECT place, row_number() OVER (ORDER BY heap) AS front FROM steps WHERE on_front
)
SELECT policy, kind, coalesce(is_baseline, 0) AS baseline, coalesce(front, 0) AS front,
       place IN (SELECT place FROM shown) AS has_curve,
       heap, heap_low, heap_high, metric, metric_low, metric_high, unseen, heap_ahead
FROM of_policy LEFT JOIN front USING (place) ORDER BY place
