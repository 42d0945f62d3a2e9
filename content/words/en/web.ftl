# Words of the frame and of every page
web-skip = Skip to the content
web-nav = Main menu
web-nav-home = Home
web-nav-assessment = Assessment
web-nav-plan = To do
web-nav-declaration = Declaration
web-nav-devices = Watch
web-nav-alerts = Alerts
web-nav-incidents = Incidents
web-nav-company = Company
web-nav-account = My account
web-sign-in = Sign in
web-sign-out = Sign out
web-to-home = Back to home
web-to-start = To the first page
web-foot = Komainu is open-source software that keeps small companies safe and helps them go digital.
web-ago-now = just now
web-ago-minutes = { $n ->
    [one] 1 minute ago
   *[other] { $n } minutes ago
}
web-ago-hours = { $n ->
    [one] 1 hour ago
   *[other] { $n } hours ago
}
web-ago-days = { $n ->
    [one] yesterday
   *[other] { $n } days ago
}

# When something did not work
problem-title-401 = Please sign in
problem-title-403 = You cannot use this page
problem-title-404 = Not found
problem-title-409 = Somebody else changed it first
problem-title-413 = Too large
problem-title-422 = This could not be accepted
problem-title-429 = Please wait a little
problem-title-500 = Something went wrong on our side
problem-title-507 = It cannot be saved just now
problem-not-found = What you are looking for is not here. It was removed, the address is wrong, or it belongs to another company.
problem-sign-in-first = Please sign in to go on. For safety you are signed out after a while.
problem-not-allowed = Your role does not include this. Ask the owner or the person in charge at your company.
problem-invalid = Please mend the following and send it again. Your browser's Back button returns to what you typed.
problem-conflict = Somebody else changed the same thing first. Open the page again, look at what is new, and then try again.
problem-too-large = What was sent is too large. Make it shorter, or use a smaller file, and send it again. Nothing was saved.
problem-too-many = There were too many tries, so we paused. Please try again after { $until }.
problem-no-room = There is no room to save, or the store cannot be reached. Nothing was accepted. Make room and try again.
problem-internal = Something unexpected went wrong. It was not your input. Wait a little and try again.
problem-reference = Number to tell your administrator: { $reference }
problem-text-not-utf8 = The text is not in UTF-8 (it looks like an older encoding such as Shift_JIS). Nothing was saved. Please type it again on this page.
problem-form-incomplete = What was sent could not be read. Open the page again and fill it in once more.
problem-from-another-site = This was sent from another site, so it was stopped. If you meant it, do it again from this page.
problem-not-this-way = This address cannot be used that way. Please start from the first page.
fault-empty = Please fill this in
fault-too-long = This is too long; please shorten it
fault-control-characters = This contains characters that cannot be used (invisible ones, for example)
fault-not-a-number = Please enter a number
fault-out-of-range = This is outside the possible range
fault-not-a-day = Please enter a date such as 2026-04-01
fault-choose-one = Please choose one
