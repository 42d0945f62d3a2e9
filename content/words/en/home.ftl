home-title = Home
home-welcome-title = A guardian for small companies
home-welcome-lead = You need not know where to begin. Start with a five-minute assessment and see how your company stands.
home-welcome-assess = Start the assessment (no account, 5 minutes)
home-welcome-know = Know
home-welcome-know-text = Answer 25 questions to see what is weak and what to do first.
home-welcome-do = Do
home-welcome-do-text = One step at a time, up to your first self-declared star.
home-welcome-watch = Watch
home-welcome-watch-text = When a computer behaves strangely, we tell you in plain words, with what to do.
home-welcome-sign-up = Register your company
home-next = To do today
home-next-minutes = About { $minutes } minutes
home-next-due = by { $day }
home-next-overdue = Overdue ({ $day })
home-next-begin = Begin
home-next-assess = Take the assessment
home-next-assess-why = Once you know how you stand, it is clear what to do first. It takes five minutes.
home-next-assess-begin = Start the assessment
home-next-declare = Declare your first star
home-next-declare-why = Decide what you do and declare it, and your partners can see that you care.
home-next-declare-begin = To the declaration
home-next-none = Nothing to do today
home-next-none-text = Well done. When something changes, it appears here.
home-score = Assessment score
home-score-of = of 100
home-score-on = Assessed on { $day }
home-score-more = See the result
home-score-none = Not assessed yet.
home-stars = Self-declared stars
home-stars-one = One star, self-declared
home-stars-on = Declared on { $day }
home-stars-none = Nothing declared yet.
home-stars-more = See the declaration
home-help-title = Does something seem wrong?
home-help-text = It does not matter if you are mistaken. Press the button and we tell you what to do now.
home-help = Help!
home-stand-alerts = { $n ->
    [one] There is 1 alert
   *[other] There are { $n } alerts
}
home-stand-look = See the alerts
home-stand-none = Nothing is watched yet
home-stand-none-text = Install the agent on a computer, and we tell you when it behaves strangely.
home-stand-devices = How the watch is doing
home-stand-quiet = { $asleep } of { $devices } computers do not answer
home-stand-quiet-text = They may only be switched off. If you do not know why, please check.
home-stand-calm = The watch is awake and calm
home-stand-awake = { $n ->
    [one] 1 computer is watched.
   *[other] { $n } computers are watched.
}
home-stand-seen = Last heard from { $ago }.
home-drill = Drill
home-drills = { $n ->
    [one] There is 1 alert of a drill
   *[other] There are { $n } alerts of a drill
}
home-no-mail = Mail is not set up, so alerts appear on these pages only.
home-reminders = { $n ->
    [one] 1 step is due
   *[other] { $n } steps are due
}
home-reminder-late = late
home-reminder-today = today
