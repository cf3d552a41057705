-- A run made by codriver 0.1.0, the first version: two sentences under one plan. It stays as it is, so that every
-- later version is tested on it.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'codriver','m001_what_a_run_is',NULL);
INSERT INTO "_sqlite_migrations" VALUES(2,'codriver','m002_what_came_in',NULL);
INSERT INTO "_sqlite_migrations" VALUES(3,'codriver','m003_what_the_book_says',NULL);
INSERT INTO "_sqlite_migrations" VALUES(4,'codriver','m004_what_happened',NULL);
INSERT INTO "_sqlite_migrations" VALUES(5,'codriver','m005_views',NULL);
CREATE TABLE "blob" (
   "sha256" TEXT PRIMARY KEY,
   "size" INTEGER,
   "bytes" BLOB
);
INSERT INTO "blob" VALUES('1e51e22490e5e0bd3423e06de23a2d3a5e20d57359495df9c5f37ae5c4cc4cfe',300,X'789CB3492FA8D0B7B31925892001F2016271');
CREATE TABLE "call" (
   "id" INTEGER PRIMARY KEY,
   "segment" INTEGER,
   "t" REAL,
   "utc" TEXT,
   "note" INTEGER,
   "kind" TEXT,
   "words" TEXT,
   "speech_s" REAL,
   "ends_m" REAL,
   "lead_m" REAL,
   "lead_s" REAL,
   "chain" INTEGER
);
CREATE TABLE "checkpoint" (
   "signal_id" INTEGER PRIMARY KEY,
   "segment" INTEGER,
   "t" REAL,
   "state" TEXT
);
CREATE TABLE "crew" (
   "segment" INTEGER,
   "t" REAL,
   "driver" TEXT,
   "codriver" TEXT
);
CREATE TABLE "fault" (
   "segment" INTEGER,
   "t" REAL,
   "source" TEXT,
   "text" TEXT
);
CREATE TABLE "fix" (
   "segment" INTEGER,
   "t" REAL,
   "utc" TEXT,
   "lat" REAL,
   "lon" REAL,
   "alt_m" REAL,
   "speed_mps" REAL,
   "course_deg" REAL,
   "quality" INTEGER,
   "source" TEXT,
   "odo_m" REAL,
   "odo_sigma_m" REAL,
   "total_m" REAL,
   "partial_m" REAL
);
CREATE TABLE "mark" (
   "segment" INTEGER,
   "t" REAL,
   "utc" TEXT,
   "lat" REAL,
   "lon" REAL,
   "speed_mps" REAL,
   "odo_m" REAL,
   "total_m" REAL,
   "by" TEXT
);
CREATE TABLE "note" (
   "roadbook_id" INTEGER REFERENCES "roadbook"("id"),
   "number" INTEGER,
   "name" TEXT,
   "total_m" REAL,
   "lat" REAL,
   "lon" REAL,
   "alt_m" REAL,
   "words" TEXT,
   "danger" INTEGER,
   "cap_deg" REAL,
   "speed_mps" REAL,
   "waypoint" TEXT,
   "waypoint_name" TEXT,
   "open_m" REAL,
   "clear_m" REAL,
   "events" TEXT,
   "lap" INTEGER
);
INSERT INTO "note" VALUES(1,1,'',0.0,NULL,NULL,NULL,'start',0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1);
INSERT INTO "note" VALUES(1,2,'2a',812.5,23.5,57.25,NULL,'!!! ditch',3,270.0,NULL,'WPM','W1',800.0,90.0,NULL,1);
CREATE TABLE "out" (
   "signal_id" INTEGER,
   "segment" INTEGER,
   "t" REAL,
   "kind" TEXT,
   "payload" TEXT
);
CREATE TABLE "passage" (
   "segment" INTEGER,
   "t" REAL,
   "utc" TEXT,
   "note" INTEGER,
   "kind" TEXT,
   "name" TEXT,
   "outcome" TEXT,
   "miss_m" REAL
);
CREATE TABLE "plan" (
   "id" INTEGER PRIMARY KEY,
   "sha256" TEXT,
   "settings" TEXT,
   "learnt" TEXT,
   "phrases" TEXT,
   "roadbook_name" TEXT,
   "roadbook_sha256" TEXT,
   "roadbook_id" INTEGER REFERENCES "roadbook"("id")
);
INSERT INTO "plan" VALUES(1,'a5d40ae732e679d90bd801bb386b6fe471a8f2a7cccf60aa3bab5662e71015c1','{"units":"metric"}','{"wheel":1.01}','{}','stage4.gpx','1e51e22490e5e0bd3423e06de23a2d3a5e20d57359495df9c5f37ae5c4cc4cfe',1);
CREATE TABLE "press" (
   "segment" INTEGER,
   "t" REAL,
   "panel" TEXT,
   "button" TEXT,
   "gesture" TEXT,
   "action" TEXT
);
CREATE TABLE "resume" (
   "id" INTEGER PRIMARY KEY,
   "signal_id" INTEGER,
   "segment" INTEGER,
   "t" REAL,
   "state" TEXT
);
INSERT INTO "resume" VALUES(1,3,1,0.2,'{"folded": 3}');
CREATE TABLE "roadbook" (
   "id" INTEGER PRIMARY KEY,
   "name" TEXT,
   "format" TEXT,
   "units" TEXT,
   "length_m" REAL,
   "sha256" TEXT REFERENCES "blob"("sha256")
);
INSERT INTO "roadbook" VALUES(1,'Stage 4','openrally','metric',812.5,'1e51e22490e5e0bd3423e06de23a2d3a5e20d57359495df9c5f37ae5c4cc4cfe');
CREATE TABLE "run" (
   "id" INTEGER PRIMARY KEY,
   "started_utc" TEXT,
   "roadbook" TEXT,
   "profile" TEXT,
   "vehicle" TEXT,
   "version" TEXT,
   "ended" INTEGER
);
INSERT INTO "run" VALUES(1,NULL,'Stage 4','raid','T2','0.1.0',0);
CREATE TABLE "segment" (
   "id" INTEGER PRIMARY KEY,
   "plan_id" INTEGER REFERENCES "plan"("id"),
   "boot_id" TEXT,
   "reason" TEXT,
   "utc_offset_s" REAL,
   "version" TEXT,
   "first_signal" INTEGER,
   "end_t" REAL
);
INSERT INTO "segment" VALUES(1,1,'b1','test',NULL,'0.1.0',1,0.2);
CREATE TABLE "signal" (
   "id" INTEGER PRIMARY KEY,
   "segment" INTEGER,
   "t" REAL,
   "source" TEXT,
   "payload" TEXT
);
INSERT INTO "signal" VALUES(1,1,0.0,'start','{"boot":"b1","plan":"a5d40ae732e679d90bd801bb386b6fe471a8f2a7cccf60aa3bab5662e71015c1","reason":"test"}');
INSERT INTO "signal" VALUES(2,1,0.1,'gps','$GPRMC,1*00');
INSERT INTO "signal" VALUES(3,1,0.2,'gps','$GPRMC,2*00');
CREATE TABLE "stop" (
   "segment" INTEGER,
   "start_t" REAL,
   "end_t" REAL,
   "lat" REAL,
   "lon" REAL,
   "total_m" REAL,
   "tag" TEXT
);
CREATE TABLE "trip_change" (
   "id" INTEGER PRIMARY KEY,
   "segment" INTEGER,
   "t" REAL,
   "what" TEXT,
   "before_m" REAL,
   "after_m" REAL,
   "by" TEXT,
   "undone" INTEGER
);
CREATE TABLE "zone" (
   "segment" INTEGER,
   "note" INTEGER,
   "limit_mps" REAL,
   "entry_t" REAL,
   "exit_t" REAL,
   "worst_mps" REAL,
   "over_s" REAL,
   "over_m" REAL
);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE VIEW "passed" AS 
        SELECT passage.*, note.total_m, note.danger, note.cap_deg, note.waypoint, note.words
        FROM passage JOIN segment ON segment.id = passage.segment JOIN plan ON plan.id = segment.plan_id
        LEFT JOIN note ON note.roadbook_id = plan.roadbook_id AND note.number = passage.note;
CREATE VIEW "heard" AS 
        SELECT call.*, note.total_m, note.danger, note.words AS note_words
        FROM call JOIN segment ON segment.id = call.segment JOIN plan ON plan.id = segment.plan_id
        LEFT JOIN note ON note.roadbook_id = plan.roadbook_id AND note.number = call.note;
CREATE VIEW "story" AS 
        SELECT segment, t, 'press' AS what, button || ' ' || gesture || ': ' || action AS words FROM press
        UNION ALL SELECT segment, t, 'trip', printf('%s %.1f -> %.1f by %s', what, before_m, after_m, by) ||
            CASE WHEN undone THEN ' (undone)' ELSE '' END FROM trip_change
        UNION ALL SELECT segment, t, 'passage', printf('note %d %s %s: %s', note, kind, name, outcome) FROM passage
        UNION ALL SELECT segment, t, 'mark', printf('%.1f m by %s', total_m, by) FROM mark
        UNION ALL SELECT segment, t, 'fault', source || ': ' || text FROM fault
        UNION ALL SELECT segment, t, 'call', words FROM call
        UNION ALL SELECT segment, start_t, 'stop', coalesce(tag, '') FROM stop
        ORDER BY 1, 2;
COMMIT;
