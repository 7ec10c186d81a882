-- policy, kind, is it the baseline, its place from the left among those that no policy beats in both p99
-- pause and peak heap (0: not one of them), has it a curve on
-- other charts; peak heap bytes, p99 pause s, longest pause s, share of busy time in
-- the collector: of the steady state, but for the peak; longest pause up to the horizon s, how many runs were too
-- short to see what comes; means over the seeds. What ran out of memory is not one of them.
WITH first_of AS ( -- the baseline
    SELECT place FROM compared JOIN experiment ON experiment.id = (SELECT max(experiment_id) FROM ran)
    WHERE specification = baseline
), of_policy AS (
    SELECT place, compared.policy, kind, lost, place IN (SELECT place FROM first_of) AS is_baseline,
           avg(value) FILTER (WHERE metric = 'heap_peak') AS heap,
           avg(value) FILTER (WHERE metric = 'service_pause_p99') AS pause_p99,
           avg(value) FILTER (WHERE metric = 'service_pause_max') AS pause_max,
           avg(value) FILTER (WHERE metric = 'service_gc_share') AS gc_share,
           avg(value) FILTER (WHERE metric = 'horizon_pause_max') AS pause_ahead,
           count(unseen.run_id) FILTER (WHERE metric = 'covered') AS unseen
    FROM compared LEFT JOIN summary USING (run_id) LEFT JOIN unseen USING (run_id)
    GROUP BY place
), steps AS (
    SELECT place, heap, coalesce(coalesce(pause_p99, 0) < min(coalesce(pause_p99, 0)) OVER (
               ORDER BY heap, pause_p99 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS on_front
    FROM of_policy WHERE NOT lost
), front AS (
    SELECT place, row_number() OVER (ORDER BY heap) AS front FROM steps WHERE on_front
)
SELECT policy, kind, coalesce(is_baseline, 0) AS baseline, coalesce(front, 0) AS front,
       place IN (SELECT place FROM shown) AS has_curve,
       heap, pause_p99, pause_max, gc_share, pause_ahead, unseen
FROM of_policy LEFT JOIN front USING (place) ORDER BY place
