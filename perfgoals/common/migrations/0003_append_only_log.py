"""The log can be added to and read; nobody changes or deletes an entry, whatever their rights are.

TRUNCATE empties test databases between tests, which is why those may.

Words are found by the pairs of characters in them, for Chinese has no blanks between words, and a server
need not have the extension that does this.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

GUARD = """
CREATE FUNCTION common_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '审计日志只能追加，不能修改、删除或清空' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER common_auditentry_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON common_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION common_auditentry_refuse();
ALTER TABLE common_auditentry ENABLE ALWAYS TRIGGER common_auditentry_append_only;
"""

NO_GUARD = """
DROP TRIGGER common_auditentry_append_only ON common_auditentry;
DROP FUNCTION common_auditentry_refuse();
"""

PAIRS = """
CREATE FUNCTION common_pairs(said text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(said, place, 2)), '{}')
    FROM generate_series(1, length(said) - 1) AS place
$$;
CREATE INDEX audit_by_words ON common_auditentry USING gin (
    common_pairs(left(summary || ' ' || subject || ' ' || user_name || ' ' || reason, 1000))
);
"""

NO_PAIRS = """
DROP INDEX audit_by_words;
DROP FUNCTION common_pairs(text);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("common", "0002_audit_log")]

    operations: ClassVar = [
        migrations.RunSQL(GUARD, NO_GUARD),
        migrations.RunSQL(PAIRS, NO_PAIRS),
    ]
