BEGIN TRANSACTION;
CREATE TABLE answers (
    lecture INTEGER NOT NULL, question TEXT NOT NULL, round INTEGER NOT NULL, device TEXT NOT NULL,
    answer TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (lecture, question, round, device)
);
INSERT INTO "answers" VALUES(1,'best',1,'b','1',1764000002.25);
INSERT INTO "answers" VALUES(1,'best',1,'a','2',1764000002.75);
INSERT INTO "answers" VALUES(1,'best',2,'b','2',1764000003.25);
INSERT INTO "answers" VALUES(1,'curve',1,'c','[0.5, 0.625, 0.7]',1764000003.75);
INSERT INTO "answers" VALUES(3,'own',1,'a','0',1764000010.25);
INSERT INTO "answers" VALUES(3,'own',1,'b','0',1764000010.75);
INSERT INTO "answers" VALUES(3,'own',1,'c','1',1764000011.25);
INSERT INTO "answers" VALUES(3,'own',2,'b','1',1764000011.75);
INSERT INTO "answers" VALUES(3,'own',2,'e','1',1764000012.25);
INSERT INTO "answers" VALUES(3,'own-after',1,'a','1',1764000012.75);
INSERT INTO "answers" VALUES(3,'own-after',1,'c','1',1764000013.25);
CREATE TABLE best_epochs (
    lecture INTEGER, cell TEXT, seed INTEGER, correct TEXT NOT NULL, PRIMARY KEY (lecture, cell, seed)
);
INSERT INTO "best_epochs" VALUES(2,'SimpleRNN',30001,'////////////////////////////////////////////////wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
INSERT INTO "best_epochs" VALUES(2,'SimpleRNN',30003,'');
INSERT INTO "best_epochs" VALUES(2,'SimpleRNN',35001,'');
INSERT INTO "best_epochs" VALUES(2,'LSTM',30002,'/////////////////////////////////////////////////////////////8AAAAAAAAAAAAAAAAAAAAAA');
INSERT INTO "best_epochs" VALUES(2,'LSTM',30004,'///////////////////////////////////////////////////////////////////////////////////w');
INSERT INTO "best_epochs" VALUES(3,'LSTM',40002,'////////////////////////////////////////////////8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
CREATE TABLE confidence (
    lecture INTEGER NOT NULL, question TEXT NOT NULL, round INTEGER NOT NULL, device TEXT NOT NULL, level INTEGER,
    PRIMARY KEY (lecture, question, round, device)
);
INSERT INTO "confidence" VALUES(1,'best',1,'b',NULL);
INSERT INTO "confidence" VALUES(1,'best',1,'a',1);
INSERT INTO "confidence" VALUES(1,'best',2,'b',0);
INSERT INTO "confidence" VALUES(1,'curve',1,'c',NULL);
INSERT INTO "confidence" VALUES(3,'own',1,'a',1);
INSERT INTO "confidence" VALUES(3,'own',1,'b',1);
INSERT INTO "confidence" VALUES(3,'own',1,'c',1);
INSERT INTO "confidence" VALUES(3,'own',2,'b',2);
INSERT INTO "confidence" VALUES(3,'own',2,'e',2);
INSERT INTO "confidence" VALUES(3,'own-after',1,'a',1);
INSERT INTO "confidence" VALUES(3,'own-after',1,'c',1);
CREATE TABLE devices (
    lecture INTEGER NOT NULL, device TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (lecture, device)
);
INSERT INTO "devices" VALUES(1,'a',1);
INSERT INTO "devices" VALUES(1,'b',2);
INSERT INTO "devices" VALUES(1,'c',3);
INSERT INTO "devices" VALUES(2,'x',1);
INSERT INTO "devices" VALUES(2,'y',2);
INSERT INTO "devices" VALUES(2,'z',3);
INSERT INTO "devices" VALUES(2,'w',4);
INSERT INTO "devices" VALUES(3,'a',1);
INSERT INTO "devices" VALUES(3,'b',2);
INSERT INTO "devices" VALUES(3,'c',3);
INSERT INTO "devices" VALUES(3,'e',4);
CREATE TABLE lectures (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, began REAL NOT NULL, ended REAL, state TEXT NOT NULL
);
INSERT INTO "lectures" VALUES(1,'The book''s experiment',1764000001.25,1764000005.25,'{"lecture":"","step":0,"title":"","text":"","question":null,"phase":"idle","round":1,"runs":["lstm-1","gru-1"],"hidden":[],"hidden_settings":[],"reviews_open":false,"networks_offered":true,"wall_review":null,"wall_verdicts":[],"wall_review_id":"","rows_asked":false,"neighbours":0,"recorded":false,"task":"","task_since":0.0,"task_shown":false,"replayed":0,"compared":0,"version":12}');
INSERT INTO "lectures" VALUES(2,'luck',1764000005.75,1764000009.25,'{"lecture":"","step":0,"title":"","text":"","question":null,"phase":"idle","round":1,"runs":[],"hidden":[],"hidden_settings":[],"reviews_open":false,"networks_offered":false,"wall_review":null,"wall_verdicts":[],"wall_review_id":"","rows_asked":false,"neighbours":0,"recorded":false,"task":"","task_since":0.0,"task_shown":false,"replayed":0,"compared":0,"version":16}');
INSERT INTO "lectures" VALUES(3,'=own',1764000009.75,NULL,'{"lecture":"=own","step":2,"title":"Your review","text":"","question":null,"phase":"revealed","round":1,"runs":["lstm-2"],"hidden":[],"hidden_settings":["0123456789abcdef"],"reviews_open":true,"networks_offered":false,"wall_review":"Shown.\nOn two lines.","wall_verdicts":["LSTM: positive"],"wall_review_id":"572626b9ee8b6df4","rows_asked":true,"neighbours":0,"recorded":false,"task":"One network for each phone","task_since":1764000014.75,"task_shown":false,"replayed":0,"compared":0,"version":31}');
CREATE TABLE networks (
    lecture INTEGER NOT NULL, task TEXT NOT NULL, cell TEXT NOT NULL, seed INTEGER NOT NULL,
    device TEXT NOT NULL, origin TEXT NOT NULL, status TEXT NOT NULL DEFAULT '',
    reviews TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (lecture, cell, seed)
);
INSERT INTO "networks" VALUES(2,'One network for each phone','SimpleRNN',30001,'x','phone','','[250, 260, 270, 280, 290, 280, 270, 260]',1764000006.75);
INSERT INTO "networks" VALUES(2,'One network for each phone','SimpleRNN',30003,'z','phone','','[]',1764000007.75);
INSERT INTO "networks" VALUES(2,'One network for each phone','SimpleRNN',35001,'','server','','[251, 261, 271, 281, 291, 281, 271, 261]',1764000008.75);
INSERT INTO "networks" VALUES(2,'One network for each phone','LSTM',30002,'y','phone','repeated','[300, 310, 320, 330, 340, 350, 360, 370]',1764000007.25);
INSERT INTO "networks" VALUES(2,'One network for each phone','LSTM',30004,'w','phone','left out','[500, 500, 500, 500, 500, 500, 500, 500]',1764000008.25);
INSERT INTO "networks" VALUES(3,'One network for each phone','LSTM',40002,'b','phone','','[252, 262, 272, 282, 292, 282, 272, 262]',1764000015.25);
CREATE TABLE reviews (
    id TEXT PRIMARY KEY, lecture INTEGER NOT NULL, device TEXT NOT NULL, text TEXT NOT NULL,
    shown INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL
);
INSERT INTO "reviews" VALUES('e19a6822496cef7f',1,'a','Shown in the first lecture; "quoted".',1,1764000004.25);
INSERT INTO "reviews" VALUES('572626b9ee8b6df4',3,'a','Shown.
On two lines.',1,1764000013.75);
INSERT INTO "reviews" VALUES('b4c9d5ffe26b5cd3',3,'b','Waits.',0,1764000014.25);
CREATE TABLE steps (
    lecture INTEGER NOT NULL, key TEXT NOT NULL, phase TEXT NOT NULL, round INTEGER NOT NULL, question TEXT,
    runs TEXT NOT NULL, PRIMARY KEY (lecture, key)
);
INSERT INTO "steps" VALUES(1,'best','closed',2,'{"id":"best","kind":"best_network","text":"Which is best?","choices":["SimpleRNN","LSTM","No difference beyond chance"],"right":null,"epochs":10,"network":"","repeats":"","confidence":true}','["lstm-1", "gru-1"]');
INSERT INTO "steps" VALUES(1,'curve','open',1,'{"id":"curve","kind":"curve","text":"Draw it","choices":[],"right":null,"epochs":3,"network":"SimpleRNN","repeats":"","confidence":false}','["lstm-1", "gru-1"]');
INSERT INTO "steps" VALUES(2,'step 0','revealed',1,NULL,'[]');
INSERT INTO "steps" VALUES(3,'own','open',2,'{"id":"own","kind":"own","text":"Which gate forgets?","choices":["=input","forget"],"right":1,"epochs":10,"network":"","repeats":"","confidence":true}','[]');
INSERT INTO "steps" VALUES(3,'own-after','closed',1,'{"id":"own-after","kind":"own","text":"Which gate forgets?","choices":["=input","forget"],"right":1,"epochs":10,"network":"","repeats":"own","confidence":true}','[]');
INSERT INTO "steps" VALUES(3,'step 2','revealed',1,NULL,'["lstm-2"]');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('lectures',3);
COMMIT;
PRAGMA user_version = 1;
