# The plan
plan-title = What to do
plan-lead = The steps that mend what the assessment found. Take them one by one, from the top.
plan-not-answered = There is no assessment yet. Answer it, and the steps appear here.
plan-to-assessment = To the self-assessment
plan-due-now = { $n ->
    [one] One step is
   *[other] { $n } steps are
} due today or late.
plan-counts = { $open } to do, { $done } done, { $dropped } dropped
plan-filter = Show these
plan-filter-state = State
plan-filter-person = Person
plan-sort = Order
plan-sort-plan = By worth
plan-sort-due = By due day
plan-state-open = To do
plan-state-done = Done
plan-state-dropped = Dropped
plan-state-all = All
plan-person-all = Everybody
plan-person-nobody = Nobody yet
plan-empty = There is no such step.
plan-empty-yet = There are no steps yet.
plan-minutes = About { $n } minutes
plan-due-on = Due { $day }
plan-late = Late
plan-today = Due today
plan-doer-owner = The owner
plan-doer-lead = The person in charge
plan-doer-everyone = Everybody
plan-print = List to print
plan-calendar = Put due days into a calendar (iCalendar)
plan-order-text = The six things that every company needs come first, then what helps most for the least effort. Times are our estimate for a company of about ten.

# One step
plan-why = Why
plan-how = How
plan-takes = Takes
plan-doer = Usually done by
plan-person = Person
plan-due = Due
plan-no-due = No day set
plan-question = The question behind it
plan-answer = Your answer now
plan-settled = Noted by { $name }, { $when }
plan-done-title = When it is done
plan-done = Mark as done
plan-reopen = Take it back: not done yet
plan-answer-again = Answer this question again
plan-answer-again-text = Doing a step does not change your answers. If things are better now, answer the question again.
plan-assign-title = Who, and by when
plan-assign = Set
plan-assign-text = The person is told by mail, if mail is set up.
plan-drop-title = Decide against this step
plan-drop-reason = Why not?
plan-drop = Drop it
plan-take-back = Put it back
plan-from-incident = This came into the plan from an incident.
plan-to-plan = To all steps

# On paper
plan-print-title = Steps to do
plan-print-now = Print
plan-print-text = Print it with your browser (Ctrl+P).

# The mail
plan-letter-subject = A step is yours: { $title }
plan-letter-text =
    Dear { $name },

    The step "{ $title }" of your company's plan is yours.

    Why: { $why }

    How:
    { $how }

    Takes: about { $minutes } minutes
    Due: { $due }

    When it is done, mark it as done on this page:
    { $link }

plan-reminder-subject = Due: { $title }
plan-reminder-text =
    Dear { $name },

    The step "{ $title }" of your company's plan is due.

    Due: { $due }
    Takes: about { $minutes } minutes

    Why: { $why }

    How:
    { $how }

    When it is done, or to set another day, open this page:
    { $link }

# When something does not work
problem-plan-not-yours = Only the person who has this step, the person in charge or the owner can do this.
problem-plan-step-is-open = This step is still to do. Please open the page again.
problem-plan-step-is-done = This step is done already. To change it, first take back that it is done.
problem-plan-step-is-dropped = This step was dropped. First put it back into the plan.
fault-plan-day-passed = A day that has passed cannot be a due day
