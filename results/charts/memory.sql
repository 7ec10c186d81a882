-- policy with its peak heap bytes (a tab between), wall s, heap bytes, live bytes
SELECT policy || coalesce(char(9) || (SELECT value FROM summary
                                      WHERE run_id = shown.run_id AND metric = 'heap_peak'), ''),
       wall_ns / 1e9, live_bytes + garbage_bytes, live_bytes
FROM shown LEFT JOIN sample USING (run_id)
ORDER BY shown.run_id, wall_ns
