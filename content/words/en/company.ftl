# The company and its sites
company-title = Company
company-optional = (may stay empty)
company-choose = Please choose
company-form-faults = Something needs mending. Look at the marked fields.
company-details-title = Change the company's details
company-people = { $n ->
    [one] 1 person
   *[other] { $n } people
}
company-place = Place
company-sites = Sites
company-sites-what = If you work at two or more places, add them here. Each can answer the assessment for itself.
company-site = Name of the site
company-site-title = Change a site
company-site-open = Add a site
company-site-close = Close this site
company-site-close-what = A closed site is no longer asked in new assessments. What it answered so far stays.
company-site-change-one = Change { $name }
company-headcount = How many work there
company-headcount-hint = Count part-time workers too
company-change = Change
company-act = What to do
company-save = Save
company-back = Back to the company
fault-company-number-digits = A corporate number has 13 digits
fault-company-number-check = One of the digits is wrong. Check it on the National Tax Agency's corporate number site
fault-company-site-name-taken = There is a site of this name already
problem-company-last-site = A company needs at least one site. The last one cannot be closed.
problem-company-too-many-sites = A company can have up to 500 sites.
field-site = Name of the site
field-company = Company name
