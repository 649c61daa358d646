BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	guild_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	action TEXT NOT NULL, 
	detail TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,1,1,1,'action 1','detail 1');
CREATE TABLE blocks (
	guild_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	until_at BIGINT, 
	cause TEXT NOT NULL, 
	PRIMARY KEY (guild_id, user_id)
);
INSERT INTO "blocks" VALUES(1,1,1,1,'cause 1');
CREATE TABLE counters (
	scope TEXT NOT NULL, 
	guild_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	period TEXT NOT NULL, 
	n BIGINT NOT NULL, 
	micros BIGINT NOT NULL, 
	last_at BIGINT, 
	previous_at BIGINT, 
	PRIMARY KEY (scope, guild_id, user_id, period)
);
INSERT INTO "counters" VALUES('scope 1',1,1,'period 1',1,1,1,1);
CREATE TABLE departures (
	guild_id BIGINT NOT NULL, 
	left_at BIGINT NOT NULL, 
	PRIMARY KEY (guild_id)
);
INSERT INTO "departures" VALUES(1,1);
CREATE TABLE erasures (
	user_id BIGINT NOT NULL, 
	asked_at BIGINT NOT NULL, 
	PRIMARY KEY (user_id)
);
INSERT INTO "erasures" VALUES(1,1);
CREATE TABLE facts (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('name 1','value 1');
CREATE TABLE guilds (
	guild_id BIGINT NOT NULL, 
	settings_json TEXT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (guild_id)
);
INSERT INTO "guilds" VALUES(1,'settings_json 1',1);
CREATE TABLE job_events (
	id INTEGER NOT NULL, 
	job_id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	fence INTEGER NOT NULL, 
	from_state TEXT, 
	to_state TEXT NOT NULL, 
	detail TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(job_id) REFERENCES jobs (id)
);
INSERT INTO "job_events" VALUES(1,1,1,1,'from_state 1','queued','detail 1');
CREATE TABLE jobs (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	interaction_id BIGINT NOT NULL, 
	state TEXT NOT NULL CHECK (state IN ('queued','submitting','rendering','delivering','delivered','failed','cancelled','unknown')), 
	request_json TEXT NOT NULL, 
	format TEXT NOT NULL, 
	submit_key TEXT NOT NULL, 
	first_frame TEXT, 
	spoiler INTEGER NOT NULL, 
	upload_limit BIGINT NOT NULL, 
	usage_day TEXT NOT NULL, 
	provider_url TEXT, 
	provider_task_id TEXT, 
	attempt INTEGER DEFAULT '0' NOT NULL, 
	troubles INTEGER DEFAULT '0' NOT NULL, 
	fence INTEGER DEFAULT '0' NOT NULL, 
	lease_owner TEXT, 
	next_at BIGINT NOT NULL, 
	progress INTEGER, 
	expected_at BIGINT, 
	late_at BIGINT, 
	result_url TEXT, 
	video_file TEXT, 
	video_bytes BIGINT, 
	reason TEXT, 
	detail TEXT, 
	charged INTEGER, 
	told_at BIGINT, 
	first_sent_at BIGINT, 
	status_message_id BIGINT, 
	message_id BIGINT, 
	created_at BIGINT NOT NULL, 
	queued_at BIGINT NOT NULL, 
	submitted_at BIGINT, 
	rendered_at BIGINT, 
	finished_at BIGINT, route TEXT DEFAULT 'channel' NOT NULL, may_direct INTEGER DEFAULT '0' NOT NULL, provider_key_id TEXT, result_expires_at BIGINT, language TEXT DEFAULT 'en' NOT NULL, parent_id INTEGER, relation TEXT, erased_at BIGINT, notice INTEGER DEFAULT '0' NOT NULL, price_micros BIGINT DEFAULT '0' NOT NULL, cost_micros BIGINT DEFAULT '0' NOT NULL, order_number INTEGER DEFAULT '1' NOT NULL, bot_day TEXT DEFAULT '' NOT NULL, turn BIGINT DEFAULT '0' NOT NULL, pause_told_at BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE ("key"), 
	UNIQUE (interaction_id), 
	UNIQUE (submit_key)
);
INSERT INTO "jobs" VALUES(1,'key 1',1,1,1,1,'queued','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 1','first_frame 1',1,1,'2026-11-23','provider_url 1','provider_task_id 1',1,1,1,'lease_owner 1',1,1,1,1,'result_url 1','video_file 1',1,NULL,'detail 1',1,1,1,1,1,1,1,1,1,1,'channel',1,'provider_key_id 1',1,'en',NULL,NULL,1,0,1,1,1,'bot_day 1',1,1);
INSERT INTO "jobs" VALUES(2,'key 2',2,2,2,2,'submitting','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 2','first_frame 2',2,2,'2026-11-23','provider_url 2','provider_task_id 2',2,2,2,'lease_owner 2',2,2,2,2,'result_url 2','video_file 2',2,NULL,'detail 2',2,2,2,2,2,2,2,2,2,2,'channel',2,'provider_key_id 2',2,'en',1,'reroll',2,0,2,2,2,'bot_day 2',2,2);
INSERT INTO "jobs" VALUES(3,'key 3',3,3,3,3,'rendering','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 3','first_frame 3',3,3,'2026-11-23','provider_url 3','provider_task_id 3',3,3,3,'lease_owner 3',3,3,3,3,'result_url 3','video_file 3',3,NULL,'detail 3',3,3,3,3,3,3,3,3,3,3,'channel',3,'provider_key_id 3',3,'en',1,'reroll',3,0,3,3,3,'bot_day 3',3,3);
INSERT INTO "jobs" VALUES(4,'key 4',4,4,4,4,'delivering','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 4','first_frame 4',4,4,'2026-11-23','provider_url 4','provider_task_id 4',4,4,4,'lease_owner 4',4,4,4,4,'result_url 4','video_file 4',4,NULL,'detail 4',4,4,4,4,4,4,4,4,4,4,'channel',4,'provider_key_id 4',4,'en',1,'reroll',4,0,4,4,4,'bot_day 4',4,4);
INSERT INTO "jobs" VALUES(5,'key 5',5,5,5,5,'delivered','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 5','first_frame 5',5,5,'2026-11-23','provider_url 5','provider_task_id 5',5,5,5,'lease_owner 5',5,5,5,5,'result_url 5','video_file 5',5,NULL,'detail 5',5,5,5,5,5,5,5,5,5,5,'channel',5,'provider_key_id 5',5,'en',1,'reroll',5,1,5,5,5,'bot_day 5',5,5);
INSERT INTO "jobs" VALUES(6,'key 6',6,6,6,6,'failed','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 6','first_frame 6',6,6,'2026-11-23','provider_url 6','provider_task_id 6',6,6,6,'lease_owner 6',6,6,6,6,'result_url 6','video_file 6',6,'provider','detail 6',6,6,6,6,6,6,6,6,6,6,'channel',6,'provider_key_id 6',6,'en',1,'reroll',6,0,6,6,6,'bot_day 6',6,6);
INSERT INTO "jobs" VALUES(7,'key 7',7,7,7,7,'cancelled','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 7','first_frame 7',7,7,'2026-11-23','provider_url 7','provider_task_id 7',7,7,7,'lease_owner 7',7,7,7,7,'result_url 7','video_file 7',7,NULL,'detail 7',7,7,7,7,7,7,7,7,7,7,'channel',7,'provider_key_id 7',7,'en',1,'reroll',7,0,7,7,7,'bot_day 7',7,7);
INSERT INTO "jobs" VALUES(8,'key 8',8,8,8,8,'unknown','{"request": {"prompt": "a kite over the sea", "has_first_frame": false, "duration": 6, "resolution": "768p", "model": "MiniMax-Hailuo-2.3", "prompt_optimizer": true, "fast_pretreatment": false, "watermark": false}, "text": "a kite over the sea", "moves": [], "first_frame_url": null, "joined_seconds": null}','MiniMax-Hailuo-2.3/6s/768p','submit_key 8','first_frame 8',8,8,'2026-11-23','provider_url 8','provider_task_id 8',8,8,8,'lease_owner 8',8,8,8,8,'result_url 8','video_file 8',8,'ambiguous_submit','detail 8',8,8,8,8,8,8,8,8,8,8,'channel',8,'provider_key_id 8',8,'en',1,'reroll',8,0,8,8,8,'bot_day 8',8,8);
CREATE TABLE ledger (
	id INTEGER NOT NULL, 
	job_id INTEGER NOT NULL, 
	kind TEXT NOT NULL CHECK (kind IN ('reserve', 'commit', 'refund')), 
	order_number INTEGER NOT NULL, 
	micros BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (job_id, kind, order_number), 
	FOREIGN KEY(job_id) REFERENCES jobs (id)
);
INSERT INTO "ledger" VALUES(1,1,'reserve',1,1,1);
CREATE TABLE log_posts (
	job_id INTEGER NOT NULL, 
	channel_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	PRIMARY KEY (job_id), 
	FOREIGN KEY(job_id) REFERENCES jobs (id)
);
INSERT INTO "log_posts" VALUES(1,1,1);
CREATE TABLE members (
	user_id BIGINT NOT NULL, 
	settings_json TEXT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (user_id)
);
INSERT INTO "members" VALUES(1,'settings_json 1',1);
CREATE TABLE pauses (
	guild_id BIGINT NOT NULL, 
	cause TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until_at BIGINT, 
	times INTEGER DEFAULT '1' NOT NULL, 
	detail TEXT, 
	PRIMARY KEY (guild_id, cause)
);
INSERT INTO "pauses" VALUES(1,'cause 1',1,1,1,'detail 1');
CREATE TABLE queue_clock (
	name TEXT NOT NULL, 
	turn BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "queue_clock" VALUES('name 1',1);
CREATE TABLE reports (
	job_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (job_id, user_id), 
	FOREIGN KEY(job_id) REFERENCES jobs (id)
);
INSERT INTO "reports" VALUES(1,1,1);
CREATE TABLE turns (
	name TEXT NOT NULL, 
	free_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "turns" VALUES('name 1',1);
CREATE INDEX jobs_submitting ON jobs(next_at) WHERE state = 'submitting';
CREATE INDEX jobs_rendering ON jobs(next_at) WHERE state = 'rendering';
CREATE INDEX jobs_delivering ON jobs(next_at) WHERE state = 'delivering';
CREATE INDEX jobs_untold ON jobs(next_at) WHERE reason IS NOT NULL AND told_at IS NULL;
CREATE INDEX jobs_status ON jobs(id) WHERE status_message_id IS NOT NULL;
CREATE INDEX jobs_by_owner ON jobs(user_id, guild_id, id DESC);
CREATE INDEX jobs_by_format ON jobs(format, rendered_at DESC) WHERE rendered_at IS NOT NULL;
CREATE INDEX job_events_by_job ON job_events(job_id, id);
CREATE INDEX jobs_unknown ON jobs(id) WHERE state = 'unknown';
CREATE INDEX jobs_by_message ON jobs(message_id) WHERE message_id IS NOT NULL;
CREATE INDEX members_by_change ON members(changed_at DESC);
CREATE INDEX jobs_to_notify ON jobs(next_at) WHERE notice = 1;
CREATE INDEX jobs_under_way ON jobs(guild_id, user_id, turn) WHERE state IN ('queued', 'submitting', 'rendering', 'delivering');
CREATE INDEX jobs_queued ON jobs(turn, id, next_at) WHERE state = 'queued';
CREATE INDEX audit_of_guild ON audit(guild_id, id);
COMMIT;
