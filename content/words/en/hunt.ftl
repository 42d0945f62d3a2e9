# The report of a hunt.
hunt-title = Hunt report
hunt-made-on = Made on { $day }
hunt-to-story = What happened
hunt-to-engineer = For the engineer
hunt-level-informational = For information
hunt-level-low = Low
hunt-level-medium = Medium
hunt-level-high = High
hunt-level-critical = Critical
hunt-no-time = no time given
hunt-nowhere = (machine not named)
hunt-nobody = (not named)
hunt-and-more = and { $n } more
hunt-list-join = {", "}
hunt-local-time = Times are local ({ $zone }); UTC stands beside them where it matters.

# The verdict
hunt-verdict-none = Nothing suspicious was found in these records.
hunt-verdict-low = Only small things were found. None of them is urgent.
hunt-verdict-medium = Some things were found that somebody should look at.
hunt-verdict-high = There are serious signs. Treat this as a possible break-in until an engineer says otherwise.
hunt-verdict-stages = There are serious signs of a break-in in { $n } stages. Treat this as an emergency.
hunt-signs = What stands here are signs in records, not proofs. An engineer has to confirm them before anybody is blamed.
hunt-none-means = That means: in { $events } events of { $files } files, none of the { $rules } rules found anything.
hunt-none-not = It does not mean that nothing happened. Records may be switched off, too short, or deleted, and no set of rules knows everything. If something is odd, keep these files and ask an engineer.
hunt-none-read = Nothing could be read, so nothing can be said. See “What could not be read”.
hunt-since = Since when
hunt-until = Last seen
hunt-machines = Machines
hunt-accounts = Accounts
hunt-findings = Findings
hunt-since-unknown = The records give no time
hunt-how-sure = How sure
hunt-first = What to do first
hunt-first-more = Then give this report to an engineer. Do not delete anything before that.
hunt-story = What happened
hunt-story-order = Told by the stages of an attack, each in the order of time.
hunt-story-small = { $n ->
    [one] One more sign of little weight stands in the engineer's part.
   *[other] { $n } more signs of little weight stand in the engineer's part.
  }
hunt-story-left = { $n } more { $n ->
    [one] kind of sign
   *[other] kinds of signs
  } of this stage { $n ->
    [one] stands
   *[other] stand
  } in the engineer's part.
hunt-plain = A rule named “{ $title }” found something.
hunt-times = { $n ->
    [one] once
   *[other] { $n } times
  }
hunt-when-at = { $times } at { $from }
hunt-when-between = { $times } between { $from } and { $to }
hunt-when-unknown = { $times }, time not recorded
hunt-on = on { $hosts }
hunt-by = account { $accounts }
hunt-said = { $when } { $on }
hunt-said-by = { $when } { $on } ({ $by })
hunt-sure-certain = very likely
hunt-sure-likely = likely
hunt-sure-possible = possible
hunt-sure-small = worth a look

# The engineer's part
hunt-engineer = For the engineer
hunt-timeline = Timeline
hunt-timeline-cut = Of { $all } findings, { $shown } stand here: the first few of each rule on each machine, then the worst.
hunt-rest-in = All of them are in { $file }.
hunt-rest-again = For all of them, run the hunt again with --format csv or jsonl; the counts in this report are of all findings.
hunt-run = {" "}(×{ $n }, until { $until })
hunt-rows-more = Show { $n } more
hunt-rows-cut = { $n } more lines are left out here.
hunt-chart = Findings over time
hunt-chart-says = { $n } findings from { $from } to { $to }; the tallest bar has { $top }.
hunt-hosts = Machines
hunt-rules = Rules
hunt-matrix = ATT&CK matrix
hunt-matrix-says = Techniques seen, under the tactic to which they belong. The number is how many findings; the word is the worst level.
hunt-matrix-none = No finding names a technique.
hunt-logons = Sign-ins
hunt-services = Services installed
hunt-tasks = Scheduled tasks
hunt-scripts = PowerShell script blocks
hunt-scripts-says = { $all } script blocks in all; here are those with a mark and the long ones.
hunt-shells = What started PowerShell
hunt-changes = Accounts, logs, protection, devices
hunt-remotes = Remote control tools
hunt-unread = What could not be read
hunt-unread-all = Everything could be read.
hunt-unread-says = { $n } records or files could not be read. Of each file the first few stand here.
hunt-forgotten = { $n } groups of events had to be forgotten while counting; a finding that needs many events may be missing.
hunt-passed = { $n } files are no kind of log and were passed over.
hunt-outside = { $n } events lie outside the time that was asked for.
hunt-excluded = { $n } findings were left out by exclusions.
hunt-early = { $n } events were correlated before all files were read; a finding over several files may be missing.
hunt-lost = { $n } findings could be neither held nor put aside; they are only counted.
hunt-stopped = The hunt was stopped before its end: this report tells only what was found until then.
hunt-read-files = Files that were gone through
hunt-read-files-says = { $n } files. Those that turned out to be no logs are among them. Of an archive, the hash is that of the archive itself. With the same hashes anybody can show that the files are the ones that were gone through.
hunt-how = How this was made
hunt-sums-unlisted = { $n } entries found no room in these lists.
hunt-attribution = Techniques and tactics: MITRE ATT&CK, Enterprise, version 19. © 2026 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.

