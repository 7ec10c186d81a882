-- policy, wall s, heap bytes, live bytes
SELECT policy, wall_ns / 1e9, live_bytes + garbage_bytes, live_bytes
FROM shown LEFT JOIN sample USING (run_id)
ORDER BY shown.run_id, wall_ns
