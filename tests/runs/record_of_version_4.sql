BEGIN TRANSACTION;
CREATE TABLE epochs (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    seconds REAL NOT NULL,
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
INSERT INTO "epochs" VALUES('simplernn-0ad696',1,'{"accuracy": 0.4833333194255829, "loss": 0.6977158188819885, "val_accuracy": 0.4833333194255829, "val_loss": 0.6992354989051819, "val_auc": 0.48521205357142855}',0.0843415349991119);
INSERT INTO "epochs" VALUES('simplernn-0ad696',2,'{"accuracy": 0.5416666865348816, "loss": 0.6877559423446655, "val_accuracy": 0.4749999940395355, "val_loss": 0.6984147429466248, "val_auc": 0.48995535714285715}',1.2421514002198819e-02);
CREATE TABLE gradients (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    reviews INTEGER NOT NULL,
    directions TEXT NOT NULL,
    PRIMARY KEY (run, epoch)
);
CREATE TABLE predictions (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    part TEXT NOT NULL,
    accuracy REAL NOT NULL,
    reviews INTEGER NOT NULL,
    probabilities BLOB NOT NULL,
    PRIMARY KEY (run, part, epoch)
);
INSERT INTO "predictions" VALUES('simplernn-0ad696',1,'validation',4.83333333333333337e-01,120,X'00');
CREATE TABLE progress (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    phase TEXT NOT NULL,
    batch INTEGER NOT NULL,
    batches INTEGER NOT NULL,
    figures TEXT NOT NULL CHECK (json_valid(figures)),
    at REAL NOT NULL,
    PRIMARY KEY (run, epoch, phase, batch)
) WITHOUT ROWID;
CREATE TABLE runs (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    comparison TEXT NOT NULL,
    experiment TEXT NOT NULL,
    setting TEXT NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    name TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    reason TEXT,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    parameters INTEGER,
    summary TEXT NOT NULL DEFAULT '',
    versions TEXT NOT NULL DEFAULT '{}',
    heartbeat REAL NOT NULL,
    owner_pid INTEGER NOT NULL,
    owner_started REAL NOT NULL,
    owner_host TEXT NOT NULL,
    turn INTEGER NOT NULL DEFAULT 0,
    visitor TEXT NOT NULL DEFAULT '',
    priority INTEGER NOT NULL DEFAULT 0,
    continued TEXT NOT NULL DEFAULT '[]'
);
INSERT INTO "runs" VALUES(1,'simplernn-0ad696','simplernn-0ad696','{"cell":"SimpleRNN","units":4,"maxlen":40,"epochs":2,"embedding_size":4,"vocabulary_size":200,"layers":1,"bidirectional":false,"mask_padding":false,"dropout":0.0,"recurrent_dropout":0.0,"recurrent_initializer":"orthogonal","forget_bias":null,"optimizer":"rmsprop","learning_rate":0.001,"clipnorm":null,"schedule":"constant","patience":0,"batch_size":128,"validation_split":0.2,"test_split":0.0,"vary_split":false,"reviews":600,"seed":1,"source":"bundled","distance":0,"stock_layers":false}','8dc4693b71c89a83','finished','command line',1.7961949020126183e+09,1.79619491833531665e+09,1.79619496893612504e+09,'The book''s, small','Noted by its own version.',NULL,0,841,'','{"layers": "fused", "python": "3.11.7", "keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.6", "numba": "0.68.1", "system": "Linux-6.18.44-fc-v1098-x86_64-with-glibc2.41", "processors": "2", "threads": "1 when it began"}',1.79619496867334032e+09,30626,2.96333800001144409e+04,'vm',1,'',0,'[]');
CREATE INDEX runs_by_setting ON runs (setting);
CREATE INDEX runs_by_status ON runs (status);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',1);
PRAGMA user_version = 4;
COMMIT;
