-- The policies that have a curve or a panel each: all, or of many the baseline, the best of each kind,
-- and more spread evenly from the best to the worst; those that ran out of memory count as the worst. temp.asked also has: better (high or low), most
-- (how many of a sweep; of others 20). They are ranked by temp.objective (run_id, value).
CREATE TEMP TABLE shown AS
WITH mean AS (
    SELECT place, kind, specification = coalesce(baseline, '') AS is_baseline,
           avg(value) FILTER (WHERE NOT lost) * iif((SELECT text FROM asked WHERE what = 'better') = 'high', -1, 1) AS cost,
           iif(command = 'sweep', (SELECT CAST(text AS INTEGER) FROM asked WHERE what = 'most'), 20)
               AS most
    FROM compared JOIN experiment ON experiment.id = (SELECT max(experiment_id) FROM ran)
    LEFT JOIN objective USING (run_id)
    GROUP BY place
), ranked AS (
    SELECT *, row_number() OVER (ORDER BY cost IS NULL, cost, place) AS rank,
           row_number() OVER (PARTITION BY kind ORDER BY cost IS NULL, cost, place) AS rank_in_kind,
           count(*) OVER () AS n
    FROM mean
), sure AS (
    SELECT place FROM ranked WHERE n <= most OR is_baseline OR rank_in_kind = 1
    ORDER BY is_baseline DESC, rank LIMIT (SELECT min(n, most) FROM ranked)
), spread AS (
    SELECT place, row_number() OVER (ORDER BY rank) AS i, count(*) OVER () AS others,
           most - (SELECT count(*) FROM sure) AS room
    FROM ranked WHERE place NOT IN (SELECT place FROM sure)
)
SELECT compared.* FROM compared
WHERE place IN (SELECT place FROM sure)
   OR place IN (SELECT place FROM spread WHERE i * room / others > (i - 1) * room / others);
