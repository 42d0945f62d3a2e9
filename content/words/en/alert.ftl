# Alerts
alert-title = Alerts
alert-lead = What the watch noticed. Go from the top, and choose for each: that was us, help, or done.
alert-none = There is nothing to look at. All is calm.
alert-none-such = No such alert.
alert-what = What happened
alert-level = Gravity
alert-level-from = From this gravity on
alert-level-informational = For information
alert-level-low = Low
alert-level-medium = Medium
alert-level-high = High
alert-level-critical = Very high
alert-state = State
alert-state-open = Please look
alert-state-mine = That was us
alert-state-in-incident = Being handled
alert-state-closed = Done
alert-state-all = All
alert-device = Computer
alert-count = Times
alert-heard = Last noticed
alert-older = Older alerts
alert-all = All
alert-sort = Order by
alert-search = Words to look for
alert-search-go = Narrow down
alert-drill = Drill
alert-drill-mark = [Drill]
alert-drill-no = No drills
alert-drill-only = Only drills
alert-drill-text = This is a drill. The watcher did harmless versions of real acts, to see that alerts arrive. There is nothing for you to do.
alert-help = Help!
alert-close = Done
alert-mine = That was us
alert-mine-how-long = Keep quiet about it for how long?
alert-mine-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}
alert-mine-hint = The same act on the same computer, by the same person and from the same place, is recorded but not told. After that time it is told again.
alert-quiet-until = The same act is recorded quietly until { $until }.
alert-by = Last handled by { $name }
alert-times = { $count ->
    [one] once ({ $last })
   *[other] { $count } times ({ $first } to { $last })
}
alert-to-incident = See how it is handled
alert-told-what = What happened
alert-told-now = What to do now
alert-told-we = What Komainu does
alert-your-turn = Your decision
alert-untold-what = The watcher saw something that fits one of its rules.
alert-untold-now = Find out who did what at that time. If nobody knows of it, press "Help!".
alert-untold-we = We keep the records as evidence and go on watching.
alert-details = Details
alert-rule = Rule
alert-techniques = Techniques of attack (MITRE ATT&CK)
alert-analyst = For analysts
alert-origin-title = The rule's own title
alert-origin-author = Written by
alert-origin-licence = Licence
alert-origin-pack = Imported
alert-origin-imported = { $name }, from { $from }, on { $at }
alert-origin-references = References
alert-origin-false = Known false alarms
alert-origin-status = Status
alert-origin-level = Gravity
alert-origin-levelled = { $used }; its author wrote { $written }
alert-origin-given-up = Its author has given the rule up.
alert-origin-for-hunting = Its author made it for searching, not for alerts.
alert-origin-flood = On recordings of ordinary days it would have been a flood.
alert-origin-noisy = On recordings of ordinary days it came too often.
alert-origin-experimental = Its author calls it experimental.
alert-origin-unanchored = It names no text or value that must be there.
alert-origin-forecast = Forecast: { $findings } findings in 100,000 ordinary events, { $alerts } alerts on a computer in a week.
alert-finding = Noticed on { $at }
alert-matched = What in the rule it fits
alert-selection = Selection
alert-field = Field
alert-value = Value seen
alert-pattern = Value in the rule
alert-events = The records it rests on
alert-back = To all alerts
alert-mail-drill = [Drill]
alert-mail-again = { " " }({ $count } times so far)
alert-mail-subject = { $drill } [Komainu] { $title } ({ $host })
alert-mail-text =
    { $drill } { $title }{ $again }

    Computer: { $host }
    Gravity: { $level }
    When: { $at }

    ■ What happened
    { $what }

    ■ What to do now
    { $now }

    ■ What Komainu does
    { $we }

    See more, and say "That was us" or "Help!":
    { $page }
alert-mail-foot = This mail was sent by Komainu, the watch of your company.
problem-alert-not-now = This cannot be done with the alert as it stands. Open the page again to see where it stands.
