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
CREATE TABLE blocks (
	guild_id BIGINT NOT NULL, 
	user_id BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	until_at BIGINT, 
	cause TEXT NOT NULL, 
	PRIMARY KEY (guild_id, user_id)
);
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
CREATE TABLE departures (
	guild_id BIGINT NOT NULL, 
	left_at BIGINT NOT NULL, 
	PRIMARY KEY (guild_id)
);
CREATE TABLE erasures (
	user_id BIGINT NOT NULL, 
	asked_at BIGINT NOT NULL, 
	PRIMARY KEY (user_id)
);
CREATE TABLE facts (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE guilds (
	guild_id BIGINT NOT NULL, 
	settings_json TEXT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (guild_id)
);
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
CREATE TABLE log_posts (
	job_id INTEGER NOT NULL, 
	channel_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	PRIMARY KEY (job_id), 
	FOREIGN KEY(job_id) REFERENCES jobs (id)
);
CREATE TABLE members (
	user_id BIGINT NOT NULL, 
	settings_json TEXT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	PRIMARY KEY (user_id)
);
CREATE TABLE pauses (
	guild_id BIGINT NOT NULL, 
	cause TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until_at BIGINT, 
	times INTEGER DEFAULT '1' NOT NULL, 
	detail TEXT, 
	PRIMARY KEY (guild_id, cause)
);
CREATE TABLE queue_clock (
	name TEXT NOT NULL, 
	turn BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE reports (
	job_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (job_id, user_id), 
	FOREIGN KEY(job_id) REFERENCES jobs (id)
);
CREATE TABLE turns (
	name TEXT NOT NULL, 
	free_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
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
