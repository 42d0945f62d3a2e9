-- The due day for which a step's person was reminded: once for each day that was set.
ALTER TABLE step ADD COLUMN reminded_for TEXT;
