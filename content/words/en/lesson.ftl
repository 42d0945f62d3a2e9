# The explanation of a question
lesson-list-title = What the questions mean
lesson-list-lead = Each of the 25 questions, explained with a short story. Five minutes each.
lesson-place = Question { $n } of { $total }
lesson-means = What it means
lesson-example = For example
lesson-why = Why it matters
lesson-story = A short story
lesson-others = Other explanations
lesson-previous = Previous:
lesson-next = Next:
lesson-to-list = All explanations
lesson-to-assessment = To your self-assessment
lesson-to-assessment-open = Assess your company (no account needed)
