"""The SQL that made the tables of older versions, as their databases hold it, with two runs in them."""

FIRST = """
CREATE TABLE run (id INTEGER NOT NULL, name VARCHAR NOT NULL, status VARCHAR NOT NULL, config JSON NOT NULL,
    preset VARCHAR, "group" VARCHAR, tags JSON NOT NULL, notes VARCHAR NOT NULL, step INTEGER NOT NULL,
    total_steps INTEGER NOT NULL, epoch FLOAT NOT NULL, seconds FLOAT NOT NULL, activity VARCHAR, latest JSON NOT NULL,
    error VARCHAR, notice VARCHAR, want VARCHAR NOT NULL, attempt INTEGER NOT NULL, deaths INTEGER NOT NULL,
    died_at INTEGER NOT NULL, parent_id INTEGER, parent_step INTEGER, queued_at FLOAT NOT NULL, handle JSON,
    created_at FLOAT NOT NULL, started_at FLOAT, finished_at FLOAT, heartbeat_at FLOAT, silent_since FLOAT,
    deleted_at FLOAT,
    PRIMARY KEY (id), FOREIGN KEY(parent_id) REFERENCES run (id));
CREATE INDEX ix_run_group ON run ("group");
CREATE INDEX ix_run_status ON run (status);
CREATE TABLE picture_file (hash VARCHAR NOT NULL, png BLOB NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    PRIMARY KEY (hash));
CREATE TABLE step (run_id INTEGER NOT NULL, step INTEGER NOT NULL, epoch FLOAT, seconds FLOAT, reconstruction FLOAT,
    kl FLOAT, elbo FLOAT, loss FLOAT, beta FLOAT, nonfinite BOOLEAN NOT NULL,
    PRIMARY KEY (run_id, step), FOREIGN KEY(run_id) REFERENCES run (id)) WITHOUT ROWID;
CREATE TABLE evaluation (run_id INTEGER NOT NULL, step INTEGER NOT NULL, epoch FLOAT NOT NULL, seconds FLOAT NOT NULL,
    reconstruction FLOAT, kl FLOAT, elbo FLOAT, elbo_se FLOAT, kl_per_dim JSON, active_units INTEGER,
    mse_per_pixel FLOAT, bce_per_pixel FLOAT, decoder_std FLOAT, bits_per_dim FLOAT,
    PRIMARY KEY (run_id, step), FOREIGN KEY(run_id) REFERENCES run (id));
CREATE TABLE report (run_id INTEGER NOT NULL, step INTEGER NOT NULL, findings JSON NOT NULL,
    PRIMARY KEY (run_id), FOREIGN KEY(run_id) REFERENCES run (id));
CREATE TABLE picture (run_id INTEGER NOT NULL, kind VARCHAR NOT NULL, step INTEGER NOT NULL, hash VARCHAR NOT NULL,
    columns INTEGER NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (run_id, kind, step),
    FOREIGN KEY(run_id) REFERENCES run (id), FOREIGN KEY(hash) REFERENCES picture_file (hash));
CREATE TABLE event (id INTEGER NOT NULL, run_id INTEGER NOT NULL, kind VARCHAR NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(run_id) REFERENCES run (id));
INSERT INTO run VALUES (1, 'brisk-otter', 'finished', '{"latent_dim": 2}', NULL, NULL, '["old"]', '', 40, 40, 1.74,
    0.04, NULL, '{"kl": 10.5}', NULL, NULL, 'run', 1, 0, 0, NULL, NULL, 5.0, NULL, 5.0, 6.0, 7.0, 7.0, NULL, NULL);
INSERT INTO run VALUES (2, 'calm-heron', 'finished', '{"model": "ae"}', NULL, NULL, '[]', '', 40, 40, 1.74,
    0.04, NULL, '{}', NULL, NULL, 'run', 1, 0, 0, NULL, NULL, 5.0, NULL, 5.0, 6.0, 7.0, 7.0, NULL, NULL);
INSERT INTO evaluation VALUES (1, 40, 1.74, 0.04, 90.0, 12.5, -102.5, 0.75, '[12.5, null]', 1, 0.01, 0.3, 0.4, 5.25);
INSERT INTO evaluation VALUES (2, 40, 1.74, 0.04, 90.0, NULL, NULL, NULL, 'null', NULL, 0.01, 0.3, 0.4, NULL);
INSERT INTO event VALUES (1, 1, 'run', 0, 0);
"""
# What versions before the newest of these had not yet.
LATER = """
DROP TABLE report;
ALTER TABLE evaluation DROP COLUMN elbo_se;
ALTER TABLE evaluation DROP COLUMN decoder_std;
ALTER TABLE evaluation DROP COLUMN bits_per_dim;
ALTER TABLE run DROP COLUMN notice;
ALTER TABLE run DROP COLUMN deaths;
ALTER TABLE run DROP COLUMN died_at;
ALTER TABLE run DROP COLUMN queued_at;
ALTER TABLE run DROP COLUMN silent_since;
"""
