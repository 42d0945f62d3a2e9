# The first page of the self-assessment
assessment-title = Self-assessment
assessment-lead = Answer 25 questions and see where your company is well protected and where it is weak. It takes about five minutes.
assessment-start-open = Start
assessment-open-text = You need no account. If you are not sure, answer "I don't know": that is a useful result too.
assessment-open-nothing-kept = Your answers exist only in this page and its address. We keep nothing.
assessment-what = What is this?
assessment-what-text = The questions come in three parts: what every company needs (5), what people do every day (13), and what the company decides (7). Each one has an explanation and an example.
assessment-points-text = "Yes" counts 4 points, "partly" 2, "not yet" 0, and "I don't know" takes 1 away. The full score is 100.
assessment-own-words = It follows the structure of the 25-item self-assessment in the guideline of IPA, Japan's agency for IT. The wording is ours, not IPA's.
assessment-to-lessons = Read the explanation of every question
assessment-latest = Your result now
assessment-answer = Answer the questions
assessment-start = Start
assessment-start-anew = Answer all anew
assessment-start-copy = Start from the last answers
assessment-continue = Go on answering
assessment-who-answers = The owner, or somebody who knows how things are, should answer. If you have several places and one person cannot answer for all, answer for each place: the results are put together.
assessment-lead-answers = The owner or the person in charge answers. You can see the results here.
assessment-history = Results so far
assessment-over-time = Scores over time
assessment-column-day = Day
assessment-column-site = Place
assessment-column-edition = Edition of the questions

# The page of a question
assessment-question-title = Question { $n } of { $total }
assessment-progress = How many are answered
assessment-answered = { $n } of { $total } questions are answered.
assessment-saved = Saved.
assessment-next-question = Next question
assessment-back = Previous question
assessment-to-result = See the result
assessment-to-overview = Look over the answers
assessment-overview = See all questions
assessment-means = What does this mean?
assessment-example = For example
assessment-why = Why it matters
assessment-to-lesson = Read a short story about it (opens in a new window)
assessment-no-answer = Not answered yet
assessment-not-applicable = Does not apply (counts { $points } points)

# A sheet that is being filled in
assessment-sheet-title = Your answers
assessment-continue-at = Go on at question { $n }
assessment-finish = Finish and see the result
assessment-finish-text = Each answer is saved at once, so you can stop and go on later. Once you finish, the answers of this time stay as they are.

# The result
assessment-result-title = Your result
assessment-finished-at = Answered { $when }
assessment-score = Score
assessment-out-of = of { $most }
assessment-next = What to do next
assessment-parts = Points by part
assessment-topics = Topic by topic
assessment-topics-table = The same as in the chart, as a table.
assessment-radar = A chart of how far you are in each topic. The table below says the same.
assessment-weakest = Weakest first
assessment-weakest-more = See the other { $n }
assessment-weakest-none = There is nothing weak: everything counts in full.
assessment-unknown = What you answered with "I don't know"
assessment-unknown-text = Ask somebody or look it up first. Knowing is already a step forward.
assessment-unknown-none = There is no such question.
assessment-all-answers = All answers
assessment-column-number = No.
assessment-column-question = Question
assessment-column-answer = Answer
assessment-column-points = Points
assessment-column-percent = Done (%)
assessment-column-part = Part
assessment-column-topic = Topic
assessment-column-seen = What was seen
assessment-to-plan = See what to do
assessment-pdf = Open as PDF (to print)
assessment-csv = Download for a spreadsheet (CSV)
assessment-before = Compared with last time
assessment-before-text = Last time, on { $day }, it was { $score }.
assessment-before-none = There is no earlier result to compare with yet.
assessment-more = That is { $n } more now.
assessment-less = That is { $n } less now.
assessment-same = The score is the same.
assessment-to-history = See all results so far
assessment-answer-again = Answer again
assessment-peers = Compared with similar companies
assessment-peers-group = { $trade }, { $size }
assessment-peers-too-few = There are not enough companies yet. The comparison appears here once ten companies of the same trade and size have a result. Until then not even their number is shown.
assessment-peers-above = Your score is higher than that of { $percent }% of the others.
assessment-peers-median = Score of the company in the middle
assessment-peers-quarters = Scores of the middle half
assessment-peers-range = { $lower } to { $upper }
assessment-peers-companies = Companies counted
assessment-peers-how = Only the newest result of each company on this service is counted; one with several places counts by its weakest answers. Nobody can see which company has which score.

# Keeping a result
assessment-keep-ask = Keep this result?
assessment-keep-why = With an account you can keep the result, get a plan for the weak spots, and compare with later results.
assessment-keep-sign-up = Make an account and keep it
assessment-change-answers = Change the answers
assessment-keep-title = Keep the result
assessment-keep-text = The result you got without an account ({ $score } of { $most } points) will be kept as your company's.
assessment-keep-site = Which place is it for?
assessment-keep = Keep it as our result
assessment-keep-not = Do not keep it

# The whole company
assessment-to-company = Result of the whole company
assessment-company-title = Result of the whole company
assessment-company-lead = The answers of all places, put together as one company.
assessment-company-missing = These places have not answered yet and are not included.
assessment-company-none = There is no result yet.
assessment-company-figures = Figures for the company
assessment-column-rule = Figure
assessment-column-meaning = What it means
assessment-minimum = Weakest answers
assessment-minimum-text = For each question the answer of the weakest place counts, because one weak place opens the whole company. This is the company's score.
assessment-mean = Mean
assessment-mean-text = The plain mean of the places' scores.
assessment-weighted = Mean by headcount
assessment-weighted-text = The mean in which a place counts by how many people work there.
assessment-unknown-all = "I don't know" answers
assessment-unknown-all-text = Those of all places together.
assessment-company-sites = Score of each place
assessment-column-people = People
assessment-company-weakest = The company by its weakest answers

# Answers and what was seen
assessment-evidence = What was seen
assessment-evidence-title = Answers and what was seen
assessment-evidence-lead = What the watch saw on your devices stands beside what you answered.
assessment-evidence-not-corrected = Nothing changes your answers by itself. Where they differ, find out why, and answer again if you wish.
assessment-evidence-not-answered = You have not answered the assessment yet, so there is nothing to compare with.
assessment-evidence-none = Not checked on any device yet
assessment-evidence-not-for-this = Devices cannot tell
assessment-evidence-better = It looks better than you answered
assessment-evidence-learned = Something was seen that your answer left open
assessment-evidence-changes = When what was seen changed
assessment-evidence-changes-none = Nothing has been seen yet.
assessment-seen-good = In order
assessment-seen-partly = Partly in order
assessment-seen-bad = Not in order
assessment-seen-unmeasured = Cannot be checked

# On paper
assessment-paper-company-label = Company
assessment-paper-company = { $company } ({ $site })
assessment-paper-printed-on = Printed on
assessment-paper-band = Result
assessment-paper-weakest = The five weakest
assessment-paper-source-label = Edition of the questions
assessment-paper-source = Questions of edition { $edition }, answered on { $day }. They follow the structure of the 25 items in IPA's guideline; the wording is our own.
assessment-paper-footer = The company answered this by itself. Nobody else has examined it.

# When something does not work
problem-assessment-finished = This assessment is already finished. To change answers, start a new one.
problem-assessment-not-finished = This assessment is not finished yet. Answer all questions to get a result.
problem-assessment-not-all-answered = { $left ->
    [one] One question is
   *[other] { $left } questions are
} not answered yet. Answer first, then finish again.
problem-assessment-answers-unreadable = The answers could not be read; part of the address may be missing. Please begin again on the first page of the assessment.
