-- pygcsim results. One file holds any number of experiments. Times are whole nanoseconds since the
-- program began, on the wall clock unless the name says mutator; sizes are bytes.

PRAGMA application_id = 1887004515; -- "pygc"
PRAGMA user_version = 5;            -- of this schema

-- What is stored of a run is sealed: the sum of a digest (XXH3) of each row (results/store/seal.h). It
-- tells a damaged file from a sound one; it is no signature. Seals are over the columns before them;
-- NULL: nobody knows what the rows were.

-- What was asked for in one go: a `run`, a `compare`, a `sweep`.
CREATE TABLE experiment (
    id        INTEGER PRIMARY KEY,
    command   TEXT NOT NULL,
    name      TEXT NOT NULL,        -- of a sweep, as its file says; of others the command again
    version   TEXT NOT NULL,        -- of pygcsim
    document  TEXT,                 -- a sweep's whole file
    baseline  TEXT,                 -- the policy that others are compared with
    objective TEXT,                 -- the metric to make small
    limits    TEXT,                 -- conditions that settings have to meet, one a line
    planned   INTEGER NOT NULL,     -- runs in all, with those of other shards
    shard     INTEGER,              -- which share this file has, from 1; NULL: everything
    shards    INTEGER,              -- of how many
    seal      INTEGER,              -- of this row
    seal_runs INTEGER               -- of a share that has ended: of its runs' seals
);

-- One program under one policy. policy and workload are full specifications as the command line takes
-- them; what they leave out are the defaults, which table parameter has too. Runs with the same
-- workload, collector, seed and costs ran the same program to the last operation.
CREATE TABLE run (
    id                 INTEGER PRIMARY KEY,
    experiment_id      INTEGER NOT NULL REFERENCES experiment(id),
    policy             TEXT NOT NULL,
    workload           TEXT NOT NULL,
    collector          TEXT NOT NULL,   -- interpreter version, as cpython-3.13
    seed               INTEGER NOT NULL,
    engine             TEXT NOT NULL,
    costs              TEXT NOT NULL,   -- the cost set: its name, # and a digest of its numbers, pause=… that calibrates it
    measured_on        TEXT NOT NULL,   -- the interpreter version it was measured with; not `collector`: borrowed
    log                TEXT NOT NULL,   -- what is stored of it: summary, samples, collections
    warmup             TEXT NOT NULL,   -- after start-up: a time, or mser5
    sampling           TEXT NOT NULL,   -- time between two samples, as asked for; or auto
    horizon            TEXT NOT NULL,   -- up to when it is said what comes after the run
    status             TEXT NOT NULL,   -- planned, unfinished, finished, out_of_memory, failed
    error              TEXT,            -- why it failed
    -- From here on: known when the run has ended.
    scatter_ns         REAL,            -- how objects lie in memory: what misses add to the time of one, at most
    scatter_low_ns     REAL,            -- the ends of the range that services have reported, or scatter_ns: it is measured
    scatter_high_ns    REAL,
    calibration        REAL,            -- all times of the set are taken times this, by a measured pause; 1 without
    sample_ns          INTEGER,         -- between two samples, 0: none
    service_ns         INTEGER,         -- instant of startup_done, after what the policy did then; NULL if never reported
    steady_ns          INTEGER,         -- beginning of the steady state, NULL: of the run
    steady_mutator_ns  INTEGER,         -- mutator time by then
    steady_born        INTEGER,         -- objects born by then
    first_arrival_ns   INTEGER,         -- of requests, NULL if there were none
    last_answer_ns     INTEGER,
    wall_ns            INTEGER,         -- the whole run: mutator_ns + pause_ns + idle_ns
    mutator_ns         INTEGER,         -- the program's own work
    pause_ns           INTEGER,         -- in collections
    idle_ns            INTEGER,         -- waiting, nothing to do
    heap_peak_bytes    INTEGER,         -- live objects and garbage, the most there ever were
    born               INTEGER,         -- objects, in the whole run
    operations         INTEGER,
    requests           INTEGER,         -- answered
    -- From here on: not what was run, but where it belongs, and whether all of it is here.
    in_plan            INTEGER NOT NULL DEFAULT 1, -- 0: of the experiment as it was before it was changed
    seal               INTEGER,         -- of this row and those of parameter and summary; if not in_plan, ~seal
    seal_histograms    INTEGER,         -- of those of latency, pause, age and reclaimed
    seal_log           INTEGER          -- of those of collection and sample
);
CREATE INDEX run_of_experiment ON run(experiment_id, policy, seed);

-- Every parameter of a run's policy and workload, defaults included.
CREATE TABLE parameter (
    run_id INTEGER NOT NULL REFERENCES run(id),
    owner  TEXT NOT NULL,           -- policy or workload
    name   TEXT NOT NULL,
    value  REAL,                    -- in base units (ns, bytes); NULL if it is a word or a path
    text   TEXT NOT NULL,           -- as written
    PRIMARY KEY (run_id, owner, name)
) WITHOUT ROWID;

