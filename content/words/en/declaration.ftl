# The declaration
declaration-title = Declaration
declaration-lead = Your company's own public promise to work on information security. It tells customers and partners what you do.
declaration-level = Level
declaration-level-one-star = ★ One-star self-declaration
declaration-state = State today
declaration-state-in-force = In force
declaration-state-withdrawn = Withdrawn
declaration-edition-name = The { $n } rules (edition in use from { $day })
declaration-column-edition = Rules it is based on
declaration-declared-day = Declared { $day }
declaration-declared-on = Declared on
declaration-see = See the declaration
declaration-make-title = Declare
declaration-make-text = You may declare even if not everything is in place: it is a promise to work on it. It takes about ten minutes.
declaration-make = Write the declaration
declaration-owner-only = The owner declares.
declaration-earlier-text = Did you declare earlier?
declaration-earlier = Record the earlier declaration: { $edition }
declaration-history = Withdrawn declarations
declaration-to-list = To all declarations

# Writing it
declaration-new-title = Write the declaration
declaration-new-text = Write in your own words what your company does and what it will do. You can pick from examples and change them. What you write appears on a page that everybody can see.
declaration-new-earlier = This records a declaration that was made earlier. Enter the day on which you made it.
declaration-has-faults = Nothing was declared yet. Please mend what is marked below.
declaration-suggestions = Pick from examples ({ $n })
declaration-suggestions-text = Tick what is true for your company.
declaration-add-picked = Put the ticked sentences into the text above
declaration-who-and-when = Who, and when
declaration-declarer = Declared by
declaration-declarer-hint = Position and name of the person who speaks for the company, for example: Hanako Yamato, President
declaration-pledge-title = The promise
declaration-pledge = I promise this
declaration-declare = Declare

# One declaration
declaration-company = Company
declaration-number = Self-declaration ID
declaration-number-missing = None yet
declaration-number-unchecked = (entered by the company itself)
declaration-number-title = Applying to IPA, and the self-declaration ID
declaration-number-text = What you wrote here does not reach IPA by itself. Apply on IPA's site and you get an 11-digit self-declaration ID. Enter it here then.
declaration-number-hint = 11 digits, beginning with 4 or 5
declaration-number-save = Save the ID
declaration-apply = Open IPA's site (new window)
declaration-articles = What we work on
declaration-doing-none = Nothing written yet
declaration-pdf = Open as PDF (to print)
declaration-verification = Page to check it
declaration-verification-text = On this page anybody can check whether the declaration still stands.
declaration-qr = QR code of the page to check it
declaration-withdrawn-day = Withdrawn on { $day }.
declaration-withdraw-title = Withdraw the declaration
declaration-withdraw-text = The page to check it will say "withdrawn". This cannot be undone, but you can declare anew at any time. If you applied to IPA, you must also stop it there.
declaration-withdraw = Withdraw

# The page that everybody can see
declaration-verify-title = Self-declaration of { $company }
declaration-verify-today = As of { $day }.
declaration-verify-in-force = This declaration stands today.
declaration-verify-withdrawn = The company withdrew this declaration on { $day }. It no longer stands.
declaration-verify-own = Assess your own company (free, no account)

# On paper
declaration-paper-title = Self-declaration on information security
declaration-paper-printed-on = Printed on
declaration-column-number = No.
declaration-column-article = Rule
declaration-column-doing = What we do and will do

# When something does not work
problem-declaration-in-force = A declaration on the same rules is in force already. To write it anew, withdraw that one first.
problem-declaration-withdrawn = This declaration is withdrawn already.
fault-declaration-day-to-come = The day is still to come
fault-declaration-day-of-another-edition = Please enter a day on which these rules were in use
fault-declaration-no-pledge = Please tick the promise
fault-declaration-not-a-number = Please enter 11 digits beginning with 4 or 5