# Heads of tables
hunt-h-time = Time
hunt-h-utc = UTC
hunt-h-level = Level
hunt-h-host = Machine
hunt-h-account = Account
hunt-h-rule = Rule
hunt-h-matched = What matched
hunt-h-where = File and record
hunt-h-count = Count
hunt-h-first = First
hunt-h-last = Last
hunt-h-worst = Worst
hunt-h-author = Author
hunt-h-techniques = ATT&CK
hunt-h-address = From
hunt-h-kind = How
hunt-h-good = Succeeded
hunt-h-failed = Failed
hunt-h-ended = Signed out
hunt-h-marks = Marks
hunt-h-name = Name
hunt-h-path = Program
hunt-h-done = Done
hunt-h-command = Command
hunt-h-bytes = Bytes
hunt-h-entropy = Entropy
hunt-h-start = Begins
hunt-h-what = What
hunt-h-object = Which
hunt-h-by = By
hunt-h-detail = Detail
hunt-h-tool = Tool
hunt-h-file = File
hunt-h-line = Line
hunt-h-reason = Why
hunt-h-value = Value
hunt-h-sha256 = SHA-256

# Words in tables
hunt-kind-type = type { $n }
hunt-kind-2 = 2 keyboard
hunt-kind-3 = 3 network
hunt-kind-4 = 4 batch
hunt-kind-5 = 5 service
hunt-kind-7 = 7 unlock
hunt-kind-8 = 8 network, clear text
hunt-kind-9 = 9 other credentials
hunt-kind-10 = 10 remote desktop
hunt-kind-11 = 11 cached
hunt-kind-remote-desktop = RDP session
hunt-kind-explicit = as another account
hunt-kind-rights = administrator's rights
hunt-mark-outside = from outside
hunt-mark-guessed = success after failures
hunt-odd-place = unusual folder
hunt-odd-shell = runs a shell
hunt-odd-share = over the network
hunt-odd-hidden = encoded or fetches
hunt-odd-name = random name
hunt-flag-encoded = encoded
hunt-flag-download = downloads
hunt-flag-obfuscated = obfuscated
hunt-flag-attack = attack words
hunt-flag-protection = touches protection
hunt-done-made = made
hunt-done-changed = changed
hunt-done-deleted = deleted
hunt-changed-log-cleared = log cleared
hunt-changed-protection-off = protection off
hunt-changed-threat-found = malware found
hunt-changed-account-made = account created
hunt-changed-group-joined = added to group
hunt-changed-account-enabled = account enabled
hunt-changed-password-reset = password reset
hunt-changed-account-changed = account changed
hunt-changed-account-disabled = account disabled
hunt-changed-account-deleted = account deleted
hunt-changed-account-locked = account locked
hunt-changed-protection-changed = protection changed
hunt-changed-device = device connected

# How it was made
hunt-m-version = Program
hunt-m-begun = Begun
hunt-m-ended = Ended
hunt-m-files = Files
hunt-m-events = Events
hunt-m-span = Events from, to
hunt-m-rules = Rules used
hunt-m-errors = Not readable