CREATE TABLE collection (
    run_id            INTEGER NOT NULL REFERENCES run(id),
    seq               INTEGER NOT NULL, -- from 0
    wall_ns           INTEGER NOT NULL, -- as it begins
    mutator_ns        INTEGER NOT NULL,
    generation        INTEGER NOT NULL,
    cause             TEXT NOT NULL,    -- threshold, policy, program
    before0           INTEGER NOT NULL, -- objects in generation 0 as it begins
    before1           INTEGER NOT NULL,
    before2           INTEGER NOT NULL,
    permanent         INTEGER NOT NULL, -- objects in the permanent generation
    examined          INTEGER NOT NULL, -- objects in the generations collected
    refs              INTEGER NOT NULL, -- references they hold
    unreachable       INTEGER NOT NULL, -- objects found
    promoted          INTEGER NOT NULL, -- survivors that it has moved into an older generation
    pause_ns          INTEGER NOT NULL,
    pause_low_ns      INTEGER NOT NULL, -- what it would be with the run's scatter_low_ns
    pause_high_ns     INTEGER NOT NULL, -- and with scatter_high_ns
    heap_bytes_before INTEGER NOT NULL,
    heap_bytes_after  INTEGER NOT NULL,
    PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
-- Charts look for the longest pause in a stretch of time. Of the youngest generation, which has most
-- of the collections, they take some by seq. (The generation is in the index for queries to find all
-- they want there; it takes no room.)
CREATE INDEX collection_middle ON collection(run_id, generation, wall_ns, pause_ns)
    WHERE generation = 1;
CREATE INDEX collection_full ON collection(run_id, generation, wall_ns, pause_ns)
    WHERE generation = 2;

-- Memory over time. live: reachable; garbage: unreachable and not reclaimed yet. Their sum is the heap.
CREATE TABLE sample (
    run_id        INTEGER NOT NULL REFERENCES run(id),
    wall_ns       INTEGER NOT NULL,
    live_bytes    INTEGER NOT NULL,
    garbage_bytes INTEGER NOT NULL,
    gen0          INTEGER NOT NULL,     -- tracked objects
    gen1          INTEGER NOT NULL,
    gen2          INTEGER NOT NULL,
    PRIMARY KEY (run_id, wall_ns)
) WITHOUT ROWID;

-- Histogram of the latency of requests that arrive in the steady state, arrival to the end of the
-- last burst. Buckets are at most 3.2% wide.
CREATE TABLE latency (
    run_id     INTEGER NOT NULL REFERENCES run(id),
    bucket     INTEGER NOT NULL,
    requests   INTEGER NOT NULL,
    longest_ns INTEGER NOT NULL,        -- the longest latency in the bucket
    PRIMARY KEY (run_id, bucket)
) WITHOUT ROWID;

-- Histogram of the pauses of the steady state; same buckets.
CREATE TABLE pause (
    run_id      INTEGER NOT NULL REFERENCES run(id),
    generation  INTEGER NOT NULL,
    bucket      INTEGER NOT NULL,
    collections INTEGER NOT NULL,
    total_ns    INTEGER NOT NULL,
    longest_ns  INTEGER NOT NULL,
    PRIMARY KEY (run_id, generation, bucket)
) WITHOUT ROWID;

-- Objects reclaimed, by the generation they were in (3: permanent), and what is left at the end.
CREATE TABLE reclaimed (
    run_id       INTEGER NOT NULL REFERENCES run(id),
    generation   INTEGER NOT NULL,
    by_refcount  INTEGER NOT NULL,
    by_collector INTEGER NOT NULL,      -- found unreachable, or kept alive only by what was
    tracked      INTEGER NOT NULL,      -- objects in it when the run ends
    PRIMARY KEY (run_id, generation)
) WITHOUT ROWID;

-- Ages of objects as they are reclaimed, by the generation they are in: allocations since their own.
-- Four buckets to a doubling.
CREATE TABLE age (
    run_id       INTEGER NOT NULL REFERENCES run(id),
    generation   INTEGER NOT NULL,
    bucket       INTEGER NOT NULL,
    youngest     INTEGER NOT NULL,      -- smallest age in the bucket
    by_refcount  INTEGER NOT NULL,
    by_collector INTEGER NOT NULL,
    PRIMARY KEY (run_id, generation, bucket)
) WITHOUT ROWID;

-- Metrics (docs/metrics.md), in seconds, bytes, fractions or counts. One that has no value, such as
-- the longest pause of a run without collections, has no row.
CREATE TABLE summary (
    run_id INTEGER NOT NULL REFERENCES run(id),
    metric TEXT NOT NULL,
    value  REAL NOT NULL,
    PRIMARY KEY (run_id, metric)
) WITHOUT ROWID;
