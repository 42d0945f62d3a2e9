# Recordings: files of an incident that are looked through
recording-title = Looking through files
recording-story = What happened, step by step
recording-then = Now have them looked through for traces of an attack
recording-add = Add files
recording-add-hint = Pictures, or logs from a computer (EVTX, zip, gz, syslog, JSON, CSV and others). Up to { $most } each. You can also drop several files here. The fingerprint (SHA-256) of each is kept with it.
recording-sending = being sent
recording-sent = added
recording-sent-large = is too large: up to { $most }
recording-sent-failed = could not be sent. Check the connection and try again.
recording-can = { $n ->
    [one] One file can be looked through for traces of an attack. The file itself is not changed.
   *[other] { $n } files can be looked through for traces of an attack. The files themselves are not changed.
  }
recording-start = Look for attacks in these files
recording-start-again = Look through all files again
recording-lead-only = The person in charge or the owner can have these files looked through for traces of an attack.
recording-elsewhere = Files of another incident are being looked through just now. When that has ended, you can begin here.
recording-under-way = Looking for traces of an attack
recording-progress = How much has been read
recording-waiting = It waits for its turn and begins by itself. You may close this page.
recording-reading = Reading. You may close this page; it goes on.
recording-left = { $minutes ->
    [one] About one minute left. You may close this page; it goes on.
   *[other] About { $minutes } minutes left. You may close this page; it goes on.
  }
recording-writing = Everything is read. The result is being put together.
recording-stopping = It is being stopped. What was found until now will be shown.
recording-bytes = Read
recording-bytes-of = { $bytes } of { $total }
recording-events = Records
recording-findings-so-far = Findings so far
recording-has-ended = It has ended.
recording-see = See the result
recording-stop = Stop
recording-stopped = Stopped
recording-stopped-means = It was stopped before the end: what was not read may hold more.
recording-never-begun = It was stopped before it began: nothing was looked through
recording-failed = The files could not be looked through
recording-failed-why = It was tried several times. The files are still here, unchanged. Try again later; if it fails again, tell whoever looks after this server.
recording-first = What to do first
recording-by-level = By gravity:
recording-hosts = Computers in the files:
recording-more-hosts = and { $n } more
recording-report = Open the full report
recording-lines = { $n ->
    [one] One kind of serious sign
   *[other] { $n } kinds of serious signs
  }
recording-more-lines = { $n ->
    [one] One more serious finding stands in the report.
   *[other] { $n } more serious findings stand in the report.
  }
recording-unread = { $n ->
    [one] One thing could not be read
   *[other] { $n } things could not be read
  }
recording-unread-kind = This file is no kind of log that can be read.
recording-unread-locked = It is locked with a password. Unlock it and add it again.
recording-unread-packed = It unpacks to far more than its size allows; the rest was left out.
recording-unread-nested = Archives lie too deep within archives. Unpack it, and add what is in it.
recording-unread-long = Lines in it are too long; only their beginnings were read.
recording-unread-some = A part of it is damaged or has another form than expected.
recording-cut = There were so many findings that the files below hold only the first part. The numbers here count all.
recording-made = Begun on { $at } by { $by }: { $files ->
    [one] one file
   *[other] { $files } files
  }, { $events ->
    [one] one record
   *[other] { $events } records
  }.
recording-packs = Imported rules were used besides our own:
recording-imported = A sign that an imported rule looks for
recording-resumed = It was cut off before its end, and went on where it had been.
recording-downloads = Files for an engineer
recording-output-report-ja = Report (Japanese)
recording-output-report-en = Report (English)
recording-output-findings = All findings (JSON lines)
recording-output-timeline = Timeline (CSV)
recording-output-layer = ATT&CK Navigator layer (JSON)
recording-delete = Delete this result
recording-delete-title = Delete the result?
recording-delete-lead = This is the result that was begun on { $at }.
recording-delete-gone = The report, its findings and the files for the engineer are deleted and cannot be brought back.
recording-delete-kept = The files that were looked through stay, unchanged.
recording-delete-ledger = The ledger keeps that they were looked through, and that the result was deleted.
recording-delete-go = Delete it
recording-delete-not = Keep it
recording-remove = Remove
recording-remove-named = Remove { $name }
recording-remove-title = Remove this file?
recording-remove-gone = The file itself is deleted from this server and cannot be brought back. Its room is free again.
recording-remove-kept = Its name, its size, its fingerprint (SHA-256), who added it and who removed it stay in the history of this incident.
recording-remove-results = { $n ->
    [one] One result of looking through it stays, with the report: it says what was found in the file. If that is to go as well, delete the result afterwards.
   *[other] { $n } results of looking through it stay, with their reports: they say what was found in the file. If they are to go as well, delete them afterwards.
  }
recording-remove-go = Remove the file
recording-remove-not = Keep it
recording-removed = Removed on { $at } by { $by }
recording-line-removed = A file was removed: { $name }
recording-what = What was seen
recording-now = What to do now
recording-where = Where it stands
recording-where-is = { $file }, record { $record }
recording-matched = Why it was found
recording-matched-together = Several records together made it stand out; they are below.
recording-field = Name
recording-value = What stood there
recording-pattern = What was looked for
recording-event = The record ({ $at })
recording-no-time = no time given
recording-analyst = For an engineer
recording-times = { $count ->
    [one] once
   *[other] { $count } times
  }
recording-times-at = { $count ->
    [one] once ({ $at })
   *[other] { $count } times ({ $at })
  }
recording-from-files = From the files
recording-line-hunt-started = { $n ->
    [one] Looking through one file began
   *[other] Looking through { $n } files began
  }
recording-line-hunt-stopped = Looking through the files was stopped
recording-line-hunt-ended = { $n ->
    [0] Files were looked through: no findings
    [one] Files were looked through: one finding
   *[other] Files were looked through: { $n } findings
  }
recording-line-stopped = Looking through the files ended early
recording-line-failed = The files could not be looked through
recording-line-hunt-deleted = A result was deleted
recording-line-found = { $title } ({ $host })
problem-recording-too-large = "{ $name }" is too large: a file may have up to { $most }. It was not kept. Pack it (zip), or take only the part that matters.
problem-recording-full = The company's room for files ({ $most }) is full. Nothing was kept. Delete results that nobody needs any more, or ask whoever looks after this server for more room.
problem-recording-nothing = There is no file to look through yet. Add logs first.
problem-recording-under-way = Files are being looked through already. Wait until that has ended, or stop it.
problem-recording-not-under-way = This has ended already. Open the page again to see the result.
problem-recording-still-under-way = This is still under way. Stop it first.
problem-recording-in-use = The files of this incident are being looked through just now. Wait until that has ended, or stop it; then remove the file.
