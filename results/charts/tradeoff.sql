-- policy, peak heap bytes, p99 pause s, longest pause s, share of busy time in the collector; after start-up
SELECT policy,
       (SELECT value FROM summary WHERE run_id = shown.run_id AND metric = 'heap_peak'),
       (SELECT value FROM summary WHERE run_id = shown.run_id AND metric = 'service_pause_p99'),
       (SELECT value FROM summary WHERE run_id = shown.run_id AND metric = 'service_pause_max'),
       (SELECT value FROM summary WHERE run_id = shown.run_id AND metric = 'service_gc_share')
FROM shown ORDER BY run_id
